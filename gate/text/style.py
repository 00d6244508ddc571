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
    """One line of the log."""

    text: str
    tone: Tone = Tone.PLAIN


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


def fitted(text: str, width: int) -> str:
    """The text in exactly `width` columns, cut or filled up."""
    text = shortened(text, width)
    return text + " " * (width - columns(text))
