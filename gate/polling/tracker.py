"""The state of one session during the wait, its transitions, and how its wait ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from gate.domain import errors
from gate.domain.session import Phase, Session, SessionKind, SessionRef
from gate.polling.result import Ending, PollResult
from gate.polling.schedule import Candidate
from gate.text.duration import format_duration

GRACE_FOR_404_S = 10.0  # a session that was just triggered may not be readable yet
_RETRIES_AFTER_404_S = (1.0, 3.0, 6.0, GRACE_FOR_404_S)


@dataclass(slots=True)
class Tracker:
    """A session and the state of its wait. Times are readings of the clock.

    The session is not fetched before `fetch_at_s`. `failures`: the number of consecutive failures to read it.
    `poll_was_useless`: whether a long poll has returned too early or failed since the session was last read.
    """

    ref: SessionRef
    fetch_at_s: float
    session: Session | None = None
    error: errors.RequestFailed | None = None
    failures: int = 0
    unknown_since_s: float | None = None
    poll_was_useless: bool = False
    had_last_fetch: bool = False
    ending: Ending | None = None

    @property
    def is_left_running(self) -> bool:
        """Return whether the session was still running at the last fetch before the deadline."""
        return self.had_last_fetch and self._ending_at_the_deadline() is Ending.TIMEOUT

    def can_poll(self, serves_completion: Callable[[SessionKind], bool]) -> bool:
        """Return whether a long poll is likely to show when the session ends."""
        return self.session is not None and serves_completion(self.session.kind) and not self.poll_was_useless

    def candidate(self, serves_completion: Callable[[SessionKind], bool]) -> Candidate:
        """Return the facts that the schedule needs."""
        return Candidate(
            fetch_at_s=self.fetch_at_s,
            is_read=self.session is not None,
            can_poll=self.can_poll(serves_completion),
            failures=self.failures,
        )

    def take(self, session: Session) -> None:
        """Update the session from a new document, which ends the wait if the session is finished."""
        self.session, self.error, self.failures, self.unknown_since_s = session, None, 0, None
        self.ref = session.ref  # a bare ID does not show the kind
        self.poll_was_useless = False
        if session.phase is Phase.FINISHED:
            self.ending = Ending.FINISHED

    def fail(self, error: errors.RequestFailed, *, is_cut_short: bool = False) -> None:
        """Count a failed fetch.

        The error of a request that the deadline cut short is not significant: it does not replace an earlier
        error, and a session that was last seen running still counts as running.
        """
        if not is_cut_short or (self.error is None and not self._is_known_to_run):
            self.error = error
        self.failures += 1

    def give_up(self, error: errors.RequestFailed) -> None:
        """End the wait with an error that a retry cannot change, unless the wait is already over."""
        if self.ending is None:
            self.error, self.ending = error, Ending.INCONCLUSIVE

    def retry_after_404_s(self, now_s: float) -> float | None:
        """Return the pause before retrying a session that was not found, or None after the grace period."""
        if self.unknown_since_s is None:
            self.unknown_since_s = now_s
        waited_s = now_s - self.unknown_since_s
        return next((each - waited_s for each in _RETRIES_AFTER_404_S if each > waited_s), None)

    def fetch_after(self, delay_s: float, now_s: float, *, last_fetch_s: float) -> None:
        """Schedule the next fetch, but no later than the last fetch before the deadline."""
        self.fetch_at_s = now_s + delay_s
        if not self.had_last_fetch:
            self.fetch_at_s = min(self.fetch_at_s, max(now_s, last_fetch_s))

    def fetch_no_more(self) -> None:
        """Schedule no further fetch, because this was the last one before the deadline."""
        self.fetch_at_s = math.inf

    def result(self, timeout_s: float, stopped: errors.Stopped | None = None) -> PollResult:
        """Return the result of a wait of at most `timeout_s` seconds. `stopped`: the signal that ended it."""
        if self.ending is None and stopped:
            return PollResult(self.ref, self.session, Ending.STOPPED, stopped)
        ending = self.ending or self._ending_at_the_deadline()
        return PollResult(self.ref, self.session, ending, self.error or self._why(ending, timeout_s))

    def _ending_at_the_deadline(self) -> Ending:
        return Ending.TIMEOUT if self._is_known_to_run and self.error is None else Ending.INCONCLUSIVE

    @property
    def _is_known_to_run(self) -> bool:
        return self.session is not None and self.session.phase is Phase.RUNNING

    def _why(self, ending: Ending, timeout_s: float) -> errors.GateError | None:
        if ending is Ending.FINISHED:
            return None
        status = self.session.status if self.session else ""
        if ending is Ending.TIMEOUT:
            return errors.GateTimeout(
                f"the gate's own timeout of {format_duration(timeout_s)} expired "
                f"and Checkly still reports {status}"
            )
        if status:
            return errors.InvalidResponse(f"Checkly still reported the unknown status {status}")
        return errors.OutOfTime("the session could not be fetched before the timeout expired")
