"""The last part of the log: a table of each session's rows, and the verdict with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gate.domain.errors import UsageError
from gate.domain.exit_code import ExitCode
from gate.evaluation.decision import place_of
from gate.evaluation.judged import Conclusion, JudgedSession, Row, VerdictKind
from gate.report.log.tones import tone_of
from gate.report.order import is_worth_a_look
from gate.report.report import Report
from gate.report.wording import requests_of
from gate.text.clean import SENTENCE_LENGTH, clean
from gate.text.duration import format_duration
from gate.text.style import Line, Tone, columns, fitted

_NAME_WIDTH = 30  # keeps a line within 80 columns
_MOST_GREEN_CHECKS = 12  # listed for a test session; if there are more, they are only counted
_CONCLUSIONS = {
    Conclusion.GREEN: "",
    Conclusion.TOLERATED: "tolerated",
    Conclusion.RED: "closes the gate",
    Conclusion.UNDECIDED: "undecided",
    Conclusion.SKIPPED: "skipped",
}
_TONES = {VerdictKind.PASS: Tone.GOOD, VerdictKind.FAIL: Tone.BAD, VerdictKind.INCONCLUSIVE: Tone.WARN}
_WORDS = {
    VerdictKind.PASS: "is OPEN",
    VerdictKind.FAIL: "is CLOSED",
    VerdictKind.INCONCLUSIVE: "COULD NOT TELL",
}


class Table(NamedTuple):
    """A session's rows and the reasons below them. A calm table has nothing to report and can be folded."""

    title: str
    lines: tuple[Line, ...]
    is_calm: bool


def tables(report: Report) -> Iterable[Table]:
    """Yield a table for each session that has rows. The rows take at most 80 columns."""
    for judged in report.sessions:
        if judged.rows:
            title = f"{judged.label}: {judged.status}"
            yield Table(title, tuple(_session_table(judged, report)), not is_worth_a_look(judged))


def verdict(report: Report) -> tuple[Line, ...]:
    """Return the verdict, its reasons, and links to the sessions."""
    return tuple(_verdict(report))


def files(report: Report) -> tuple[Line, ...]:
    """Return a line for each report file: its path and, for some, a summary of its content."""
    return tuple(
        Line(
            f"  {file.title}: {file.path or 'stdout'}" + (f" ({file.holds})" if file.holds else ""),
            Tone.FAINT,
        )
        for file in report.files
    )


def _session_table(judged: JudgedSession, report: Report) -> Iterable[Line]:
    """Yield the lines about a session. In a test session, the worst rows come first.

    If a test session has many green rows, these are only counted.
    """
    rows: Sequence[Row] = judged.rows
    green = [row for row in rows if row.conclusion is Conclusion.GREEN]
    if judged.is_of_many:
        rows = sorted(rows, key=lambda row: row.outcome.state.badness)
        if len(green) > _MOST_GREEN_CHECKS:
            rows = [row for row in rows if row.conclusion is not Conclusion.GREEN]
    named = [(judged.naming.name(place_of(row.outcome)), row) for row in rows]
    yield from _table("check" if judged.is_of_many else "location", named)
    if len(rows) < len(judged.rows):
        yield Line(f"  {judged.naming.count(len(green))} passed", Tone.GOOD)
    yield from _elsewhere(named)
    yield from _reasons(named, report)


def _table(heading: str, named: Sequence[tuple[str, Row]]) -> Iterable[Line]:
    if not named:
        return
    width = min(max([len(heading), *(columns(name) for name, _ in named)]), _NAME_WIDTH)
    yield Line(f"  {heading:{width}}  {'state':10}  {'attempts':>8}  {'time':>7}", Tone.FAINT)
    for name, row in named:
        outcome = row.outcome
        time = format_duration(outcome.final.duration_s) if outcome.final else "-"
        cells = f"  {fitted(name, width)}  {outcome.state.value:10}  {outcome.tries:>8}  {time:>7}"
        yield Line(f"{cells}  {_CONCLUSIONS[row.conclusion]}".rstrip(), tone_of(outcome.state))


def _elsewhere(named: Sequence[tuple[str, Row]]) -> Iterable[Line]:
    """Return a line for each location whose retry finished at another location."""
    for name, row in named:
        if row.outcome.finished_in:
            yield Line(f"  {name}: finished in {row.outcome.finished_in}", Tone.FAINT)


def _reasons(named: Sequence[tuple[str, Row]], report: Report) -> Iterable[Line]:
    """Yield the reasons why rows are not green: once for a row if all its attempts have the same reasons."""
    for name, row in named:
        explained = report.explained(row.outcome)
        alike = len(explained) == row.outcome.tries and len({why.reasons for _, why in explained}) == 1
        for number, why in explained[-1:] if alike else explained:
            place = name if alike else f"{name}, {number}"
            recorded = [f"recorded {', '.join(why.recordings)}"] if why.recordings else []
            for text in (*why.reasons, *recorded):
                yield Line(f"  {place}: {text}", tone_of(row.outcome.state))


def _verdict(report: Report) -> Iterable[Line]:
    verdict = report.verdict
    code = f"{'report only, ' if verdict.only_reports else ''}exit code {int(verdict.exit_code)}"
    if verdict.exit_code is ExitCode.USAGE:  # the log already contains the problems, each on a separate line
        text = "it did not start, because its configuration is wrong: see above"
        yield Line(f"The gate {_WORDS[verdict.kind]} ({code}): {text}", _TONES[verdict.kind])
        others = [fault for fault in verdict.faults if not isinstance(fault, UsageError)]
        yield from (Line(f"  {clean(each.sentence, SENTENCE_LENGTH)}", Tone.BAD) for each in others)
        return
    yield Line(f"The gate {_WORDS[verdict.kind]} ({code}): {verdict.reason.text}", _TONES[verdict.kind])
    for index, judged in sorted(enumerate(report.sessions), key=lambda each: not each[1].closing):
        prefix = f"{judged.label}: " if len(report.sessions) > 1 else ""
        for kind, text, tone in _session(judged):
            if not verdict.reason.holds(text, index):
                yield Line(f"  {kind}{prefix}{text}", tone)
        if judged.link and (judged.decisions or judged.error or len(report.sessions) == 1):
            yield Line(f"  {judged.label} in Checkly", link=judged.link)
    for notice in dict.fromkeys(report.notices):
        yield Line(f"  note: {notice}", Tone.WARN)
    for fault in report.faults:
        if not verdict.reason.holds(fault):
            yield Line(f"  {fault}", Tone.BAD)
    if report.policy:
        yield Line(f"  policy {report.policy}", Tone.FAINT)
    yield Line(f"  waited {format_duration(report.waited_s)}, {requests_of(report)}", Tone.FAINT)


def _session(judged: JudgedSession) -> Iterable[tuple[str, str, Tone]]:
    """Return the lines of a session, each as a heading, text and a tone."""
    for decision in judged.decisions:
        kind, tone = ("closed by: ", Tone.BAD) if decision.closes else ("tolerated: ", Tone.WARN)
        yield kind, decision.text, tone
    for row in judged.rows:
        if row.conclusion is Conclusion.SKIPPED:
            name = judged.naming.name(place_of(row.outcome))
            yield "skipped: ", f"{name} ({row.outcome.seen.value}), {row.because}", Tone.FAINT
    for contradiction in judged.contradictions:
        yield "contradiction: ", contradiction, Tone.WARN
    if judged.error:
        yield "", judged.error.sentence, Tone.WARN
