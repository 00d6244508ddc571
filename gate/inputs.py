"""The inputs: the one table from which flags, variables, help, action.yml and the README are derived."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from gate.api import is_uuid
from gate.model import ApiVersion
from gate.policy import parse_threshold
from gate.units import DURATION_FORMS, parse_duration

ENVIRONMENT_PREFIXES = ("INPUT_", "PLUGIN_", "CHECKLY_GATE_")
_UUID_AT_END = re.compile(r"[0-9a-fA-F-]{36}$")
_CHECK_SESSION_IN_LINK = re.compile(r"/check-sessions/([0-9a-fA-F-]{36})(?:[/?#]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input. `read` turns its text into a value, or raises ValueError with what is allowed."""

    name: str
    help: str
    read: Callable[[str], Any]  # the one place where a value has no type yet: Settings gives it one
    default: str = ""
    required: bool = False
    secret: bool = False
    switch: bool = False
    several: bool = False
    variable: str = ""

    @property
    def field(self) -> str:
        """The name of its field in `Settings`."""
        return self.name.replace("-", "_")

    @property
    def described(self) -> str:
        """What it means and what it is when it is not given, in one line."""
        notes = [self.help]
        if self.required:
            notes.append("Required.")
        if self.default:
            notes.append(f"Default: {self.default}.")
        if self.variable:
            notes.append(f"Also {self.variable}.")
        return " ".join(notes)

    @property
    def environment(self) -> tuple[str, ...]:
        """The environment variables that give it, first wins; GitHub keeps the hyphens of a name."""
        upper = self.name.upper()
        names = [f"INPUT_{upper}"] + [prefix + self.field.upper() for prefix in ENVIRONMENT_PREFIXES]
        return tuple(dict.fromkeys([*names, self.variable] if self.variable else names))


def _session_ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_session_id(word) for word in re.split(r"[,\s]+", text) if word))


def _session_id(word: str) -> str:
    allowed = "check session ids (UUIDs) or links to check sessions"
    if is_uuid(word):
        return word.lower()
    if "/test-sessions/" in word:
        raise ValueError(f"{allowed}; a test session is not a check session")
    found = _CHECK_SESSION_IN_LINK.search(word)
    candidate = found.group(1) if found else "".join(_UUID_AT_END.findall(word))
    if re.match(r"https?://", word) and is_uuid(candidate):
        return candidate.lower()
    raise ValueError(allowed)


def _header_value(text: str) -> str:
    if re.fullmatch(r"[!-~]{1,500}", text):
        return text
    raise ValueError("printable ASCII characters without spaces")


def _base_url(text: str) -> str:
    allowed = "an https URL without credentials or query (http only to a loopback address)"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port  # raises for a port that is none
    except ValueError:
        raise ValueError(allowed) from None
    odd = parts.username or parts.password or parts.query or parts.fragment or not text.isascii()
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(text))
    if not host or odd or not secure or re.search(r"[\s\\]", text):
        raise ValueError(allowed)
    return text.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _api_version(text: str) -> ApiVersion | None:
    if text == "auto":
        return None
    try:
        return ApiVersion(text)
    except ValueError:
        raise ValueError("auto, v1 or v2") from None


def _duration_between(shortest_s: float, longest_s: float, range_in_words: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            seconds = parse_duration(text)
        except ValueError:
            seconds = -1
        if not shortest_s <= seconds <= longest_s:
            raise ValueError(f"{DURATION_FORMS}, {range_in_words}")
        return seconds

    return read


def _switch(text: str) -> bool:
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


def _path(text: str) -> str:
    if "\0" in text or text.endswith("/"):
        raise ValueError("the path of a file")
    return text


INPUTS: tuple[Input, ...] = (
    Input(
        name="session-id",
        help="One or more check session ids or links, separated by commas, spaces or newlines.",
        read=_session_ids,
        required=True,
        several=True,
    ),
    Input(
        name="api-key",
        help="Checkly API key; a read-only one is enough (cancel-on-abort needs one that may run checks).",
        read=_header_value,
        required=True,
        secret=True,
        variable="CHECKLY_API_KEY",
    ),
    Input(
        name="account-id",
        help="Checkly account id. The real API asks for it.",
        read=_header_value,
        variable="CHECKLY_ACCOUNT_ID",
    ),
    Input(
        name="api-url",
        help="Base URL of the API; http only to a loopback address.",
        read=_base_url,
        default="https://api.checklyhq.com",
        variable="CHECKLY_API_URL",
    ),
    Input(
        name="api-version",
        help="auto, v1 or v2. auto asks v1, and moves to v2 once v1 does not know a session and v2 does.",
        read=_api_version,
        default="auto",
    ),
    Input(
        name="timeout",
        help="The longest wait: 900, 90s, 15m, 1h30m.",
        read=_duration_between(1, 7 * 24 * 3600, "from 1s to 168h"),
        default="20m",
    ),
    Input(
        name="poll-interval",
        help="The pause between two looks at one session.",
        read=_duration_between(1, 600, "from 1s to 10m"),
        default="10s",
    ),
    Input(
        name="degraded-threshold",
        help="The most degraded locations that still pass: a count (1) or a share of the session's (25%).",
        read=parse_threshold,
        default="0",
    ),
    Input(
        name="failed-threshold",
        help="The most failed locations that still pass: a count or a share.",
        read=parse_threshold,
        default="0",
    ),
    Input(
        name="policy",
        help="The policy file, for everything finer; .checkly-gate.yml where it exists.",
        read=_path,
    ),
    Input(
        name="junit-path",
        help="Where the JUnit report goes; folders are made.",
        read=_path,
        default="test-results/checkly-junit.xml",
    ),
    Input(name="json-path", help="Where the JSON record of the decision goes; none by default.", read=_path),
    Input(
        name="report-only",
        help="Say and write everything, but exit 0 whatever Checkly's answer was (not where there is none).",
        read=_switch,
        default="false",
        switch=True,
    ),
    Input(
        name="cancel-on-abort",
        help="Ask Checkly to cancel what still runs when the gate is stopped or runs out of time.",
        read=_switch,
        default="false",
        switch=True,
    ),
    Input(name="ca-bundle", help="A PEM file of extra certificate authorities.", read=_path),
    Input(
        name="verbose",
        help="Log each request (never its credentials).",
        read=_switch,
        default="false",
        switch=True,
    ),
)
BY_NAME = {row.name: row for row in INPUTS}
