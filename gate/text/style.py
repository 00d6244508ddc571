"""Lines of a log, with tones that become colours if the log has colours."""

from __future__ import annotations

import unicodedata
from enum import Enum
from typing import NamedTuple


class Tone(Enum):
    """The tone of a line. A log without colours ignores it."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    FAINT = "faint"


class Line(NamedTuple):
    """One line of the log. `link` is an https URL that belongs to the text."""

    text: str
    tone: Tone = Tone.PLAIN
    link: str = ""


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes. Wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def cut(text: str, width: int) -> str:
    """Return as much of the text as fits in `width` columns."""
    text = text[:width]
    while columns(text) > width:
        text = text[:-1]
    return text


def shortened(text: str, width: int) -> str:
    """Return the text in at most `width` columns (at least one), with an ellipsis if it was cut."""
    return text if columns(text) <= width else cut(text, width - 1) + "…"


def wrapped(text: str, width: int) -> tuple[str, ...]:
    """Return the text in lines of at most `width` columns, wrapped between words. Later lines are indented.

    A word that is too long for a line, such as a URL, is not broken.
    """
    margin = len(text) - len(text.lstrip(" "))
    indent = " " * (margin + 2)
    rows: list[str] = []
    while columns(text) > width:
        begins = margin if not rows else len(indent)  # a line contains at least one word
        room = len(cut(text, width)) + 1
        at = text.rfind(" ", begins + 1, room)
        at = at if at > 0 else text.find(" ", room)
        if at < 0 or not text[at:].strip():
            break
        rows.append(text[:at].rstrip())
        text = indent + text[at:].lstrip(" ")
    return (*rows, text)


def fitted(text: str, width: int) -> str:
    """Return the text in exactly `width` columns, cut or padded."""
    text = shortened(text, width)
    return text + " " * (width - columns(text))
