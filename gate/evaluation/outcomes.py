"""Convert a session's results to one outcome for each check and run location."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from gate.domain.session import Check, CheckRun, Phase, Result, Session
from gate.evaluation.rows import LocationResults, Severity, results_by_location, when_stopped
from gate.evaluation.states import FAILING, GREEN, State, result_state
from gate.policy.effective import Policy


class Outcome(NamedTuple):
    """The outcome of one check at one run location.

    `state` is the state that counts, and `seen` is the state that the results alone show. They differ if the
    policy skips the location, or if the session is DEGRADED and no location explains why. `is_flaky` is true
    if the location is green or degraded after a failed attempt. `slower_than_ms` is the policy's response
    time if the location is degraded only because of that limit.
    """

    check: Check
    location: str
    state: State
    seen: State
    final: Result | None
    attempts: tuple[Result, ...]
    is_flaky: bool = False
    slower_than_ms: float | None = None
    skip_reason: str = ""

    @property
    def happened(self) -> State:
        """Return the state that counts or, for a skipped location, the state that the results show."""
        return self.seen if self.state is State.SKIPPED else self.state

    @property
    def is_slow(self) -> bool:
        """Return whether the location is degraded only because of the policy's limit on the response time."""
        return self.slower_than_ms is not None

    @property
    def runs(self) -> tuple[Result, ...]:
        """Return all results of this location in order: the failed attempts, then the final result."""
        return (*self.attempts, self.final) if self.final else self.attempts

    @property
    def tries(self) -> int:
        """Return how many times the check ran for this location."""
        return len(self.runs)

    @property
    def finished_in(self) -> str:
        """Return the location of the final result if it is not the run location; otherwise empty."""
        return self.final.location if self.final and self.final.location != self.location else ""

    def state_of(self, run: Result) -> State:
        """Return the state of one run.

        The policy's response time is applied only if it is the reason why the location is degraded.
        """
        return result_state(run, self.slower_than_ms)


def outcomes(session: Session, policy_for: Callable[[CheckRun], Policy]) -> tuple[Outcome, ...]:
    """Return one outcome for each check and run location, in the session's order."""
    rows: list[Outcome] = []
    for run in session.checks:
        rows += outcomes_of_check(run, policy_for(run), is_over=session.phase is Phase.FINISHED)
    if is_degraded_without_explanation(session, rows):
        rows = [
            row._replace(state=State.DEGRADED, is_flaky=bool(row.attempts)) if row.state in GREEN else row
            for row in rows
        ]
    return tuple(rows)


def outcomes_of_check(run: CheckRun, policy: Policy, *, is_over: bool) -> tuple[Outcome, ...]:
    """Return one outcome for each run location of a check.

    If `is_over` is true, no further result will arrive.
    """
    view = _View(run.check, policy, is_over=is_over)
    found = results_by_location(run, Severity(view.rank, view.is_red), skipped=policy.skipped)
    return tuple(_outcome(view, row) for row in found)


def is_degraded_without_explanation(session: Session, rows: Sequence[Outcome]) -> bool:
    """Return whether the session is DEGRADED although Checkly reports none of its locations as degraded.

    A location that is degraded only by the policy's response time is not an explanation, because Checkly does
    not apply that limit.
    """
    return session.status == "DEGRADED" and not any(
        row.seen is State.DEGRADED and not row.is_slow for row in rows
    )


class _View(NamedTuple):
    """A check, the policy that applies to it, and whether its session is over."""

    check: Check
    policy: Policy
    is_over: bool

    def state(self, result: Result) -> State:
        return result_state(result, self.policy.response_time_ms, allow_cancelled=self.policy.allow_cancelled)

    def rank(self, result: Result) -> int:
        """Return the rank of a result under the policy; 0 is the worst.

        The rank orders results that may belong to the same location.
        """
        state = self.state(result)
        if self.policy.allow_cancelled and state is State.CANCELLED:
            return State.FLAKY.badness  # only a pass is better
        return state.badness

    def is_red(self, result: Result) -> bool:
        state = self.state(result)
        return state in FAILING or (state is State.CANCELLED and not self.policy.allow_cancelled)


def _outcome(view: _View, row: LocationResults) -> Outcome:
    seen, final = _seen(view, row)
    reason = view.policy.skipped.get(row.location)
    is_slow = False
    if seen is State.DEGRADED and view.policy.response_time_ms is not None:
        by_checkly, _ = _seen(view._replace(policy=replace(view.policy, response_time_ms=None)), row)
        is_slow = by_checkly is not State.DEGRADED
    return Outcome(
        check=view.check,
        location=row.location,
        state=seen if reason is None else State.SKIPPED,
        seen=seen,
        final=final,
        attempts=tuple(sorted(row.attempts, key=when_stopped)),
        is_flaky=bool(row.attempts) and seen in (State.FLAKY, State.DEGRADED),
        slower_than_ms=view.policy.response_time_ms if is_slow else None,
        skip_reason=reason or "",
    )


def _seen(view: _View, row: LocationResults) -> tuple[State, Result | None]:
    """Return the state of a row, and the result that decides it: the latest of the worst results."""
    red = [result for result in row.unsettled if result_state(result) in (*FAILING, State.CANCELLED)]
    deciding = [*row.finals, *red]
    # Checks without an ID may share a name, so unsettled and final results may belong to different checks.
    is_ambiguous = bool(row.unsettled) and not view.check.id
    if not deciding or (is_ambiguous and not any(map(view.is_red, deciding))):
        return (State.MISSING if view.is_over else State.UNFINISHED), None
    worst = min(map(view.state, deciding), key=lambda state: state.badness)
    if worst is State.CANCELLED and view.policy.allow_cancelled:
        # The policy allows the cancellation, but not a failure at the same location.
        states = [view.state(each) for each in (*deciding, *row.attempts)]
        failures = [state for state in states if state in FAILING]
        worst = min(failures, key=lambda state: state.badness, default=worst)
    decisive = [each for each in deciding if view.state(each) is worst] or deciding
    final = max(decisive, key=when_stopped)
    return (State.FLAKY if worst is State.PASSED and row.attempts else worst), final
