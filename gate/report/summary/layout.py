"""How the sessions of a summary share its room: what is folded, what comes first, what is cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gate.evaluation.outcomes import State

MOST_OPEN_ROWS = 20  # of a session's table; the others are folded
_WORST = (-1, -1)  # a session that has no rows to show is shown first


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a session's table, how bad it is, and the state that it shows."""

    badness: tuple[int, int]
    state: State
    line: str


@dataclass(frozen=True, slots=True)
class Section:
    """What there is to show of a session, its rows worst first; `title` folds all of it away."""

    title: str
    head: tuple[str, ...]
    table_head: tuple[str, ...]
    rows: tuple[TableRow, ...]
    extras: tuple[tuple[str, ...], ...]

    @property
    def frame_bytes(self) -> int:
        """What the section takes before it shows a row, its folds included."""
        return size_of((*folded(self.title, self.head), *self.table_head, *self._rest(self.rows)))

    def lines(self, rows: int, extras: Iterable[Sequence[str]]) -> Iterable[str]:
        """The section with so many of its rows."""
        shown = self.rows[:rows]
        table = (*self.table_head, *(row.line for row in shown[:MOST_OPEN_ROWS])) if shown else ()
        rest = self._rest(shown, *(row.line for row in shown[MOST_OPEN_ROWS:]))
        more = (line for extra in extras for line in extra)
        return folded(self.title, (*self.head, *table, *rest, *more))

    def _rest(self, rows: Sequence[TableRow], *lines: str) -> Sequence[str]:
        """The rows beyond the first, folded."""
        states = Counter(row.state.value for row in rows[MOST_OPEN_ROWS:])
        if not states:
            return ()
        of_each = ", ".join(f"{count} {state}" for state, count in states.items())
        more = f"{states.total()} more location{'s' * (states.total() > 1)}"
        return folded(f"{more}: {of_each}", (*self.table_head, *lines))


def folded(title: str, lines: Sequence[str]) -> Sequence[str]:
    """The lines below a title that opens them; without a title as they are."""
    if not title:
        return lines
    return ("", f"<details><summary>{title}</summary>", *lines, "", "</details>")


def fitting(sections: Sequence[Section], room: int) -> list[str]:
    """The lines of the sections that fit: the worst rows of all sessions first, no row without its head."""
    shown: dict[int, int] = {}  # how many rows of a section
    candidates = sorted(
        (badness, index, number)
        for index, section in enumerate(sections)
        for number, badness in enumerate([row.badness for row in section.rows] or [_WORST])
    )
    for _, index, number in candidates:
        section = sections[index]
        row = [section.rows[number].line] if section.rows else []
        if (size := size_of(row) + (0 if index in shown else section.frame_bytes)) > room:
            break
        room -= size
        shown[index] = shown.get(index, 0) + len(row)
    lines: list[str] = []
    for index, count in sorted(shown.items()):
        section = sections[index]
        extras = []
        for extra in section.extras if count == len(section.rows) else ():
            if (size := size_of(extra)) <= room:
                room -= size
                extras.append(extra)
        lines += section.lines(count, extras)
    return lines + _what_is_cut(sections, shown)


def _what_is_cut(sections: Sequence[Section], shown: dict[int, int]) -> list[str]:
    rows = sum(len(section.rows) for section in sections) - sum(shown.values())
    sessions = len(sections) - len(shown)
    if not rows and not sessions:
        return []
    return [
        "",
        f"{rows} more locations do not fit here ({sessions} whole sessions); the JUnit report has them all.",
    ]


def size_of(lines: Iterable[str]) -> int:
    """How many bytes the lines take in UTF-8."""
    return sum(len(line.encode()) + 1 for line in lines)
