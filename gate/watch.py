"""The wait: look at each session, show what changed, pause, look again, until all have ended or time is up.

The pause is a long poll on the first session that still runs. That is enough to see the end of all of them
at once: the gate goes on when the last one has ended, and whichever is polled, the others are asked next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gate import errors
from gate.api import LONGEST_LONG_POLL_S
from gate.client import Checkly, Clock
from gate.events import Event, Looked, Noticed, Paused, TroubleBegan, TroubleEnded
from gate.model import CheckSession, Ending, Phase, Watched
from gate.units import format_duration

GRACE_FOR_404_S = 10.0  # a session that was just triggered may not be readable yet
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 15.0
_ROUNDING_S = 0.05  # a pause of 1 s is one that a long poll of 1 s fills, though some of it has passed
_LAST_LOOK_S = 3.0  # what is kept free before the deadline, so that the last look is over when it comes
_TOO_LATE_S = 0.01  # a request that fails so near to its bound was cut short by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait in all, and between two looks at one session, in seconds."""

    timeout_s: float
    poll_interval_s: float


@dataclass(slots=True)
class _Wait:
    session_id: str
    look_at_s: float
    session: CheckSession | None = None
    error: errors.CheckSessionUnreadable | None = None
    failures: int = 0
    unknown_since_s: float | None = None
    had_last_look: bool = False
    ending: Ending | None = None


def watch(
    session_ids: tuple[str, ...],
    checkly: Checkly,
    patience: Patience,
    *,
    jitter: Callable[[], float],
    observe: Callable[[Event], None],
) -> tuple[Watched, ...]:
    """Waits until every session has ended, cannot be read for good, or the time is up, or a signal stops it.

    `jitter` returns a number from 0 to 1 for each back-off; `observe` is told what happens on the way.
    Returns one `Watched` for each id, in their order; raises nothing that a network or a signal can cause.
    """
    loop = _Loop(session_ids, checkly, patience, jitter=jitter, observe=observe)
    try:
        loop.run()
    except errors.Stopped as stopped:
        return tuple(loop.result(wait, stopped) for wait in loop.waits)
    return tuple(loop.result(wait, None) for wait in loop.waits)


class _Loop:
    """The state of one wait: when each session is looked at next, and what is in trouble."""

    def __init__(
        self,
        session_ids: tuple[str, ...],
        checkly: Checkly,
        patience: Patience,
        *,
        jitter: Callable[[], float],
        observe: Callable[[Event], None],
    ) -> None:
        self.checkly = checkly
        self.clock: Clock = checkly.clock
        self.patience = patience
        self.jitter = jitter
        self.observe = observe
        now_s = self.clock.now_s()
        self.deadline_s = now_s + patience.timeout_s
        self.last_look_s = self.deadline_s - min(_LAST_LOOK_S, patience.timeout_s / 4)
        self.waits = [_Wait(session_id, now_s) for session_id in session_ids]
        self.quiet_until_s = now_s  # what Retry-After asks for holds for all that the account asks
        self.failures_in_trouble = 0
        self.unknown_statuses: set[str] = set()

    def run(self) -> None:
        while pending := [wait for wait in self.waits if wait.ending is None]:
            due = min(pending, key=lambda wait: wait.look_at_s)
            now_s = self.clock.now_s()
            look_at_s = max(due.look_at_s, self.quiet_until_s)
            if max(now_s, look_at_s) >= self.deadline_s:
                return
            if look_at_s > now_s:
                self._pause(pending, min(look_at_s, now_s + LONGEST_LONG_POLL_S))
                self.observe(Paused())
            else:
                self._look(due)

    def _look(self, wait: _Wait) -> None:
        wait.had_last_look = self.clock.now_s() >= self.last_look_s
        # A look that hangs leaves room for the last one.
        until_s = self.deadline_s if wait.had_last_look else self.last_look_s
        try:
            session = self.checkly.look(wait.session_id, until_s=until_s)
        except errors.OutOfTime:
            self._came_too_late(wait)
        except errors.NoSuchSession as error:
            self._is_unknown(wait, error)
        except errors.Final as error:
            self._give_up(wait, error)
        except errors.CheckSessionUnreadable as error:
            self._failed(wait, error, cut_short=self.clock.now_s() >= until_s - _TOO_LATE_S)
        else:
            self._read(wait, session, is_last=wait.had_last_look)

    def _came_too_late(self, wait: _Wait) -> None:
        """The request budget left no time for this look; there may be some for the last one."""
        if wait.had_last_look:
            wait.ending = self._ending_at_the_deadline(wait)
        else:
            self._look_again(wait, LONGEST_BACKOFF_S)

    def _read(self, wait: _Wait, session: CheckSession, *, is_last: bool) -> None:
        wait.session, wait.error, wait.failures, wait.unknown_since_s = session, None, 0, None
        if self.failures_in_trouble and not self._in_trouble():
            self.observe(TroubleEnded(self.failures_in_trouble))
            self.failures_in_trouble = 0
        self.observe(Looked(session))
        if session.phase is Phase.FINISHED:
            wait.ending = Ending.FINISHED
            return
        if session.phase is Phase.UNKNOWN and session.status not in self.unknown_statuses:
            self.unknown_statuses.add(session.status)
            self.observe(Noticed(f"Checkly reports the unknown status {session.status}; waiting on"))
        if is_last:
            wait.ending = self._ending_at_the_deadline(wait)
        else:
            self._look_again(wait, self.patience.poll_interval_s)

    def _is_unknown(self, wait: _Wait, error: errors.NoSuchSession) -> None:
        now_s = self.clock.now_s()
        if wait.unknown_since_s is None:
            wait.unknown_since_s = now_s
        grace_left_s = wait.unknown_since_s + GRACE_FOR_404_S - now_s
        if grace_left_s <= 0:
            self._give_up(wait, error)
        else:
            self._failed(wait, error, longest_s=grace_left_s)

    def _failed(
        self,
        wait: _Wait,
        error: errors.CheckSessionUnreadable,
        *,
        longest_s: float = LONGEST_BACKOFF_S,
        cut_short: bool = False,
    ) -> None:
        if not self.failures_in_trouble:
            self.observe(TroubleBegan(error))
        self.failures_in_trouble += 1
        self._keep_quiet(error)
        ceiling_s = min(longest_s, FIRST_BACKOFF_S * 2 ** min(wait.failures, 10))
        if wait.error is None or not cut_short:
            wait.error = error  # else what went wrong before says more
        wait.failures += 1
        self._look_again(wait, ceiling_s * self.jitter())

    def _keep_quiet(self, error: errors.CheckSessionUnreadable) -> None:
        """Honours `Retry-After`, but not beyond the last look."""
        if isinstance(error, errors.Transient) and error.retry_after_s is not None:
            asked_s = self.clock.now_s() + error.retry_after_s
            self.quiet_until_s = max(self.quiet_until_s, min(asked_s, self.last_look_s))

    def _give_up(self, wait: _Wait, error: errors.Final) -> None:
        concerned = self.waits if error.concerns_every_session else [wait]
        for each in concerned:
            if each.ending is None:
                each.error, each.ending = error, Ending.CANNOT_TELL
        if not self._in_trouble():
            self.failures_in_trouble = 0  # over, but not mended: nothing to announce

    def _look_again(self, wait: _Wait, delay_s: float) -> None:
        """After the delay, but not without a last look just before the deadline."""
        now_s = self.clock.now_s()
        wait.look_at_s = now_s + delay_s
        if not wait.had_last_look:
            wait.look_at_s = min(wait.look_at_s, max(now_s, self.last_look_s))

    def _in_trouble(self) -> bool:
        return any(wait.error and wait.ending is None for wait in self.waits)

    def _pause(self, pending: list[_Wait], until_s: float) -> None:
        """Sleeps, or better, waits for the end of a session that still runs."""
        began_s = self.clock.now_s()
        max_wait_s = min(LONGEST_LONG_POLL_S, int(until_s - began_s + _ROUNDING_S))
        running = next((wait for wait in pending if wait.session and not wait.error), None)
        can_ask = self.checkly.completion_served and self.quiet_until_s <= began_s and max_wait_s >= 1
        if running is None or not can_ask:
            self.clock.sleep_s(until_s - began_s)
            return
        session = self._await_end(running, max_wait_s)
        if session is not None and session.phase is Phase.FINISHED:
            self._read(running, session, is_last=False)
        elif self.clock.now_s() - began_s < max_wait_s:
            # Answered too early to be asked again at once: a pause that spins is no pause.
            self.clock.sleep_s(max(until_s - self.clock.now_s(), 0.0))

    def _await_end(self, running: _Wait, max_wait_s: int) -> CheckSession | None:
        assert running.session is not None  # noqa: S101 - only a session that was read is waited for
        # A long poll that hangs leaves room for the last look.
        hang_up_s = (self.last_look_s + self.deadline_s) / 2
        try:
            return self.checkly.await_end(running.session, max_wait_s, until_s=hang_up_s)
        except errors.CheckSessionUnreadable as error:
            self._keep_quiet(error)
            return None  # the look that follows the pause says whether the API is in trouble

    def _ending_at_the_deadline(self, wait: _Wait) -> Ending:
        known_to_run = wait.session is not None and wait.session.phase is Phase.RUNNING
        return Ending.TIMEOUT if known_to_run and wait.error is None else Ending.CANNOT_TELL

    def result(self, wait: _Wait, stopped: errors.Stopped | None) -> Watched:
        """What is known of a session at the end of the wait."""
        if wait.ending is None and stopped:
            return Watched(wait.session_id, wait.session, Ending.STOPPED, stopped)
        ending = wait.ending or self._ending_at_the_deadline(wait)
        return Watched(wait.session_id, wait.session, ending, wait.error or self._why(wait, ending))

    def _why(self, wait: _Wait, ending: Ending) -> errors.GateError | None:
        if ending is Ending.FINISHED:
            return None
        status = wait.session.status if wait.session else ""
        if ending is Ending.TIMEOUT:
            timeout = format_duration(self.patience.timeout_s)
            return errors.GateTimeout(
                f"the gate's own timeout of {timeout} is over and Checkly still reports {status}"
            )
        if status:
            return errors.Incomprehensible(f"Checkly still reported the unknown status {status}")
        return errors.OutOfTime("the session could not be looked at before the time was up")
