"""Figures as Markdown: rows with a goal that is reached or missed, in sections."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

_HEAD = "| what | measured | goal | |\n|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; without a goal it stands there for comparison."""

    what: str
    measured: str
    goal: str = ""
    reached: bool | None = None

    @classmethod
    def at_most(cls, what: str, value: float, limit: float, unit: str) -> Self:
        """A figure that must not exceed a limit; both are shown with the unit, a format of one number."""
        return cls(what, unit.format(value), f"≤ {unit.format(limit)}", value <= limit)

    @classmethod
    def at_least(cls, what: str, value: float, limit: float, unit: str) -> Self:
        """A figure that must not fall below a limit."""
        return cls(what, unit.format(value), f"≥ {unit.format(limit)}", value >= limit)

    def __str__(self) -> str:
        mark = {True: "reached", False: "**missed**", None: ""}[self.reached]
        return f"| {self.what} | {self.measured} | {self.goal} | {mark} |"


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that were measured together, and how."""

    title: str
    how: str
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        return f"## {self.title}\n\n{wrapped(self.how)}\n\n{table(self.rows)}\n"


def wrapped(text: str) -> str:
    """Paragraphs in lines of a width that diffs can be read in."""
    return "\n\n".join(
        textwrap.fill(paragraph, 118, break_long_words=False, break_on_hyphens=False)
        for paragraph in text.split("\n\n")
    )


def table(rows: Sequence[Row]) -> str:
    """Rows below their head."""
    return "\n".join((_HEAD, *map(str, rows)))


def with_goals(sections: Sequence[Section]) -> list[Row]:
    """The rows that have a goal."""
    return [row for section in sections for row in section.rows if row.reached is not None]
