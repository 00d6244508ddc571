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
        help="A file that contains session IDs or links: the output of checkly test, trigger, pw-test or "
        "checks run, or the report of Checkly's JSON reporter.",
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
        help="With commit: use only sessions of this environment.",
        read=parsers.name,
    ),
    Input(
        name="commit-grace",
        help="With commit: how long to wait for its first session to appear.",
        read=parsers.duration_between(0, 24 * 3600, "up to 24h"),
        default="2m",
    ),
    *TRIGGER_INPUTS,
    Input(
        name="api-key",
        help="Checkly API key. A read-only key is enough unless the gate triggers checks or cancels "
        "sessions.",
        read=parsers.header_value,
        required=True,
        secret=True,
        variable="CHECKLY_API_KEY",
    ),
    Input(
        name="account-id",
        help="Checkly account ID, which Checkly's API requires. Without this input, the gate uses the "
        "account in a session link.",
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
        help="Version of the check-session API: auto, v1 or v2. auto tries v1 first, and switches to v2 "
        "if only v2 finds a session.",
        read=parsers.api_version,
        default="auto",
    ),
    Input(
        name="timeout",
        help="The longest time to wait: 900 (seconds), 90s, 15m or 1h30m.",
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
        help="How many degraded locations the gate allows: a count (1) or a share (25%).",
        read=parse_threshold,
        default="0",
        is_policy=True,
        absent=None,
    ),
    Input(
        name="failed-threshold",
        help="How many failed, errored and aborted locations the gate allows together: a count or a share.",
        read=parse_threshold,
        default="0",
        is_policy=True,
        absent=None,
    ),
    Input(
        name="policy",
        help="The policy file. Without this input, the gate uses .checkly-gate.yml if it exists. none "
        "disables the policy file, including the default one.",
        read=parsers.path,
    ),
    Input(
        name="junit-path",
        help="Where to write the JUnit report. Missing folders are created. With -, the report goes to "
        "stdout and the log to stderr.",
        read=parsers.path,
        default="test-results/checkly-junit.xml",
    ),
    Input(
        name="json-path",
        help="Where to write the JSON record of the decision; - is stdout. It is not written by default.",
        read=parsers.path,
    ),
    Input(
        name="summary-path",
        help="Where to write a copy of the job summary's Markdown, for comments and for CI systems without "
        "job summaries; - is stdout.",
        read=parsers.path,
    ),
    Input(
        name="html-path",
        help="Where to write the report as a web page: one file without scripts; - is stdout.",
        read=parsers.path,
    ),
    Input(
        name="details",
        help="After the verdict, fetch the reasons for locations that are not green.",
        read=parsers.switch,
        default="true",
        switch=True,
    ),
    Input(
        name="report-only",
        help="Report everything, but exit with 0 even if the gate is closed. Errors still fail the job.",
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
    Input(
        name="ca-bundle",
        help="A PEM file with additional certificate authorities to trust.",
        read=parsers.path,
    ),
    Input(
        name="verbose",
        help="Log each request, without credentials.",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
)
BY_NAME = {row.name: row for row in INPUTS}
