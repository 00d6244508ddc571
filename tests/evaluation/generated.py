"""Random sessions and policies, with few locations, so that several results often have the same location.

Hypothesis draws only a seed for each session or policy, which is about twenty times faster than drawing every
field. A failing example is printed in full, but is not shrunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from gate.domain.session import Check, CheckRun, Phase, Result, ResultKind, Session, SessionKind
from gate.policy.effective import Policy
from gate.policy.threshold import Threshold
from tests.samples import SESSION_ID, STARTED, attempt, run_of, session, with_run

T = TypeVar("T")

RUN_LOCATIONS = ("us-east-1", "eu-central-1", "ap-south-1", "sa-east-1")
FOREIGN = ("eu-west-1", "us-west-1", "me-south-1")
STATUSES = ("PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED")
_RARELY = 0.2
_RANDOM = st.integers(0, 2**64 - 1).map(Random)


def _some(random: Random, of: Sequence[T], most: int, least: int = 0) -> list[T]:
    """Return at least `least` and at most `most` different elements, chosen at random."""
    return random.sample(of, random.randint(least, most))


def _result(random: Random) -> Result:
    """Return a random result, with any flags and at any location."""
    number = random.randrange(10**6)
    return Result(
        id=f"result-{number}",
        location=random.choice([*RUN_LOCATIONS, *RUN_LOCATIONS, *FOREIGN]),
        kind=random.choice([ResultKind.FINAL, ResultKind.FINAL, ResultKind.ATTEMPT, *ResultKind]),
        has_errors=random.random() < _RARELY,
        has_failures=random.random() < _RARELY,
        is_degraded=random.random() < _RARELY,
        aborted=random.random() < _RARELY,
        is_cancelled=random.random() < _RARELY,
        response_time_ms=random.choice([None, random.randint(0, 4000)]),
        stopped_at=random.choice([None, STARTED + timedelta(seconds=number)]),
    )


def _results(random: Random, most: int) -> list[Result]:
    return [_result(random) for _ in range(random.randint(0, most))]


def _session(random: Random) -> Session:
    locations = _some(random, RUN_LOCATIONS, most=4)
    found = _results(random, most=7)
    of = session(
        random.choice(STATUSES), *found, locations=tuple(locations), version=random.choice(["v1", "v2"])
    )
    if random.random() < 0.5:  # in half of the sessions, the remaining locations are green
        covered = {each.location for each in found}
        green = _green([location for location in locations if location not in covered])
        return with_run(of, results=(*run_of(of).results, *green))
    return of


def _retried_session(random: Random) -> Session:
    """Return a session in which up to two locations were retried elsewhere. Any location may be red."""
    locations = RUN_LOCATIONS[:3]
    retried = _some(random, locations, most=2)
    attempts = [attempt(location) for location in random.choice([retried, [*retried, FOREIGN[0]]])]
    elsewhere = [
        replace(each, location=random.choice(FOREIGN), kind=ResultKind.FINAL)
        for each in _results(random, most=4)
    ]
    home = [
        replace(each, has_failures=random.random() < _RARELY)
        for each in _green([location for location in locations if location not in retried])
    ]
    status = random.choice(["PASSED", "DEGRADED", "FAILED"])
    return session(status, *attempts, *elsewhere, *home, locations=locations)


def _green(locations: Sequence[str]) -> list[Result]:
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


def _threshold(random: Random) -> Threshold:
    if random.random() < 0.5:
        return Threshold(random.randint(0, 8) * 125_000, is_share=True)
    return Threshold(random.randint(0, 4), is_share=False)


def _policy(random: Random) -> Policy:
    ignored = _some(random, [*RUN_LOCATIONS, *FOREIGN], most=2)
    return Policy(
        failed=(_threshold(random),),
        degraded=(_threshold(random),),
        flaky=tuple(_threshold(random) for _ in range(random.randint(0, 1))),
        allow_missing=random.random() < _RARELY,
        allow_cancelled=random.random() < _RARELY,
        response_time_ms=random.choice([None, random.randint(1, 4000)]),
        required=tuple(_some(random, RUN_LOCATIONS, most=1)),
        skipped=dict.fromkeys(ignored, "for a reason"),
    )


_CHECKS = (
    Check("id-1", "Pay", "API"),
    Check("id-2", "Pay", "API"),
    Check("id-3", "Log in", "BROWSER"),
    Check("", "Pay", "API"),
    Check("", "Log in", "BROWSER"),
)


def _test_session(random: Random) -> Session:
    """Return a finished test session with random checks and random results."""
    runs = tuple(_check_run(random, check) for check in _some(random, _CHECKS, most=3))
    status = random.choice(["PASSED", "PASSED", "FAILED", "CANCELLED"])
    return Session(
        id=SESSION_ID,
        kind=SessionKind.TEST,
        status=status,
        phase=Phase.FINISHED,
        checks=runs,
        is_cancelled=status == "CANCELLED",
        lacks_results=not runs and random.random() < 0.5,
        api_version="v1",
        name="Deploy",
    )


def _check_run(random: Random, check: Check) -> CheckRun:
    locations = _some(random, RUN_LOCATIONS[:2], most=2, least=1)
    green = _green(locations) if random.random() < 0.5 else []
    return CheckRun(check, tuple(locations), (*_results(random, most=4), *green))


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


def _case(random: Random) -> Case:
    """Return a session with a policy whose entries and quarantines may apply to only some of its checks."""
    of = random.choice([_session, _retried_session, _test_session])(random)
    shared = _policy(random)
    return Case(of, {run.check: _policy_for_one(random, shared) for run in of.checks})


def _policy_for_one(random: Random, shared: Policy) -> Policy:
    if random.random() < 0.5:
        shared = replace(shared, skipped=_policy(random).skipped)
    if random.random() < 0.5:
        return shared
    # All checks that match an entry of the policy have the same limits.
    return replace(
        shared,
        failed=(Threshold(1, is_share=False),),
        degraded=(Threshold(500_000, is_share=True),),
        flaky=(Threshold(0, is_share=False),),
        response_time_ms=2000,
        entries=(0,),
    )


def cases() -> st.SearchStrategy[Case]:
    """Draw a finished session of either kind, and a policy for each of its checks."""
    return _RANDOM.map(_case)


def cases_and(more: Callable[[Random], T]) -> st.SearchStrategy[tuple[Case, T]]:
    """Draw a case and another value from the same seed, which is faster than two separate draws."""
    return _RANDOM.map(lambda random: (_case(random), more(random)))


def sessions() -> st.SearchStrategy[Session]:
    """Draw a finished check session with any results."""
    return _RANDOM.map(_session)


def policies() -> st.SearchStrategy[Policy]:
    """Draw any policy."""
    return _RANDOM.map(_policy)
