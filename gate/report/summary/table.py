"""The table of a summary: the rows of all sessions, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from gate.report.order import Entry
from gate.report.report import Report
from gate.report.summary.layout import folded, size_of
from gate.report.summary.words import MARKS, linked
from gate.report.wording import state_of, time_of
from gate.text.clean import clean
from gate.text.escape import markdown

_MOST_OPEN_ROWS = 20  # further green rows are folded
_MOST_OPEN_BAD_ROWS = 50
_REASON_LENGTH = 160  # characters in a cell
_FOLD_BYTES = 200


class Columns(NamedTuple):
    """The optional columns that the rows need."""

    check: bool
    location: bool
    reason: bool

    @property
    def head(self) -> tuple[str, ...]:
        """Return the header lines of the table."""
        check = "| Check " if self.check else ""
        location = "| Location " if self.location else ""
        named = self.check + self.location
        why, rule = ("| Why ", "|---") if self.reason else ("", "")
        return (
            "",
            f"| {check}{location}| State | Attempts | Time {why}|",
            f"|---{named * '|---'}|---|--:|--:{rule}|",
        )


def columns_for(entries: Sequence[Entry], report: Report) -> Columns:
    """Return the columns that distinguish the rows, and the column for reasons if any are known."""
    several = len(report.sessions) > 1 or any(entry.judged.is_of_many for entry in entries)
    places = {entry.row.outcome.location for entry in entries}
    return Columns(
        check=several,
        location=not several or len(places) > 1,
        reason=any(report.explained(entry.row.outcome) for entry in entries),
    )


def render(entries: Sequence[Entry], report: Report, room: int) -> tuple[Sequence[str], bool]:
    """Return a table of at most `room` bytes, and whether it contains all rows."""
    if not entries:
        return (), True
    columns = columns_for(entries, report)
    room -= 2 * size_of(columns.head) + _FOLD_BYTES
    lines: list[str] = []
    for entry in entries:
        line = _row(entry, report, columns)
        room -= size_of((line,))
        if room < 0:
            break
        lines.append(line)
    bad = sum(not entry.is_calm for entry in entries)
    opened = max(_MOST_OPEN_ROWS, min(bad, _MOST_OPEN_BAD_ROWS))
    shown = [*columns.head, *lines[:opened]] if lines else []
    if rest := lines[opened:]:
        shown += folded(_counted(entries[opened : len(lines)], columns), (*columns.head, *rest))
    if cut := len(entries) - len(lines):
        are = "is" if cut == 1 else "are"
        shown += ("", f"{cut} more {_noun(cut, columns)} {are} only in the JUnit report.")
    return shown, not cut


def _counted(entries: Sequence[Entry], columns: Columns) -> str:
    states = Counter(entry.row.outcome.state.value for entry in entries)
    of_each = ", ".join(f"{count} {state}" for state, count in states.items())
    return f"{len(entries)} more {_noun(len(entries), columns)}: {of_each}"


def _noun(number: int, columns: Columns) -> str:
    noun = "result" if columns.check and columns.location else "check" if columns.check else "location"
    return noun if number == 1 else f"{noun}s"


def _row(entry: Entry, report: Report, columns: Columns) -> str:
    outcome = entry.row.outcome
    link = outcome.final.link if outcome.final else ""
    names = [entry.check] * columns.check + [outcome.location] * columns.location
    named = [linked(names[0], link), *(markdown(name) for name in names[1:])]
    why = [markdown(clean(report.reason_of(outcome), _REASON_LENGTH))] if columns.reason else []
    cells = (
        MARKS[entry.row.conclusion],
        *named,
        markdown(state_of(outcome)),
        str(outcome.tries),
        markdown(time_of(outcome)),
        *why,
    )
    return f"| {' | '.join(cells)} |"
