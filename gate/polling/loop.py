"""The wait: look at sessions, show what changed, wait for an end, until all have ended or time is up.

What is asked next is `gate.pace`'s to say; here it is asked, and what is answered is taken note of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gate.checkly.client import Checkly
from gate.checkly.ports import Clock
from gate.checkly.retry import LONGEST_BACKOFF_S, backoff_s
from gate.checkly.session_api import LONGEST_LONG_POLL_S
from gate.domain import errors
from gate.domain.session import Phase, Session, SessionRef
from gate.polling import schedule
from gate.polling.events import Event, Looked, Noticed, Paused, TroubleBegan, TroubleEnded
from gate.polling.result import Ending, PollResult
from gate.polling.tracker import Tracker

GRACE_FOR_404_S = 10.0  # a session that was just triggered may not be readable yet
_ASKED_AGAIN_AFTER_404_S = (1.0, 3.0, 6.0, GRACE_FOR_404_S)
_LAST_LOOK_S = 3.0  # what is kept free before the deadline, so that the last look is over when it comes
_NEAREST_FETCH_S = 0.5  # before the deadline; a fetch that is not over by then tells nothing
_TOO_LATE_S = 0.01  # a request that fails so near to its bound was cut short by it
_EARLY_S = 0.05  # a long poll may end that much before its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait in all, and between two looks at one session, in seconds."""

    timeout_s: float
    poll_interval_s: float


def poll(
    refs: tuple[SessionRef, ...],
    checkly: Checkly,
    patience: Patience,
    *,
    jitter: Callable[[], float],
    observe: Callable[[Event], None],
) -> tuple[PollResult, ...]:
    """Waits until every session has ended, cannot be read for good, or the time is up, or a signal stops it.

    `jitter` returns a number from 0 to 1 for each back-off; `observe` is told what happens on the way.
    Returns one `PollResult` for each id, in their order; raises nothing that a network or a signal can cause.
    """
    loop = _Loop(refs, checkly, patience, jitter=jitter, observe=observe)
    try:
        loop.run()
    except errors.Stopped as stopped:
        return tuple(wait.result(patience.timeout_s, stopped) for wait in loop.waits)
    return tuple(wait.result(patience.timeout_s) for wait in loop.waits)


class _Loop:
    """The state of one wait: when each session is looked at next, and what is in trouble."""

    def __init__(
        self,
        refs: tuple[SessionRef, ...],
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
        self.waits = [Tracker(ref, now_s) for ref in refs]
        self.quiet_until_s = now_s  # what Retry-After asks for, and trouble of the API's, hold for all
        self.failures_of_api = 0
        self.in_doubt = True  # whether the API can be asked at all is not known yet, or no more
        self.at_once = 1
        self.failures_in_trouble = 0
        self.unknown_statuses: set[str] = set()

    def run(self) -> None:
        while pending := [wait for wait in self.waits if wait.ending is None]:
            now_s = self.clock.now_s()
            if now_s >= self.deadline_s:
                self._fetch_after_suspension(pending)
                return
            if all(wait.is_left_running for wait in pending):
                self._poll_until_the_deadline(pending)
                return
            match self._next_step(pending, now_s):
                case schedule.Look(places):
                    self._look([pending[place] for place in places])
                case schedule.Poll(places, max_wait_s):
                    self._poll([pending[place] for place in places], max_wait_s)
                    self.observe(Paused())
                case schedule.Rest(until_s):
                    self.clock.sleep_s(max(min(until_s, self.deadline_s) - now_s, 0.0))
                    self.observe(Paused())

    def _next_step(self, pending: Sequence[Tracker], now_s: float) -> schedule.Step:
        if self.quiet_until_s > now_s:
            return schedule.Rest(min(self.quiet_until_s, now_s + schedule.LONGEST_REST_S))
        candidates = [
            schedule.Candidate(
                look_at_s=wait.look_at_s,
                is_read=wait.session is not None,
                can_poll=self._can_poll(wait),
                failures=wait.failures,
            )
            for wait in pending
        ]
        circumstances = schedule.Circumstances(
            now_s=now_s,
            last_look_s=self.last_look_s,
            poll_interval_s=self.patience.poll_interval_s,
            at_once=self.at_once,
            in_doubt=self.in_doubt,
        )
        return schedule.next_step(candidates, circumstances, self.checkly.budget)

    def _poll_until_the_deadline(self, waits: Sequence[Tracker]) -> None:
        """Use the rest of the time for sessions that the last fetch saw running: they may still end in it.

        Whatever goes wrong now changes nothing: what was last seen running has timed out.
        """
        left_s = self.deadline_s - self.clock.now_s()
        polled = [wait for wait in waits if self._can_poll(wait)][: schedule.MOST_AT_ONCE]
        sessions = [wait.session for wait in polled if wait.session is not None]
        try:
            if sessions and left_s >= 1 + _NEAREST_FETCH_S:
                max_wait_s = min(int(left_s - _NEAREST_FETCH_S), LONGEST_LONG_POLL_S)
                found = self.checkly.await_each(sessions, max_wait_s, until_s=self.deadline_s)
                self._take_ends(polled, found)
            left = [wait for wait in waits if wait.ending is None]
            pause_s = self.deadline_s - self.clock.now_s() - _NEAREST_FETCH_S
            if left and pause_s > 0:
                self.clock.sleep_s(pause_s)
                nearest = left[: schedule.MOST_AT_ONCE]
                refs = [wait.ref for wait in nearest]
                self._take_ends(nearest, self.checkly.fetch_each(refs, until_s=self.deadline_s))
        except errors.OutOfTime:
            pass  # the request budget leaves no more requests

    def _fetch_after_suspension(self, waits: Sequence[Tracker]) -> None:
        """Fetch once after the deadline what a suspended process could not fetch before it."""
        is_suspended = self.clock.now_s() > self.deadline_s + _LAST_LOOK_S
        missed = [wait for wait in waits if not wait.had_last_look][: schedule.MOST_AT_ONCE]
        if is_suspended and missed:
            try:
                refs = [wait.ref for wait in missed]
                found = self.checkly.fetch_each(refs, until_s=self.clock.now_s() + _LAST_LOOK_S)
            except errors.OutOfTime:
                return
            self._take_ends(missed, found)

    def _take_ends(
        self, waits: Sequence[Tracker], found: Sequence[Session | errors.RequestFailed | None]
    ) -> None:
        for wait, each in zip(waits, found, strict=True):
            if isinstance(each, Session) and each.phase is Phase.FINISHED:
                self._read(wait, each, is_last=True)

    def _can_poll(self, wait: Tracker) -> bool:
        session = wait.session
        return (
            session is not None and self.checkly.serves_completion(session.kind) and not wait.poll_was_useless
        )

    def _look(self, waits: Sequence[Tracker]) -> None:
        is_last = self.clock.now_s() >= self.last_look_s
        # A look that hangs leaves room for the last one.
        until_s = self.deadline_s if is_last else self.last_look_s
        for wait in waits:
            wait.had_last_look = is_last
        try:
            found = self.checkly.fetch_each([wait.ref for wait in waits], until_s=until_s)
        except errors.OutOfTime:
            self._came_too_late(waits)
            return
        cut_short = self.clock.now_s() >= until_s - _TOO_LATE_S
        backoff = self.jitter()
        for wait, each in zip(waits, found, strict=True):
            if isinstance(each, Session):
                self._read(wait, each, is_last=is_last)
            elif isinstance(each, errors.NoSuchSession):
                self._is_unknown(wait, each)
            elif isinstance(each, errors.Final):
                self._give_up(wait, each)
            else:
                self._failed(wait, each, backoff_s(wait.failures) * backoff, cut_short=cut_short)
        self._judge_api(found, backoff)
        self._take_pace(waits)

    def _came_too_late(self, waits: Sequence[Tracker]) -> None:
        """The request budget left no time for these looks; there may be some for the last ones."""
        for wait in waits:
            if wait.had_last_look:
                wait.ending = wait.ending_at_the_deadline()
            else:
                self._look_again(wait, LONGEST_BACKOFF_S)

    def _read(self, wait: Tracker, session: Session, *, is_last: bool) -> None:
        wait.session, wait.error, wait.failures, wait.unknown_since_s = session, None, 0, None
        wait.ref = session.ref  # a bare ID does not show the kind
        wait.poll_was_useless = False
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
            wait.look_at_s = math.inf
        else:
            self._look_again(wait, self.patience.poll_interval_s)

    def _is_unknown(self, wait: Tracker, error: errors.NoSuchSession) -> None:
        now_s = self.clock.now_s()
        if wait.unknown_since_s is None:
            wait.unknown_since_s = now_s
        since_s = wait.unknown_since_s
        again_s = next((since_s + each for each in _ASKED_AGAIN_AFTER_404_S if since_s + each > now_s), None)
        if again_s is None:
            self._give_up(wait, error)
        else:
            self._failed(wait, error, again_s - now_s)

    def _failed(
        self, wait: Tracker, error: errors.RequestFailed, delay_s: float, *, cut_short: bool = False
    ) -> None:
        if not self.failures_in_trouble:
            self.observe(TroubleBegan(error))
        self.failures_in_trouble += 1
        self._keep_quiet(error)
        if wait.error is None or not cut_short:
            wait.error = error  # else what went wrong before says more
        wait.failures += 1
        self._look_again(wait, delay_s)

    def _judge_api(self, found: Sequence[Session | errors.RequestFailed], backoff: float) -> None:
        """Where nothing but trouble was answered, all sessions back off, until one of them gets an answer.

        A document that cannot be understood is an answer, and the trouble of its session alone.
        """
        if any(isinstance(each, Session | errors.InvalidResponse) for each in found):
            self.in_doubt, self.failures_of_api = False, 0
        elif any(isinstance(each, errors.Transient) for each in found):
            quiet_s = backoff_s(self.failures_of_api) * backoff
            self.quiet_until_s = max(self.quiet_until_s, self.clock.now_s() + quiet_s)
            self.in_doubt, self.failures_of_api = True, self.failures_of_api + 1

    def _take_pace(self, waits: Sequence[Tracker]) -> None:
        """Where all have ended, others will have too: twice as many are asked for at once."""
        all_ended = all(wait.ending is Ending.FINISHED for wait in waits)
        self.at_once = min(2 * self.at_once, schedule.MOST_AT_ONCE) if all_ended else 1

    def _keep_quiet(self, error: errors.RequestFailed) -> None:
        """Honours `Retry-After`, but not beyond the last look."""
        if isinstance(error, errors.Transient) and error.retry_after_s is not None:
            asked_s = self.clock.now_s() + error.retry_after_s
            self.quiet_until_s = max(self.quiet_until_s, min(asked_s, self.last_look_s))

    def _give_up(self, wait: Tracker, error: errors.Final) -> None:
        concerned = self.waits if error.concerns_every_session else [wait]
        for each in concerned:
            if each.ending is None:
                each.error, each.ending = error, Ending.INCONCLUSIVE
        if not self._in_trouble():
            self.failures_in_trouble = 0  # over, but not mended: nothing to announce

    def _look_again(self, wait: Tracker, delay_s: float) -> None:
        """After the delay, but not without a last look just before the deadline."""
        now_s = self.clock.now_s()
        wait.look_at_s = now_s + delay_s
        if not wait.had_last_look:
            wait.look_at_s = min(wait.look_at_s, max(now_s, self.last_look_s))

    def _in_trouble(self) -> bool:
        return any(wait.error and wait.ending is None for wait in self.waits)

    def _poll(self, waits: Sequence[Tracker], max_wait_s: int) -> None:
        """Waits for the ends of sessions that were running; all that is taken from the answers are ends."""
        began_s = self.clock.now_s()
        # A long poll that hangs leaves room for the last look.
        hang_up_s = (self.last_look_s + self.deadline_s) / 2
        sessions = [wait.session for wait in waits if wait.session is not None]
        try:
            found = self.checkly.await_each(sessions, max_wait_s, until_s=hang_up_s)
        except errors.OutOfTime:
            found = [None for _ in waits]
        was_early = self.clock.now_s() - began_s < max_wait_s - _EARLY_S
        for wait, each in zip(waits, found, strict=True):
            if isinstance(each, Session) and each.phase is Phase.FINISHED:
                self._read(wait, each, is_last=False)
            elif was_early or isinstance(each, errors.RequestFailed):
                # The look that follows says what it really is. To ask again at once would be to spin.
                self._look_again(wait, self.patience.poll_interval_s)
                wait.poll_was_useless = True
            if isinstance(each, errors.RequestFailed):
                self._keep_quiet(each)
        self._take_pace(waits)
