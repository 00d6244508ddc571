"""Clean text from outside, once, when it arrives. It is escaped later, for each destination."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NAME_LENGTH = 200
SENTENCE_LENGTH = 500
_LINK_LENGTH = 500  # twice the length of Checkly's links

# Terminal escapes: CSI sequences, OSC strings with either terminator or none, and escapes of two or more
# characters.
_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]")
# Surrogates and noncharacters (not allowed in XML or UTF-8), and characters that are invisible or reorder a
# line: Unicode's default ignorable code points, the blank Braille pattern, and interlinear marks. The two
# variation selectors that choose between emoji and text style are kept.
_UNWRITABLE = re.compile(
    "[\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff"
    "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e"
    "\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0d\\ufeff\\uffa0\\ufff0-\\ufffb"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(1, 17))
    + "]"
)
_BLANK_START = re.compile(r"^[\s\ufe0e\ufe0f]+")  # a selector at the start has no character to change
_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_CREDENTIALS_IN_URL = re.compile(r"(?<=://)[^/\s]*@")


def clean(text: str, length: int = NAME_LENGTH) -> str:
    """Return the text as one printable line of at most `length` characters.

    ANSI sequences, lone surrogates, noncharacters, invisible characters and direction marks are removed. Each
    run of white space and control characters becomes one space. Text that is already clean does not change.
    """
    head = text[: length * 20]  # so that cleaning megabytes of text does not take long
    visible = _UNWRITABLE.sub("", _ANSI.sub("", head))
    line = _BLANK_START.sub("", _SPACE.sub(" ", visible).rstrip())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def https_link(text: str) -> str:
    """Return the link if it is an https URL that is safe to show and to click, otherwise an empty string."""
    if len(text) > _LINK_LENGTH or not re.fullmatch(r"https://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+", text):
        return ""
    parts = urlsplit(text)  # cannot raise an error, because the text contains no bracket
    return text if parts.hostname and not (parts.username or parts.password) else ""


def without_credentials(text: str) -> str:
    """Return the text without the credentials in its URLs."""
    return _CREDENTIALS_IN_URL.sub("***@", text)
