"""Fit lines of Markdown into a limited number of bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def size_of(lines: Iterable[str]) -> int:
    """Return the size of the lines in bytes of UTF-8."""
    return sum(len(line.encode()) + 1 for line in lines)


def fitting(lines: Sequence[str], room: int) -> Sequence[str]:
    """Return as many of the first lines as fit into `room` bytes."""
    for number, line in enumerate(lines):
        room -= size_of((line,))
        if room < 0:
            return lines[:number]
    return lines


def folded(title: str, lines: Iterable[str]) -> Sequence[str]:
    """Return the lines folded below a title. The title is HTML."""
    return ("", f"<details><summary>{title}</summary>", *lines, "", "</details>")
