"""The states of a run location, and the state of a single result."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from gate.domain.session import Result


class State(Enum):
    """The state of a run location, worst first."""

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
        """Return a rank; 0 is the worst. A missing or unfinished location is worse than a degraded one."""
        return _BADNESS[self]


_BADNESS = {state: rank for rank, state in enumerate(State)}
FAILING = frozenset({State.ERRORED, State.FAILED, State.ABORTED})
GREEN = frozenset({State.PASSED, State.FLAKY})
_IN_WORDS = {
    State.CANCELLED: ("was cancelled", "were cancelled"),
    State.FAILED: ("failed", "failed"),
    State.ERRORED: ("errored", "errored"),
    State.ABORTED: ("was aborted", "were aborted"),
    State.MISSING: ("is missing", "are missing"),
    State.UNFINISHED: ("is unfinished", "are unfinished"),
    State.DEGRADED: ("is degraded", "are degraded"),
    State.FLAKY: ("is flaky", "are flaky"),
}


def in_words(states: Collection[State], *, of_several: bool) -> str:
    """Return the end of a sentence about rows in these states: `failed or errored`, `are degraded`."""
    *others, last = [_IN_WORDS[state][of_several] for state in _IN_WORDS if state in states]
    return f"{', '.join(others)} or {last}" if others else last


def result_state(
    result: Result, slower_than_ms: float | None = None, *, allow_cancelled: bool = False
) -> State:
    """Return the state of a single result of any kind.

    If `allow_cancelled` is true, a cancelled result that also errored, failed or was aborted gets that state
    instead, because only the cancellation is allowed.
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
    took_ms = result.response_time_ms
    return slower_than_ms is not None and took_ms is not None and took_ms > slower_than_ms
