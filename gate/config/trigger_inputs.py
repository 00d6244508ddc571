"""The inputs that trigger checks, as a part of the table of inputs."""

from __future__ import annotations

from gate.config import parsers
from gate.config.input import Input

TRIGGER_INPUTS: tuple[Input, ...] = (
    Input(
        name="trigger-check-id",
        help="Run the checks with these IDs and gate on them. With trigger-tags, a check must match both.",
        read=parsers.check_ids,
        joined_by=" ",
        absent=(),
    ),
    Input(
        name="trigger-tags",
        help="Run the checks that have all the tags in a line, for example a, b, and gate on them. "
        "!b excludes checks with the tag b. Each further line is an alternative.",
        read=parsers.tags,
        joined_by="\n",
        absent=(),
    ),
    Input(
        name="refresh-cache",
        help="Ask Checkly to refresh its cache before it runs triggered checks.",
        read=parsers.switch,
        default="false",
        switch=True,
    ),
    Input(
        name="trigger-as",
        help="check-session: each check runs at all of its locations, with the usual alerts. test-session: "
        "the checks run at the locations of trigger-location, without alerts.",
        read=parsers.session_kind,
        default="check-session",
    ),
    Input(
        name="trigger-location",
        help="With trigger-as test-session: the locations, one session for each. They are codes such as "
        "eu-west-1, or slugs of private locations.",
        read=parsers.locations,
        joined_by=" ",
        absent=(),
    ),
    Input(
        name="trigger-env",
        help="With trigger-as test-session: environment variables for the checks, one KEY=value per line, "
        "at most 50. Values are sent as secrets and never shown.",
        read=parsers.variables,
        secret=True,
        joined_by="\n",
        absent=(),
    ),
    Input(
        name="trigger-name",
        help="With trigger-as test-session: the name of the session. By default, the repository and the "
        "commit that the CI system provides.",
        read=parsers.name,
    ),
)
