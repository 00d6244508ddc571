"""Check sessions for the simulator that all pass, or all fail, each at a time of its own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from gate.simulator import Scenario
from gate.simulator.scenario.sessions import Check, PlannedCheck, PlannedResult, PlannedSession, StatusChange

LOCATIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
    "eu-west-1", "eu-central-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1",
    "me-south-1", "ap-southeast-1", "ap-northeast-1", "ap-east-1", "ap-southeast-2", "ap-southeast-3",
    "ap-northeast-2", "ap-northeast-3", "ap-south-1", "af-south-1",
)  # fmt: skip
TAG = "release"
_FLAGS = ("hasErrors", "hasFailures", "isDegraded", "aborted", "isCancelled")


def scenario(
    ends_s: Sequence[float], locations: Sequence[str] = LOCATIONS, *, failing: bool = False
) -> Scenario:
    """A session for each end, whose locations deliver their results one after the other until then."""
    sessions = tuple(
        _session(number, end_s, tuple(locations), failing) for number, end_s in enumerate(ends_s)
    )
    return Scenario(name="bench", description="All fail." if failing else "All pass.", sessions=sessions)


def _session(number: int, end_s: float, locations: tuple[str, ...], failing: bool) -> PlannedSession:
    results = (
        PlannedResult(
            at_s=end_s * place / len(locations),
            location=location,
            flags=dict.fromkeys(_FLAGS, False) | {"hasFailures": failing},
            type="FINAL",
            took_s=0.4,
        )
        for place, location in enumerate(locations, 1)
    )
    check = Check(id=_id(f"check {number}"), name=f"Check {number} of the release", tags=(TAG,))
    return PlannedSession(
        id=_id(f"session {number}"),
        checks=(PlannedCheck(check, locations, tuple(results)),),
        statuses=(StatusChange(0.0, "STARTED"), StatusChange(end_s, "FAILED" if failing else "PASSED")),
    )


def _id(seed: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"checkly-gate bench {seed}"))
