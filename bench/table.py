"""Figures as Markdown: sections of rows, some of which have a goal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

_HEAD = "| what | measured | goal | |\n|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure. A figure without a goal is for comparison."""

    what: str
    measured: str
    goal: str = ""
    reached: bool | None = None

    @classmethod
    def at_most(cls, what: str, value: float, limit: float, unit: str) -> Self:
        """Return a figure that must not exceed a limit. `unit` is a format for both numbers."""
        return cls(what, unit.format(value), f"≤ {unit.format(limit)}", value <= limit)

    @classmethod
    def at_least(cls, what: str, value: float, limit: float, unit: str) -> Self:
        """Return a figure that must not fall below a limit."""
        return cls(what, unit.format(value), f"≥ {unit.format(limit)}", value >= limit)

    def __str__(self) -> str:
        mark = {True: "reached", False: "**missed**", None: ""}[self.reached]
        return f"| {self.what} | {self.measured} | {self.goal} | {mark} |"


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that were measured together, and the method."""

    title: str
    how: str
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        return f"## {self.title}\n\n{wrapped(self.how)}\n\n{table(self.rows)}\n"


def wrapped(text: str) -> str:
    """Wrap paragraphs, so that diffs are readable."""
    return "\n\n".join(
        textwrap.fill(paragraph, 118, break_long_words=False, break_on_hyphens=False)
        for paragraph in text.split("\n\n")
    )


def table(rows: Sequence[Row]) -> str:
    """Return a table of the rows."""
    return "\n".join((_HEAD, *map(str, rows)))


def with_goals(sections: Sequence[Section]) -> list[Row]:
    """Return the rows that have a goal."""
    return [row for section in sections for row in section.rows if row.reached is not None]
