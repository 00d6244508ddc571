"""From a session's results to one outcome for each run location."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from gate.model import CheckResult, CheckSession, Phase, ResultKind


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

    `state` is what counts; `seen` is what the results say by themselves, which differs where the policy
    skips the location, or where the session is DEGRADED and no location says why.
    """

    location: str
    state: State
    seen: State
    final: CheckResult | None
    attempts: tuple[CheckResult, ...]
    is_slow: bool = False  # degraded by the policy's response time alone
    skip_reason: str = ""

    @property
    def runs(self) -> tuple[CheckResult, ...]:
        """All that ran here, in order: the failed attempts, and the end."""
        return (*self.attempts, self.final) if self.final else self.attempts

    @property
    def tries(self) -> int:
        """How often the check ran here."""
        return len(self.runs)

    @property
    def finished_in(self) -> str:
        """The other location where a retry finished this one, or nothing."""
        return self.final.location if self.final and self.final.location != self.location else ""


def result_state(result: CheckResult, slower_than_ms: float | None = None) -> State:
    """The state that one result stands for by itself, whatever its kind."""
    if result.is_cancelled:
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


def _is_slow(result: CheckResult, slower_than_ms: float | None) -> bool:
    return None not in (slower_than_ms, result.response_time_ms) and (
        (result.response_time_ms or 0) > (slower_than_ms or 0)
    )


def outcomes(
    session: CheckSession, *, slower_than_ms: float | None = None, skipped: Mapping[str, str] | None = None
) -> tuple[Outcome, ...]:
    """One outcome for each run location, in the session's order.

    `slower_than_ms` is the response time beyond which a green location counts as degraded; `skipped` maps
    the locations that the policy leaves out to the reason.
    """
    rows = [_outcome(session, row, slower_than_ms, skipped or {}) for row in _rows(session)]
    if session.status == "DEGRADED" and all(row.seen is not State.DEGRADED for row in rows):
        rows = [replace(row, state=State.DEGRADED) if row.state in GREEN else row for row in rows]
    return tuple(rows)


@dataclass(slots=True)
class _Row:
    location: str
    finals: list[CheckResult]
    attempts: list[CheckResult]


def _rows(session: CheckSession) -> list[_Row]:
    """The results by run location; what ran in another region goes to the location it stood in for."""
    rows = {location: _Row(location, [], []) for location in session.run_locations}
    foreign_finals = []
    foreign_attempts = []
    for location, results in _by_location(session.results).items():
        finals = _finals(results)
        attempts = [result for result in results if result.kind is ResultKind.ATTEMPT]
        if location in rows:
            rows[location].finals, rows[location].attempts = finals, attempts
        else:
            foreign_finals += finals
            foreign_attempts += attempts
    _place_foreign_finals(rows, foreign_finals)
    _place_foreign_attempts(rows, foreign_attempts)
    return list(rows.values())


def _by_location(results: Sequence[CheckResult]) -> dict[str, list[CheckResult]]:
    groups: dict[str, list[CheckResult]] = {}
    for result in results:
        groups.setdefault(result.location, []).append(result)
    return groups


def _finals(results: Sequence[CheckResult]) -> list[CheckResult]:
    """The FINAL results; where there is none, what is neither FINAL nor ATTEMPT stands in."""
    finals = [result for result in results if result.kind is ResultKind.FINAL]
    return finals or [result for result in results if result.kind is ResultKind.OTHER]


def _place_foreign_finals(rows: dict[str, _Row], finals: Sequence[CheckResult]) -> None:
    """A retry in another region finishes a location that has only attempts, else it is a row of its own.

    Taken in the order of their time, for the order in an answer must not change a verdict.
    """
    waiting = deque(row for row in rows.values() if row.attempts and not row.finals)
    for final in sorted(finals, key=lambda final: (_when(final), final.location, final.id)):
        new = _Row(final.location, [], [])
        row = waiting.popleft() if waiting else rows.setdefault(final.location, new)
        row.finals.append(final)


def _place_foreign_attempts(rows: dict[str, _Row], attempts: Sequence[CheckResult]) -> None:
    """A failed retry elsewhere belongs to the row that finished there, else to one that was retried."""
    finished_in: dict[str, _Row] = {}
    for row in rows.values():
        for final in row.finals:
            finished_in.setdefault(final.location, row)
    for attempt in attempts:
        retried = (row for row in rows.values() if row.attempts)
        found = finished_in.get(attempt.location) or next(retried, None) or next(iter(rows.values()), None)
        if found:
            found.attempts.append(attempt)


def _outcome(
    session: CheckSession, row: _Row, slower_than_ms: float | None, skipped: Mapping[str, str]
) -> Outcome:
    seen = _seen(session, row, slower_than_ms)
    reason = skipped.get(row.location)
    return Outcome(
        location=row.location,
        state=seen if reason is None else State.SKIPPED,
        seen=seen,
        final=_latest(row.finals),
        attempts=tuple(sorted(row.attempts, key=_when)),
        is_slow=seen is not _seen(session, row, None),
        skip_reason=reason or "",
    )


def _seen(session: CheckSession, row: _Row, slower_than_ms: float | None) -> State:
    if not row.finals:
        return State.MISSING if session.phase is Phase.FINISHED else State.UNFINISHED
    worst = min(
        (result_state(final, slower_than_ms) for final in row.finals), key=lambda state: state.badness
    )
    return State.FLAKY if worst is State.PASSED and row.attempts else worst


def _latest(finals: Sequence[CheckResult]) -> CheckResult | None:
    return max(finals, key=_when, default=None)


def _when(result: CheckResult) -> tuple[bool, float]:
    """Sorts by the time that a result stopped, those without one first, else as they came."""
    return (True, result.stopped_at.timestamp()) if result.stopped_at else (False, 0.0)
