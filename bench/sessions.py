"""Sessions for the simulator that all pass or all fail, each at a different time."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from gate.domain.session import SessionKind
from gate.simulator import Scenario
from gate.simulator.scenario.sessions import (
    FLAGS,
    Check,
    PlannedCheck,
    PlannedResult,
    PlannedSession,
    StatusChange,
)

LOCATIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
    "eu-west-1", "eu-central-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1",
    "me-south-1", "ap-southeast-1", "ap-northeast-1", "ap-east-1", "ap-southeast-2", "ap-southeast-3",
    "ap-northeast-2", "ap-northeast-3", "ap-south-1", "af-south-1",
)  # fmt: skip
TAG = "release"


def scenario(
    ends_s: Sequence[float], locations: Sequence[str] = LOCATIONS, *, failing: bool = False
) -> Scenario:
    """Return a scenario with a check session for each end time. Its results arrive one by one until then."""
    sessions = tuple(
        _session(number, end_s, tuple(locations), failing) for number, end_s in enumerate(ends_s)
    )
    return Scenario(name="bench", description="All fail." if failing else "All pass.", sessions=sessions)


def _session(number: int, end_s: float, locations: tuple[str, ...], failing: bool) -> PlannedSession:
    results = (
        _result(end_s * place / len(locations), location, failing, _id(f"result {number} {location}"))
        for place, location in enumerate(locations, 1)
    )
    check = Check(id=_id(f"check {number}"), name=f"Check {number} of the release", tags=(TAG,))
    return PlannedSession(
        id=_id(f"session {number}"),
        checks=(PlannedCheck(check, locations, tuple(results)),),
        statuses=(StatusChange(0.0, "STARTED"), StatusChange(end_s, "FAILED" if failing else "PASSED")),
    )


def of_many_checks(ends_s: Sequence[float], checks: int, *, failing: bool = False) -> Scenario:
    """Return a scenario with a test session for each end time. Its results arrive one by one until then."""
    sessions = tuple(_test_session(number, end_s, checks, failing) for number, end_s in enumerate(ends_s))
    return Scenario(name="bench", description="All fail." if failing else "All pass.", sessions=sessions)


def _test_session(number: int, end_s: float, checks: int, failing: bool) -> PlannedSession:
    location = LOCATIONS[number % len(LOCATIONS)]
    runs = (
        PlannedCheck(
            Check(id=_id(f"check {index}"), name=f"Check {index} of the suite"),
            (location,),
            (_result(end_s * index / checks, location, failing, _id(f"result {number} {index}")),),
        )
        for index in range(1, checks + 1)
    )
    return PlannedSession(
        id=_id(f"test session {number}"),
        kind=SessionKind.TEST,
        name=f"Suite {number}",
        location=location,
        checks=tuple(runs),
        statuses=(StatusChange(0.0, "RUNNING"), StatusChange(end_s, "FAILED" if failing else "PASSED")),
    )


def _result(at_s: float, location: str, failing: bool, result_id: str) -> PlannedResult:
    return PlannedResult(
        id=result_id,
        at_s=at_s,
        location=location,
        flags=dict.fromkeys(FLAGS, False) | {"hasFailures": failing},
        type="FINAL",
        took_s=0.4,
    )


def _id(seed: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"checkly-gate bench {seed}"))
