"""From a session's results to one outcome for each run location."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from gate.domain.session import Phase, Result, Session
from gate.evaluation.rows import LocationResults, Severity, results_by_location, when_stopped


class State(Enum):
    """What happened at a run location, worst first."""

    CANCELLED = "cancelled"
    ERRORED = "errored"
    FAILED = "failed"
    ABORTED = "aborted"
    MISSING = "missing"
    UNFINISHED = "unfinished"
    DEGRADED = "degraded"
    FLAKY = "flaky"
    PASSED = "passed"
    SKIPPED = "skipped"

    @property
    def badness(self) -> int:
        """A rank: 0 is worst. A missing or unfinished location ranks above what is known to be usable."""
        return _BADNESS[self]


_BADNESS = {state: rank for rank, state in enumerate(State)}
FAILING = frozenset({State.ERRORED, State.FAILED, State.ABORTED})
GREEN = frozenset({State.PASSED, State.FLAKY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened at one run location of a session.

    `state` is what counts; `seen` is what the results say by themselves, which differs if the policy skips
    the location, or if the session is DEGRADED and no location explains why. `is_flaky`: green or degraded
    after a failed attempt. `is_slow`: degraded by the policy's response time alone.
    """

    location: str
    state: State
    seen: State
    final: Result | None
    attempts: tuple[Result, ...]
    is_flaky: bool = False
    is_slow: bool = False
    skip_reason: str = ""

    @property
    def runs(self) -> tuple[Result, ...]:
        """All results of this location in order: the failed attempts, and the final one."""
        return (*self.attempts, self.final) if self.final else self.attempts

    @property
    def tries(self) -> int:
        """How often the check ran here."""
        return len(self.runs)

    @property
    def finished_in(self) -> str:
        """The other location in which a retry finished this one; empty if there is none."""
        return self.final.location if self.final and self.final.location != self.location else ""


def result_state(
    result: Result, slower_than_ms: float | None = None, *, allow_cancelled: bool = False
) -> State:
    """Return the state of one result by itself, whatever its kind.

    `allow_cancelled`: a cancelled result that also failed counts as failed, because its cancellation alone
    would be allowed.
    """
    is_failing = result.has_errors or result.has_failures or result.aborted
    if result.is_cancelled and not (allow_cancelled and is_failing):
        return State.CANCELLED
    if result.has_errors:
        return State.ERRORED
    if result.has_failures:
        return State.FAILED
    if result.aborted:
        return State.ABORTED
    if result.is_degraded or _is_slow(result, slower_than_ms):
        return State.DEGRADED
    return State.PASSED


def _is_slow(result: Result, slower_than_ms: float | None) -> bool:
    return None not in (slower_than_ms, result.response_time_ms) and (
        (result.response_time_ms or 0) > (slower_than_ms or 0)
    )


def outcomes(
    session: Session,
    *,
    slower_than_ms: float | None = None,
    allow_cancelled: bool = False,
    skipped: Mapping[str, str] | None = None,
) -> tuple[Outcome, ...]:
    """Return one outcome for each run location, in the session's order.

    `slower_than_ms` is the response time beyond which a green location counts as degraded; `allow_cancelled`
    makes failures count that a cancellation would hide; `skipped` maps the locations that the policy skips
    to the reason.
    """
    view = _View(session, slower_than_ms, allow_cancelled=allow_cancelled)
    severity = Severity(view.rank, view.is_red)
    found = results_by_location(session, severity, skipped=skipped or ())
    rows = [_outcome(view, row, skipped or {}) for row in found]
    if is_degraded_without_explanation(session, rows):
        rows = [
            replace(row, state=State.DEGRADED, is_flaky=bool(row.attempts)) if row.state in GREEN else row
            for row in rows
        ]
    return tuple(rows)


def is_degraded_without_explanation(session: Session, rows: Iterable[Outcome]) -> bool:
    """Return whether the session is DEGRADED and Checkly calls none of its locations degraded.

    A location that is slow by the policy's response time explains nothing: Checkly does not know the policy.
    """
    return session.status == "DEGRADED" and not any(
        row.seen is State.DEGRADED and not row.is_slow for row in rows
    )


@dataclass(frozen=True, slots=True)
class _View:
    """How one policy reads the results of one session."""

    session: Session
    slower_than_ms: float | None
    allow_cancelled: bool

    def state(self, result: Result) -> State:
        return result_state(result, self.slower_than_ms, allow_cancelled=self.allow_cancelled)

    def rank(self, result: Result) -> int:
        """A rank among results that may belong to the same location: 0 is what the policy allows least."""
        state = self.state(result)
        if self.allow_cancelled and state is State.CANCELLED:
            return State.FLAKY.badness  # worse than passed alone
        return state.badness

    def is_red(self, result: Result) -> bool:
        state = self.state(result)
        return state in FAILING or (state is State.CANCELLED and not self.allow_cancelled)


def _outcome(view: _View, row: LocationResults, skipped: Mapping[str, str]) -> Outcome:
    seen, final = _seen(view, row)
    by_checkly, _ = _seen(replace(view, slower_than_ms=None), row)
    reason = skipped.get(row.location)
    return Outcome(
        location=row.location,
        state=seen if reason is None else State.SKIPPED,
        seen=seen,
        final=final,
        attempts=tuple(sorted(row.attempts, key=when_stopped)),
        is_flaky=bool(row.attempts) and seen in (State.FLAKY, State.DEGRADED),
        is_slow=seen is State.DEGRADED is not by_checkly,
        skip_reason=reason or "",
    )


def _seen(view: _View, row: LocationResults) -> tuple[State, Result | None]:
    """Return the state of a row, and the result that decides it: the latest of the worst."""
    red = [result for result in row.unsettled if result_state(result) in (*FAILING, State.CANCELLED)]
    deciding = [*row.finals, *red]
    if not deciding:
        is_over = view.session.phase is Phase.FINISHED
        return (State.MISSING if is_over else State.UNFINISHED), None
    worst = min(map(view.state, deciding), key=lambda state: state.badness)
    if worst is State.CANCELLED and view.allow_cancelled:
        # The cancellation is allowed; a failure beside it is not.
        failures = [state for each in (*deciding, *row.attempts) if (state := view.state(each)) in FAILING]
        worst = min(failures, key=lambda state: state.badness, default=worst)
    decisive = [each for each in deciding if view.state(each) is worst] or deciding
    final = max(decisive, key=when_stopped)
    return (State.FLAKY if worst is State.PASSED and row.attempts else worst), final
