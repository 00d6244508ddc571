"""The wait: fetch sessions, report changes and pause, until all sessions have ended or the time is up.

`gate.polling.schedule` picks each step; this module carries it out and dispatches the responses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gate.checkly.client import Checkly
from gate.checkly.retry import LONGEST_BACKOFF_S, backoff_s
from gate.domain import errors
from gate.domain.session import Phase, Session, SessionRef
from gate.polling import schedule
from gate.polling.deadline import LAST_FETCH_S, use_last_moments
from gate.polling.events import Event
from gate.polling.health import ApiHealth
from gate.polling.observer import Observer
from gate.polling.pace import MOST_AT_ONCE
from gate.polling.result import Ending, PollResult
from gate.polling.tracker import Tracker

_TOO_LATE_S = 0.01  # a failure this close to the request's time limit was caused by the limit
_EARLY_S = 0.05  # a long poll that ends too early by at most this much counts as complete


class Patience(NamedTuple):
    """How long to wait in total, and between two fetches of one session, in seconds."""

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
    """Wait until every session has ended or cannot be read, the time is up, or a signal arrives.

    `jitter` returns a number from 0 to 1 for each back-off. `observe` receives each event of the wait.
    Returns one `PollResult` per session, in the order of `refs`. Network errors and signals are not raised.
    """
    loop = _Loop(refs, checkly, patience, jitter=jitter, observe=observe)
    try:
        loop.run()
    except errors.Stopped as stopped:
        return tuple(wait.result(patience.timeout_s, stopped) for wait in loop.waits)
    return tuple(wait.result(patience.timeout_s) for wait in loop.waits)


class _Loop:
    """The state of one wait: its sessions and the health of the API."""

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
        self.clock = checkly.clock
        self.patience = patience
        self.jitter = jitter
        self.observer = Observer(observe)
        now_s = self.clock.now_s()
        self.deadline_s = now_s + patience.timeout_s
        self.last_fetch_s = self.deadline_s - min(LAST_FETCH_S, patience.timeout_s / 4)
        self.waits = [Tracker(ref, now_s) for ref in refs]
        self.api = ApiHealth(quiet_until_s=now_s)
        self.at_once = 1

    def run(self) -> None:
        while pending := [wait for wait in self.waits if wait.ending is None]:
            now_s = self.clock.now_s()
            if now_s >= self.deadline_s or all(wait.is_left_running for wait in pending):
                for wait, session in use_last_moments(pending, self.checkly, self.deadline_s):
                    self._take(wait, session)
                return
            match self._next_step(pending, now_s):
                case schedule.Fetch(places):
                    self._fetch([pending[place] for place in places])
                case schedule.Poll(places, max_wait_s):
                    self._poll([pending[place] for place in places], max_wait_s)
                    self.observer.paused()
                case schedule.Rest(until_s):
                    self.clock.sleep_s(max(min(until_s, self.deadline_s) - now_s, 0.0))
                    self.observer.paused()

    def _next_step(self, pending: Sequence[Tracker], now_s: float) -> schedule.Step:
        if self.api.quiet_until_s > now_s:
            return schedule.Rest(min(self.api.quiet_until_s, now_s + schedule.LONGEST_REST_S))
        candidates = [wait.candidate(self.checkly.serves_completion) for wait in pending]
        circumstances = schedule.Circumstances(
            now_s=now_s,
            last_fetch_s=self.last_fetch_s,
            poll_interval_s=self.patience.poll_interval_s,
            at_once=self.at_once,
            in_doubt=self.api.is_in_doubt,
        )
        return schedule.next_step(candidates, circumstances, self.checkly.budget)

    def _fetch(self, waits: Sequence[Tracker]) -> None:
        is_last = self.clock.now_s() >= self.last_fetch_s
        # Even if this fetch hangs, there must be time for the last fetch.
        until_s = self.deadline_s if is_last else self.last_fetch_s
        try:
            found = self.checkly.fetch_each([wait.ref for wait in waits], until_s=until_s)
        except errors.OutOfTime:  # the budget has no room for these sessions, or the process was suspended
            for wait in waits:
                self._schedule(wait, LONGEST_BACKOFF_S)
            return
        for wait in waits:
            wait.had_last_fetch = is_last
        is_cut_short = self.clock.now_s() >= until_s - _TOO_LATE_S
        jitter = self.jitter()
        for wait, each in zip(waits, found, strict=True):
            if isinstance(each, Session):
                self._take(wait, each)
            elif isinstance(each, errors.Final):
                self._give_up_or_retry(wait, each)
            else:
                self._fail(wait, each, backoff_s(wait.failures) * jitter, is_cut_short=is_cut_short)
        self.api.judge(found, jitter, self.clock.now_s())
        self._adapt_pace(waits)

    def _poll(self, waits: Sequence[Tracker], max_wait_s: int) -> None:
        """Wait for sessions to end, with long polls. Sessions that are still running are not updated."""
        began_s = self.clock.now_s()
        hang_up_s = (self.last_fetch_s + self.deadline_s) / 2  # leaves time for the last fetch
        sessions = [wait.session for wait in waits if wait.session is not None]
        try:
            found = self.checkly.await_each(sessions, max_wait_s, until_s=hang_up_s)
        except errors.OutOfTime:
            found = [None for _ in waits]
        was_early = self.clock.now_s() - began_s < max_wait_s - _EARLY_S
        for wait, each in zip(waits, found, strict=True):
            if isinstance(each, Session) and each.phase is Phase.FINISHED:
                self._take(wait, each)
            elif was_early or isinstance(each, errors.RequestFailed):
                # The next fetch shows the cause. A second poll without a pause would make the loop spin.
                self._schedule(wait, self.patience.poll_interval_s)
                wait.poll_was_useless = True
            if isinstance(each, errors.RequestFailed):
                self.api.honour_retry_after(each, self.clock.now_s(), latest_s=self.last_fetch_s)
        self._adapt_pace(waits)

    def _take(self, wait: Tracker, session: Session) -> None:
        wait.take(session)
        self.observer.fetched(session, in_trouble=self._in_trouble())
        if wait.had_last_fetch:
            wait.fetch_no_more()
        else:
            self._schedule(wait, self.patience.poll_interval_s)

    def _give_up_or_retry(self, wait: Tracker, error: errors.Final) -> None:
        """Give up on a session. If it was not found, retry until its grace period is over."""
        is_unknown = isinstance(error, errors.NoSuchSession)
        retry_s = wait.retry_after_404_s(self.clock.now_s()) if is_unknown else None
        if retry_s is not None:
            self._fail(wait, error, retry_s)
            return
        for each in self.waits if error.concerns_every_session else [wait]:
            each.give_up(error)
        self.observer.gave_up(in_trouble=self._in_trouble())

    def _fail(
        self, wait: Tracker, error: errors.RequestFailed, delay_s: float, *, is_cut_short: bool = False
    ) -> None:
        self.observer.failed(error)
        self.api.honour_retry_after(error, self.clock.now_s(), latest_s=self.last_fetch_s)
        wait.fail(error, is_cut_short=is_cut_short)
        self._schedule(wait, delay_s)

    def _schedule(self, wait: Tracker, delay_s: float) -> None:
        wait.fetch_after(delay_s, self.clock.now_s(), last_fetch_s=self.last_fetch_s)

    def _adapt_pace(self, waits: Sequence[Tracker]) -> None:
        """Request twice as many sessions at once if all of these have ended: others may have ended too."""
        all_ended = all(wait.ending is Ending.FINISHED for wait in waits)
        self.at_once = min(2 * self.at_once, MOST_AT_ONCE) if all_ended else 1

    def _in_trouble(self) -> bool:
        return any(wait.error and wait.ending is None for wait in self.waits)
