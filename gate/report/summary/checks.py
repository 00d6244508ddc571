"""The part of a summary below the table: all reasons and a timeline for each check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gate.domain.detail import Detail
from gate.evaluation.outcomes import Outcome
from gate.report.order import CheckEntries, Entry, by_check
from gate.report.report import Report
from gate.report.summary.layout import folded, size_of
from gate.report.summary.timeline import timeline
from gate.report.summary.words import MARKS
from gate.text.escape import html, markdown

_MOST_CHECKS = 20  # each has a diagram that a browser must draw


def render(entries: Sequence[Entry], report: Report, room: int) -> Iterable[str]:
    """Yield the parts that fit into `room` bytes. If there are several checks, each part is folded."""
    checks = by_check(entries)
    if len(checks) == 1:
        parts = [_reasons(checks[0], report), tuple(timeline(*_drawn(checks[0])))]
    else:
        parts = [part for check in checks if (part := _fold(check, report))]
    shown = 0
    for part in parts[:_MOST_CHECKS]:
        room -= size_of(part)
        if room < 0:
            break
        shown += 1
        yield from part
    if len(checks) > 1 and (left := len(parts) - shown):
        yield from ("", f"The attempts of {left} more checks are in the JUnit report.")


def _fold(check: CheckEntries, report: Report) -> Sequence[str]:
    """Return the facts that the table does not show; nothing for a green or skipped check."""
    if check.entries[0].is_calm:
        return ()
    rows = [entry.row.outcome for entry in check.entries]
    reasons = _listed(check, report)
    is_worth_drawing = len(rows) > 1 or any(row.attempts for row in rows)
    diagram = tuple(timeline(*_drawn(check))) if is_worth_drawing else ()
    if not reasons and not diagram:
        return ()
    states = Counter(row.state.value for row in rows)
    of_each = ", ".join(f"{count} {state}" for state, count in states.items())
    title = f"{MARKS[check.conclusion]} {html(check.name)}: {of_each}"
    return folded(title, (*(("", *reasons) if reasons else ()), *diagram))


def _reasons(check: CheckEntries, report: Report) -> Sequence[str]:
    listed = _listed(check, report)
    return folded("Why, attempt by attempt", ("", *listed)) if listed else ()


def _listed(check: CheckEntries, report: Report) -> Sequence[str]:
    """Return all known reasons, attempt by attempt; nothing if the table already shows them all."""
    explained = [(entry, *each) for entry in check.entries for each in report.explained(entry.row.outcome)]
    is_more = any(
        entry.row.outcome.attempts or len(why.reasons) > 1 or why.recordings for entry, _, why in explained
    )
    return [f"- {_explanation(*each)}" for each in explained] if is_more else ()


def _explanation(entry: Entry, number: str, why: Detail) -> str:
    outcome = entry.row.outcome
    place = f"{outcome.location}, {number}" if outcome.attempts else outcome.location
    recorded = [f"recorded: {', '.join(why.recordings)}"] if why.recordings else []
    return markdown(f"{place}: {'; '.join((*why.reasons, *recorded))}")


def _drawn(check: CheckEntries) -> tuple[str, list[tuple[str, Outcome]]]:
    return check.name, [(entry.row.outcome.location, entry.row.outcome) for entry in check.entries]
