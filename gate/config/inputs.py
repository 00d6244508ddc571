"""The inputs: the table from which flags, variables, help, action.yml and docs/INPUTS.md are derived."""

from __future__ import annotations

from gate.config import parsers
from gate.config.input import Input
from gate.config.session_words import session_refs
from gate.config.trigger_inputs import TRIGGER_INPUTS
from gate.policy.threshold import parse_threshold

INPUTS: tuple[Input, ...] = (
    Input(
        name="session-id",
        help="IDs or links of check sessions and test sessions, separated by commas, spaces or newlines. "
        "Required unless session-file or commit is given or checks are triggered.",
        read=session_refs,
        joined_by=" ",
        absent=(),
    ),
    Input(
        name="session-file",
        help="A file that names sessions: the output of checkly test, trigger, pw-test or checks run, or the "
        "report of Checkly's JSON reporter.",
        read=parsers.path,
    ),
    Input(
        name="commit",
        help="A commit SHA: gate on the test sessions that a deployment hook or the Playwright reporter has "
        "started for it.",
        read=parsers.commit,
    ),
    Input(
        name="commit-environment",
        help="With commit: only sessions of this environment.",
        read=parsers.name,
    ),
    Input(
        name="commit-grace",
        help="With commit: how long its first session may take to appear.",
        read=parsers.duration_between(0, 24 * 3600, "up to 24h"),
        default="2m",
    ),
    *TRIGGER_INPUTS,
    Input(
        name="api-key",
        help="Checkly API key. A read-only key is enough unless checks are triggered or cancelled.",
        read=parsers.header_value,
        required=True,
        secret=True,
        variable="CHECKLY_API_KEY",
    ),
    Input(
        name="account-id",
        help="Checkly account ID. Checkly's API requires it. Without it, that of a session link is used.",
        read=parsers.header_value,
        variable="CHECKLY_ACCOUNT_ID",
    ),
    Input(
        name="api-url",
        help="Base URL of the API. http is allowed for loopback addresses only.",
        read=parsers.base_url,
        default="https://api.checklyhq.com",
        variable="CHECKLY_API_URL",
    ),
    Input(
        name="api-version",
        help="Version of the check-session API: auto, v1 or v2. auto uses v1 until only v2 knows a session.",
        read=parsers.api_version,
        default="auto",
    ),
    Input(
        name="timeout",
        help="The longest wait: 900, 90s, 15m or 1h30m.",
        read=parsers.duration_between(1, 7 * 24 * 3600, "from 1s to 168h"),
        default="20m",
    ),
    Input(
        name="poll-interval",
        help="The pause between two requests for one session.",
        read=parsers.duration_between(1, 600, "from 1s to 10m"),
        default="10s",
    ),
    Input(
        name="degraded-threshold",
        help="The most degraded locations that still pass: a count (1) or a share (25%).",
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
        help="The policy file. Without this input, .checkly-gate.yml is used if it exists. none: no file, "
        "not even that one.",
        read=parsers.path,
    ),
    Input(
        name="junit-path",
        help="Where to write the JUnit report; - is stdout, and the log then goes to stderr. Folders are "
        "created.",
        read=parsers.path,
        default="test-results/checkly-junit.xml",
    ),
    Input(
        name="json-path",
        help="Where to write the JSON record of the decision; - is stdout. Not written by default.",
        read=parsers.path,
    ),
    Input(
        name="summary-path",
        help="Where to write the job summary's Markdown, for comments and CI systems without summaries.",
        read=parsers.path,
    ),
    Input(
        name="html-path",
        help="Where to write the report as a web page: one file without scripts.",
        read=parsers.path,
    ),
    Input(
        name="details",
        help="Fetch the reasons for locations that are not green, after the verdict.",
        read=parsers.switch,
        default="true",
        switch=True,
    ),
    Input(
        name="report-only",
        help="Report everything, but exit with 0 even if the gate closes. Errors still fail.",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
    Input(
        name="cancel-on-abort",
        help="Ask Checkly to cancel running sessions if the gate is stopped or times out.",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
    Input(name="ca-bundle", help="A PEM file with additional certificate authorities.", read=parsers.path),
    Input(
        name="verbose",
        help="Log each request, without credentials.",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
)
BY_NAME = {row.name: row for row in INPUTS}
