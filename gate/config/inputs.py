"""The inputs: the one table from which flags, variables, help, action.yml and the README are derived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gate.config import parsers
from gate.policy.threshold import parse_threshold

ENVIRONMENT_PREFIXES = ("INPUT_", "PLUGIN_", "CHECKLY_GATE_")


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
    joined_by: str = ""  # what stands between the values of a flag that is repeated
    variable: str = ""
    is_policy: bool = False  # without it the policy file decides, and `default` is what is left then
    absent: Any = ""

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


INPUTS: tuple[Input, ...] = (
    Input(
        name="session-id",
        help="Check session ids or links, separated by commas, spaces or newlines. Required, or a trigger.",
        read=parsers.session_ids,
        joined_by=" ",
        absent=(),
    ),
    Input(
        name="trigger-check-id",
        help="Start the checks with these ids, and gate on them; with trigger-tags they need the tags too.",
        read=parsers.check_ids,
        joined_by=" ",
        absent=(),
    ),
    Input(
        name="trigger-tags",
        help="Start the checks that have all tags of a line (a, !b), first; one line per alternative.",
        read=parsers.tags,
        joined_by="\n",
        absent=(),
    ),
    Input(
        name="refresh-cache",
        help="Have Checkly refresh its cache before it runs what is triggered.",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
    Input(
        name="api-key",
        help="Checkly API key; a read-only one is enough, unless checks are triggered or cancelled.",
        read=parsers.header_value,
        required=True,
        secret=True,
        variable="CHECKLY_API_KEY",
    ),
    Input(
        name="account-id",
        help="Checkly account id. The real API asks for it.",
        read=parsers.header_value,
        variable="CHECKLY_ACCOUNT_ID",
    ),
    Input(
        name="api-url",
        help="Base URL of the API; http only to a loopback address.",
        read=parsers.base_url,
        default="https://api.checklyhq.com",
        variable="CHECKLY_API_URL",
    ),
    Input(
        name="api-version",
        help="auto, v1 or v2. auto asks v1, and moves to v2 once v1 does not know a session and v2 does.",
        read=parsers.api_version,
        default="auto",
    ),
    Input(
        name="timeout",
        help="The longest wait: 900, 90s, 15m, 1h30m.",
        read=parsers.duration_between(1, 7 * 24 * 3600, "from 1s to 168h"),
        default="20m",
    ),
    Input(
        name="poll-interval",
        help="The pause between two looks at one session.",
        read=parsers.duration_between(1, 600, "from 1s to 10m"),
        default="10s",
    ),
    Input(
        name="degraded-threshold",
        help="The most degraded locations that still pass: a count (1) or a share of the session's (25%).",
        read=parse_threshold,
        default="0",
        is_policy=True,
        absent=None,
    ),
    Input(
        name="failed-threshold",
        help="The most failed locations that still pass: a count or a share.",
        read=parse_threshold,
        default="0",
        is_policy=True,
        absent=None,
    ),
    Input(
        name="policy",
        help="The policy file, for everything finer; .checkly-gate.yml where it exists.",
        read=parsers.path,
    ),
    Input(
        name="junit-path",
        help="Where the JUnit report goes; folders are made.",
        read=parsers.path,
        default="test-results/checkly-junit.xml",
    ),
    Input(
        name="json-path",
        help="Where the JSON record of the decision goes; none by default.",
        read=parsers.path,
    ),
    Input(
        name="details",
        help="Ask Checkly why locations are not green, once the gate has decided.",
        read=parsers.switch,
        default="true",
        switch=True,
    ),
    Input(
        name="report-only",
        help="Say and write everything, but exit 0 whatever Checkly's answer was (not where there is none).",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
    Input(
        name="cancel-on-abort",
        help="Ask Checkly to cancel what still runs when the gate is stopped or runs out of time.",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
    Input(name="ca-bundle", help="A PEM file of extra certificate authorities.", read=parsers.path),
    Input(
        name="verbose",
        help="Log each request (never its credentials).",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
)
BY_NAME = {row.name: row for row in INPUTS}
