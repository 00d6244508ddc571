"""Lines of a log with the tone in which a terminal shows them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum


class Tone(Enum):
    """How a line sounds; colour on a terminal, nothing elsewhere."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    FAINT = "faint"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log. `link` is an https URL that belongs to the text."""

    text: str
    tone: Tone = Tone.PLAIN
    link: str = ""


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def cut(text: str, width: int) -> str:
    """As much of the text as there is room for in `width` columns."""
    text = text[:width]
    while columns(text) > width:
        text = text[:-1]
    return text


def shortened(text: str, width: int) -> str:
    """The text in at most `width` columns, one or more; an ellipsis says that it was cut."""
    return text if columns(text) <= width else cut(text, width - 1) + "…"


def wrapped(text: str, width: int) -> tuple[str, ...]:
    """The text in rows of at most `width` columns, cut between words. Further rows are indented.

    A word that is too long for a row, such as a URL, stays whole.
    """
    margin = len(text) - len(text.lstrip(" "))
    indent = " " * (margin + 2)
    rows: list[str] = []
    while columns(text) > width:
        begins = margin if not rows else len(indent)  # a row has one word at least
        room = len(cut(text, width)) + 1
        at = text.rfind(" ", begins + 1, room)
        at = at if at > 0 else text.find(" ", room)
        if at < 0 or not text[at:].strip():
            break
        rows.append(text[:at].rstrip())
        text = indent + text[at:].lstrip(" ")
    return (*rows, text)


def fitted(text: str, width: int) -> str:
    """The text in exactly `width` columns, cut or filled up."""
    text = shortened(text, width)
    return text + " " * (width - columns(text))
