"""How lines of Markdown share a limited room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def size_of(lines: Iterable[str]) -> int:
    """Return how many bytes the lines take in UTF-8."""
    return sum(len(line.encode()) + 1 for line in lines)


def fitting(lines: Sequence[str], room: int) -> Sequence[str]:
    """Return the first lines, as many as fit into the room in bytes."""
    for number, line in enumerate(lines):
        room -= size_of((line,))
        if room < 0:
            return lines[:number]
    return lines


def folded(title: str, lines: Iterable[str]) -> Sequence[str]:
    """Return the lines below a title that unfolds them. The title is HTML."""
    return ("", f"<details><summary>{title}</summary>", *lines, "", "</details>")
