"""A session that is waited for: what is known of it, and what its wait comes to in the end."""

from __future__ import annotations

from dataclasses import dataclass

from gate.domain import errors
from gate.domain.session import Phase, Session, SessionRef
from gate.polling.result import Ending, PollResult
from gate.text.duration import format_duration


@dataclass(slots=True)
class Tracker:
    """A session and its wait; the times are the clock's.

    `look_at_s`: not before is it looked at again; `failures`: how often in a row it could not be read;
    `poll_was_useless`: whether a long poll has told nothing since it was last read.
    """

    ref: SessionRef
    look_at_s: float
    session: Session | None = None
    error: errors.RequestFailed | None = None
    failures: int = 0
    unknown_since_s: float | None = None
    poll_was_useless: bool = False
    had_last_look: bool = False
    ending: Ending | None = None

    @property
    def is_left_running(self) -> bool:
        """Whether the last fetch saw it running, so that only the time until the deadline is left."""
        return self.had_last_look and self.ending_at_the_deadline() is Ending.TIMEOUT

    def ending_at_the_deadline(self) -> Ending:
        """How it ends where the time is up."""
        known_to_run = self.session is not None and self.session.phase is Phase.RUNNING
        return Ending.TIMEOUT if known_to_run and self.error is None else Ending.INCONCLUSIVE

    def result(self, timeout_s: float, stopped: errors.Stopped | None = None) -> PollResult:
        """What is known of it when the wait is over, after a timeout of so many seconds or a signal."""
        if self.ending is None and stopped:
            return PollResult(self.ref, self.session, Ending.STOPPED, stopped)
        ending = self.ending or self.ending_at_the_deadline()
        return PollResult(self.ref, self.session, ending, self.error or self._why(ending, timeout_s))

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
        return errors.OutOfTime("the session could not be looked at before the time was up")
