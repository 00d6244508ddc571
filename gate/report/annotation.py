"""Annotations: the verdict unless the gate passed, and at most nine warnings.

The warnings are about tolerated problems, contradictions and notices.

For each step, GitHub shows the first ten annotations of a kind, and the first 4,096 characters of each.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from gate.domain.exit_code import ExitCode
from gate.evaluation.decision import place_of
from gate.evaluation.judged import Conclusion, JudgedSession, VerdictKind
from gate.report.report import Report
from gate.report.wording import CONFIGURATION_ERROR
from gate.text.clean import clean

_MOST_WARNINGS = 9  # GitHub shows ten, and the verdict may be a warning too
_MOST_REASONS = 3
_LENGTH = 2000


class Level(StrEnum):
    """The levels of an annotation, in the runner's words."""

    ERROR = "error"
    WARNING = "warning"


class Annotation(NamedTuple):
    """An annotation. Its title and message are one line each."""

    level: Level
    title: str
    message: str


def render(report: Report) -> tuple[Annotation, ...]:
    """Return the annotations, the verdict first."""
    warnings = list(dict.fromkeys(_warnings(report)))
    shown = [Annotation(Level.WARNING, "Checkly gate", clean(text, _LENGTH)) for text in warnings]
    if len(shown) > _MOST_WARNINGS:
        more = len(shown) - _MOST_WARNINGS + 1
        rest = Annotation(
            Level.WARNING, "Checkly gate", f"{more} more warnings are in the log and the summary"
        )
        shown = [*shown[: _MOST_WARNINGS - 1], rest]
    return (*_verdict(report), *shown)


def _verdict(report: Report) -> Iterable[Annotation]:
    verdict = report.verdict
    if verdict.exit_code is ExitCode.OPEN and verdict.kind is VerdictKind.PASS:
        return
    closed = verdict.kind is VerdictKind.FAIL
    level = Level.WARNING if verdict.exit_code is ExitCode.OPEN else Level.ERROR
    title = "Checkly gate closed" if closed else "Checkly gate could not tell"
    if verdict.exit_code is ExitCode.USAGE:
        title = CONFIGURATION_ERROR
    worst = report.worst
    link = worst.link if worst else ""
    text = ". ".join((verdict.reason.text, *_reasons(report)))
    yield Annotation(level, title, clean(text, _LENGTH) + (f" {link}" if link else ""))


def _reasons(report: Report) -> Iterable[str]:
    """Yield up to three reasons why rows that close the gate are not green, those of the worst rows first."""
    several = len(report.sessions) > 1
    red = [
        (_prefix(judged, several) + judged.naming.name(place_of(row.outcome)), row.outcome)
        for judged in report.sessions
        for row in judged.rows
        if row.conclusion is Conclusion.RED
    ]
    red.sort(key=lambda each: each[1].state.badness)
    places: dict[str, list[str]] = {}
    for place, outcome in red:
        if reason := report.reason_of(outcome):
            places.setdefault(reason, []).append(place)
    for reason, (first, *others) in list(places.items())[:_MOST_REASONS]:
        yield f"{first}{f' and {len(others)} more' if others else ''}: {reason}"


def _prefix(judged: JudgedSession, several: bool) -> str:
    return f"{judged.label}, " if several else ""


def _warnings(report: Report) -> Iterable[str]:
    several = len(report.sessions) > 1
    for judged in report.sessions:
        prefix = f"{judged.label}: " if several else ""
        yield from (prefix + decision.text for decision in judged.decisions if not decision.closes)
        yield from (prefix + text for text in judged.contradictions)
    yield from report.notices
