"""Changes that make a policy stricter or a session worse, and choices that may nevertheless open the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gate.domain.session import CheckRun, Result, ResultKind, Session
from gate.policy.effective import Policy
from gate.policy.threshold import NOTHING, Threshold
from tests.evaluation.generated import RUN_LOCATIONS, Case
from tests.samples import attempt


@dataclass(frozen=True)
class Choice:
    """A choice in a policy that may open the gate on a worse session: why, and how to undo the choice."""

    reason: str
    withdrawn: Callable[[Policy], Policy]


TOLERATES_FAILURES = Choice(
    "failed-threshold allows failed locations, which are neither degraded nor flaky",
    lambda policy: replace(policy, failed=(NOTHING,)),
)
EXPLAINS_DEGRADED = Choice(
    "degraded-threshold allows the one degraded location of a DEGRADED session; "
    "without a degraded location, all green locations count as degraded",
    lambda policy: replace(policy, degraded=(NOTHING,)),
)
PASSES_MISSING = Choice("missing: pass", lambda policy: replace(policy, allow_missing=False))
PASSES_CANCELLED = Choice("cancelled: pass", lambda policy: replace(policy, allow_cancelled=False))
IGNORES = Choice(
    "an ignored location does not count, but it explains the status of the session",
    lambda policy: replace(policy, skipped={}),
)
SHARES = Choice(
    "a threshold is a share, so more locations may be bad if more locations count",
    lambda policy: replace(
        policy,
        failed=tuple(map(_as_count, policy.failed)),
        degraded=tuple(map(_as_count, policy.degraded)),
        flaky=tuple(map(_as_count, policy.flaky)),
    ),
)


def _as_count(threshold: Threshold) -> Threshold:
    return Threshold(threshold.amount // 125_000, is_share=False) if threshold.is_share else threshold


def without(choices: Iterable[Choice], case: Case) -> Case:
    """Return the case after the given choices have been removed from its policies."""
    for choice in choices:
        case = case.under(choice.withdrawn)
    return case


def _field(name: str, value: object) -> dict[str, Any]:
    return {name: value}


# Changes that make a policy stricter.


@dataclass(frozen=True)
class Stricter:
    """A change that makes a policy stricter, and the choices that may nevertheless open the gate."""

    change: Callable[[Policy, int], Policy]
    choices: tuple[Choice, ...] = ()


def _lower(field: str) -> Callable[[Policy, int], Policy]:
    def change(policy: Policy, step: int) -> Policy:
        thresholds: tuple[Threshold, ...] = getattr(policy, field) or (Threshold(4, is_share=False),)
        lower = tuple(
            replace(each, amount=max(each.amount - (125_000 if each.is_share else 1) * step, 0))
            for each in thresholds
        )
        return replace(policy, **_field(field, lower))

    return change


def _one_more(field: str) -> Callable[[Policy, int], Policy]:
    def change(policy: Policy, step: int) -> Policy:
        limits = (Threshold(step, is_share=False), Threshold(step * 200_000, is_share=True))
        return replace(policy, **_field(field, (*getattr(policy, field), limits[step % 2])))

    return change


STRICTER: Mapping[str, Stricter] = {
    "a lower failed-threshold": Stricter(_lower("failed")),
    "a lower degraded-threshold": Stricter(_lower("degraded")),
    "a lower flaky-threshold": Stricter(_lower("flaky")),
    "an additional failed-threshold": Stricter(_one_more("failed")),
    "an additional degraded-threshold": Stricter(_one_more("degraded")),
    "an additional flaky-threshold": Stricter(_one_more("flaky")),
    "a shorter response-time": Stricter(
        lambda policy, step: replace(policy, response_time_ms=(policy.response_time_ms or 5000) / (step + 1))
    ),
    "more required locations": Stricter(
        lambda policy, step: replace(policy, required=tuple({*policy.required, *RUN_LOCATIONS[:step]}))
    ),
    "missing: fail": Stricter(lambda policy, _: replace(policy, allow_missing=False)),
    "cancelled: fail": Stricter(lambda policy, _: replace(policy, allow_cancelled=False)),
    "fewer ignored locations": Stricter(
        lambda policy, step: replace(
            policy, skipped={place: why for place, why in policy.skipped.items() if place not in _those(step)}
        ),
        (SHARES,),
    ),
}


def stricter(case: Case, name: str, step: int) -> Case:
    """Return the case with stricter policies. `name` is a key of STRICTER."""
    return case.under(lambda policy: STRICTER[name].change(policy, step))


def _those(step: int) -> tuple[str, ...]:
    return (*RUN_LOCATIONS, *RUN_LOCATIONS)[step : step + 2]


# Changes that make a session worse.


@dataclass(frozen=True)
class Place:
    """The position of a result in a session."""

    run: int
    result: int


def places_that_count(case: Case) -> Iterable[Place]:
    """Yield the places of results whose locations count.

    If the policy ignores locations, a result at a location that is not among the run locations of its check
    may be a retry of an ignored location. Such a result is not used.
    """
    for number, run in enumerate(case.session.checks):
        skipped = case.policies[run.check].skipped
        for index, result in enumerate(run.results):
            if result.location not in skipped and (not skipped or result.location in run.run_locations):
                yield Place(number, index)


@dataclass(frozen=True)
class Worse:
    """A change to a result or to the session that makes the session worse.

    `change` returns None if the change does not apply.
    """

    change: Callable[[Session, Place], Session | None]
    choices: tuple[Choice, ...] = ()


def _flagged(flag: str) -> Callable[[Session, Place], Session]:
    return lambda session, place: _with(session, place, lambda result: replace(result, **_field(flag, True)))


def _with(session: Session, place: Place, change: Callable[[Result], Result]) -> Session:
    results = list(session.checks[place.run].results)
    results[place.result] = change(results[place.result])
    return _with_results(session, place.run, tuple(results))


def _with_results(session: Session, number: int, results: tuple[Result, ...]) -> Session:
    runs = list(session.checks)
    runs[number] = runs[number]._replace(results=results)
    is_cancelled = session.is_cancelled or (
        session.api_version == "v1"
        and session.status == "TIMED_OUT"
        and any(result.is_cancelled for run in runs for result in run.results)
    )
    return replace(session, checks=tuple(runs), is_cancelled=is_cancelled)


def _slower(session: Session, place: Place) -> Session:
    return _with(
        session, place, lambda result: replace(result, response_time_ms=(result.response_time_ms or 0) + 2000)
    )


def _retried(session: Session, place: Place) -> Session | None:
    """Add a failed attempt at the location of the result, if the result is FINAL."""
    run = session.checks[place.run]
    final = run.results[place.result]
    if final.kind is not ResultKind.FINAL:
        return None
    return _with_results(session, place.run, (*run.results, attempt(final.location)))


def _gone(session: Session, place: Place) -> Session | None:
    """Remove the result, if it is the only result at its location and the check runs there."""
    run = session.checks[place.run]
    if not _is_alone(run, run.results[place.result]):
        return None
    return _with_results(session, place.run, (*run.results[: place.result], *run.results[place.result + 1 :]))


def _unsettled(session: Session, place: Place) -> Session | None:
    """Make a FINAL result UNSETTLED, if it is the only result at its location and the check runs there."""
    run = session.checks[place.run]
    final = run.results[place.result]
    if final.kind is not ResultKind.FINAL or not _is_alone(run, final):
        return None
    return _with(session, place, lambda result: replace(result, kind=ResultKind.UNSETTLED))


def _is_alone(run: CheckRun, result: Result) -> bool:
    same = [each for each in run.results if each.location == result.location]
    return len(same) == 1 and result.location in run.run_locations


def _status(status: str, *better: str) -> Callable[[Session, Place], Session | None]:
    def change(session: Session, _: Place) -> Session | None:
        if session.status not in better or (session.kind.value == "test session" and status in _OF_CHECKS):
            return None
        changed = replace(session, status=status, is_cancelled=status == "CANCELLED")
        return _with_results(changed, 0, changed.checks[0].results)

    return change


_OF_CHECKS = ("DEGRADED", "TIMED_OUT")

WORSE: Mapping[str, Worse] = {
    "errored": Worse(_flagged("has_errors"), (TOLERATES_FAILURES,)),
    "failed": Worse(_flagged("has_failures"), (TOLERATES_FAILURES,)),
    "aborted": Worse(_flagged("aborted"), (TOLERATES_FAILURES,)),
    "degraded": Worse(_flagged("is_degraded"), (EXPLAINS_DEGRADED,)),
    "cancelled": Worse(_flagged("is_cancelled"), (PASSES_CANCELLED,)),
    "slower": Worse(_slower),
    "retried": Worse(_retried, (TOLERATES_FAILURES,)),
    "gone": Worse(_gone, (PASSES_MISSING,)),
    "unsettled": Worse(_unsettled, (PASSES_MISSING,)),
    "the session is DEGRADED": Worse(_status("DEGRADED", "PASSED")),
    "the session is FAILED": Worse(_status("FAILED", "PASSED", "DEGRADED"), (TOLERATES_FAILURES, IGNORES)),
    "the session is TIMED_OUT": Worse(
        _status("TIMED_OUT", "PASSED", "DEGRADED"), (PASSES_CANCELLED, IGNORES)
    ),
    "the session is CANCELLED": Worse(
        _status("CANCELLED", "PASSED", "DEGRADED", "FAILED"), (PASSES_CANCELLED,)
    ),
}
