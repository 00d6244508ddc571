"""Strategies for random sessions and policies, with few locations, so that results often share one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from gate.domain.session import Check, CheckRun, Phase, Result, ResultKind, Session, SessionKind
from gate.policy.effective import Policy
from gate.policy.threshold import Threshold
from tests.samples import SESSION_ID, STARTED, attempt, run_of, session, with_run

RUN_LOCATIONS = ("us-east-1", "eu-central-1", "ap-south-1", "sa-east-1")
FOREIGN = ("eu-west-1", "us-west-1", "me-south-1")
STATUSES = ("PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED")
_RARELY = st.sampled_from([False, False, False, False, True])


@st.composite
def results(draw: st.DrawFn) -> Result:
    """Draw a result with any flags at any location."""
    number = draw(st.integers(0, 10**6))
    return Result(
        id=f"result-{number}",
        location=draw(st.sampled_from([*RUN_LOCATIONS, *RUN_LOCATIONS, *FOREIGN])),
        kind=draw(st.sampled_from([ResultKind.FINAL, ResultKind.FINAL, ResultKind.ATTEMPT, *ResultKind])),
        has_errors=draw(_RARELY),
        has_failures=draw(_RARELY),
        is_degraded=draw(_RARELY),
        aborted=draw(_RARELY),
        is_cancelled=draw(_RARELY),
        response_time_ms=draw(st.none() | st.integers(0, 4000)),
        stopped_at=draw(st.none() | st.just(STARTED + timedelta(seconds=number))),
    )


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Draw a finished session with any results."""
    locations = draw(st.lists(st.sampled_from(RUN_LOCATIONS), unique=True, max_size=4))
    drawn = session(
        draw(st.sampled_from(STATUSES)),
        *draw(st.lists(results(), max_size=7)),
        locations=tuple(locations),
        version=draw(st.sampled_from(["v1", "v2"])),
    )
    if draw(st.booleans()):  # half of the sessions are green at the locations without drawn results
        found = run_of(drawn).results
        green = [
            final for final in _green(locations) if final.location not in {each.location for each in found}
        ]
        return with_run(drawn, results=(*found, *green))
    return drawn


@st.composite
def retried_sessions(draw: st.DrawFn) -> Session:
    """Draw a finished session in which some locations were retried elsewhere, and one may be red."""
    locations = RUN_LOCATIONS[:3]
    retried = draw(st.lists(st.sampled_from(locations), unique=True, max_size=2))
    attempts = [attempt(location) for location in draw(st.sampled_from([retried, [*retried, FOREIGN[0]]]))]
    elsewhere = [
        replace(each, location=draw(st.sampled_from(FOREIGN)), kind=ResultKind.FINAL)
        for each in draw(st.lists(results(), max_size=4))
    ]
    home = [
        replace(each, has_failures=draw(_RARELY))
        for each in _green([location for location in locations if location not in retried])
    ]
    status = draw(st.sampled_from(["PASSED", "DEGRADED", "FAILED"]))
    return session(status, *attempts, *elsewhere, *home, locations=locations)


def _green(locations: list[str]) -> list[Result]:
    return [
        Result(
            id=f"green-{location}",
            location=location,
            kind=ResultKind.FINAL,
            has_errors=False,
            has_failures=False,
            is_degraded=False,
            aborted=False,
            is_cancelled=False,
        )
        for location in locations
    ]


THRESHOLDS = st.builds(
    lambda count, share, is_share: Threshold(share * 125_000 if is_share else count, is_share=is_share),
    st.integers(0, 4),
    st.integers(0, 8),
    st.booleans(),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw any policy."""
    skipped = draw(st.lists(st.sampled_from([*RUN_LOCATIONS, *FOREIGN]), max_size=2))
    return Policy(
        failed=(draw(THRESHOLDS),),
        degraded=(draw(THRESHOLDS),),
        flaky=tuple(draw(st.lists(THRESHOLDS, max_size=1))),
        allow_missing=draw(_RARELY),
        allow_cancelled=draw(_RARELY),
        response_time_ms=draw(st.none() | st.integers(1, 4000)),
        required=tuple(draw(st.lists(st.sampled_from(RUN_LOCATIONS), unique=True, max_size=1))),
        skipped=dict.fromkeys(skipped, "for a reason"),
    )


_CHECKS = (
    Check("id-1", "Pay", "API"),
    Check("id-2", "Pay", "API"),
    Check("id-3", "Log in", "BROWSER"),
    Check("", "Pay", "API"),
    Check("", "Log in", "BROWSER"),
)


@st.composite
def many_check_sessions(draw: st.DrawFn) -> Session:
    """Draw a finished test session of any checks, with any results."""
    checks = draw(st.lists(st.sampled_from(_CHECKS), unique=True, max_size=3))
    runs = tuple(draw(_check_runs(check)) for check in checks)
    status = draw(st.sampled_from(["PASSED", "PASSED", "FAILED", "CANCELLED"]))
    return Session(
        id=SESSION_ID,
        kind=SessionKind.TEST,
        status=status,
        phase=Phase.FINISHED,
        checks=runs,
        is_cancelled=status == "CANCELLED",
        lacks_results=not runs and draw(st.booleans()),
        api_version="v1",
        name="Deploy",
    )


@st.composite
def _check_runs(draw: st.DrawFn, check: Check) -> CheckRun:
    locations = draw(st.lists(st.sampled_from(RUN_LOCATIONS[:2]), unique=True, min_size=1))
    found = draw(st.lists(results(), max_size=4))
    return CheckRun(check, tuple(locations), (*found, *(_green(locations) if draw(st.booleans()) else ())))


@dataclass(frozen=True)
class Case:
    """A finished session of either kind, and the policy for each of its checks."""

    session: Session
    policies: Mapping[Check, Policy]

    def policy_of(self, run: CheckRun) -> Policy:
        return self.policies[run.check]

    def under(self, change: Callable[[Policy], Policy]) -> Case:
        """Return the same session under changed policies."""
        return replace(self, policies={check: change(each) for check, each in self.policies.items()})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A session with a policy whose entries and quarantines may be for some of its checks only."""
    drawn = draw(st.one_of(sessions(), retried_sessions(), many_check_sessions()))
    shared = draw(policies())
    return Case(drawn, {run.check: draw(_policies_for_one(shared)) for run in drawn.checks})


@st.composite
def _policies_for_one(draw: st.DrawFn, shared: Policy) -> Policy:
    other = draw(policies())
    if draw(st.booleans()):
        shared = replace(shared, skipped=other.skipped)
    if draw(st.booleans()):
        return shared
    # One entry has the same limits for all of its checks.
    return replace(
        shared,
        failed=(Threshold(1, is_share=False),),
        degraded=(Threshold(500_000, is_share=True),),
        flaky=(Threshold(0, is_share=False),),
        response_time_ms=2000,
        entries=(0,),
    )
