"""Parsers of inputs: each converts text to a value, or raises ValueError with the allowed values."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from gate.checkly.http import is_uuid
from gate.domain.session import SessionKind
from gate.text.clean import clean
from gate.text.duration import LONG_FORMS, parse_duration

# This pattern is needed because `urlsplit` reads `::1` as the host of `[::1]evil.example`.
_BASE_URL = re.compile(
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d+)?(?:/[a-z0-9._~!$&'()*+,;=:@%/-]*)?", re.IGNORECASE
)
_MOST_VARIABLES = 50  # Checkly's API: environmentVariables
_API_VERSIONS = ("v1", "v2")


def check_ids(text: str) -> tuple[str, ...]:
    """Parse check IDs, separated by commas and white space. Return each once."""
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not words or not all(is_uuid(word) for word in words):
        raise ValueError("check IDs (UUIDs)")
    return tuple(dict.fromkeys(word.lower() for word in words))


def tags(text: str) -> tuple[tuple[str, ...], ...]:
    """Parse alternatives, separated by newlines or semicolons. Each is a list of comma-separated tags."""
    alternatives = []
    for line in re.split(r"[\n;]", text):
        words = (re.sub(r"^!\s+", "!", word.strip()) for word in line.split(","))
        alternative = tuple(word for word in words if word)
        if any(clean(tag) != tag or tag == "!" for tag in alternative):
            raise ValueError(
                "tags separated by commas, with an exclamation mark before a tag that a check must not have"
            )
        if alternative:
            alternatives.append(alternative)
    if not alternatives:
        raise ValueError("at least one tag")
    return tuple(alternatives)


def session_kind(text: str) -> SessionKind:
    """Parse a kind of session, written with a hyphen."""
    kinds = {kind.value.replace(" ", "-"): kind for kind in SessionKind}
    if text not in kinds:
        raise ValueError(" or ".join(kinds))
    return kinds[text]


def locations(text: str) -> tuple[str, ...]:
    """Parse run locations, separated by commas and white space. Return each once."""
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not words or not all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", word) for word in words):
        raise ValueError("region codes or slugs of private locations")
    return tuple(dict.fromkeys(words))


def variables(text: str) -> tuple[tuple[str, str], ...]:
    """Parse environment variables, one KEY=value per line. No error contains a value."""
    found: dict[str, str] = {}
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        key, is_pair, value = line.strip().partition("=")
        if not (is_pair and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", key)):
            raise ValueError(f"one KEY=value per line (line {number} is not)")
        if key in found:
            raise ValueError(f"each key once ({key} is given twice)")
        found[key] = value
    if len(found) > _MOST_VARIABLES:
        raise ValueError(f"at most {_MOST_VARIABLES} variables")
    return tuple(found.items())


def commit(text: str) -> str:
    """Parse a commit SHA, or the beginning of one. Return it in lower case."""
    if not re.fullmatch(r"[0-9a-fA-F]{7,64}", text):
        raise ValueError("a commit SHA, or at least its first 7 characters")
    return text.lower()


def name(text: str) -> str:
    """Parse a one-line name."""
    if clean(text) != text:
        raise ValueError("a line of at most 200 printable characters")
    return text


def header_value(text: str) -> str:
    """Parse text that can be sent in a header."""
    if re.fullmatch(r"[!-~]{1,500}", text):
        return text
    raise ValueError("printable ASCII characters without spaces")


def base_url(text: str) -> str:
    """Parse an https URL, or an http URL of a loopback address. Return it without a trailing slash."""
    allowed = "an https URL without credentials or query (http only for a loopback address)"
    if not _BASE_URL.fullmatch(text):
        raise ValueError(allowed)
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError if the port is not valid
    except ValueError:
        raise ValueError(allowed) from None
    if parts.scheme == "http" and not is_loopback(text):
        raise ValueError(allowed)
    return text.rstrip("/")


def is_loopback(url: str) -> bool:
    """Return whether the URL's host is a loopback address."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def api_version(text: str) -> str:
    """Parse a version of the check-session API. Return an empty string for `auto`."""
    if text not in ("auto", *_API_VERSIONS):
        raise ValueError("auto, v1 or v2")
    return "" if text == "auto" else text


def duration_between(shortest_s: float, longest_s: float, range_in_words: str) -> Callable[[str], float]:
    """Return a parser of durations in seconds, within inclusive bounds."""

    def read(text: str) -> float:
        try:
            seconds = parse_duration(text)
        except ValueError:
            seconds = -1
        if not shortest_s <= seconds <= longest_s:
            raise ValueError(f"{LONG_FORMS}, {range_in_words}")
        return seconds

    return read


def switch(text: str) -> bool:
    """Parse true or false, in any of their usual spellings."""
    words = {
        "true": True,
        "1": True,
        "yes": True,
        "on": True,
        "false": False,
        "0": False,
        "no": False,
        "off": False,
    }
    try:
        return words[text.strip().lower()]
    except KeyError:
        raise ValueError("true or false") from None


def path(text: str) -> str:
    """Parse the path of a file."""
    if "\0" in text or text.rpartition("/")[2] in ("", ".", ".."):
        raise ValueError("the path of a file")
    return text
