"""Read sessions in the last moments before the deadline, because they may still end."""

from __future__ import annotations

from collections.abc import Sequence

from gate.checkly.client import Checkly
from gate.checkly.session_api import LONGEST_LONG_POLL_S
from gate.domain import errors
from gate.domain.session import Phase, Session
from gate.polling.pace import MOST_AT_ONCE
from gate.polling.tracker import Tracker

LAST_FETCH_S = 3.0  # reserved before the deadline, so that the last fetch can finish in time
_NEAREST_FETCH_S = 0.5  # a fetch that starts closer to the deadline is unlikely to finish

Found = Sequence[tuple[Tracker, Session]]


def use_last_moments(waits: Sequence[Tracker], checkly: Checkly, deadline_s: float) -> Found:
    """Read sessions until the deadline, and once more if the process was suspended beyond it."""
    is_early = checkly.clock.now_s() < deadline_s
    found = _poll_until_the_deadline(waits, checkly, deadline_s) if is_early else ()
    return (*found, *_fetch_after_suspension(_unfinished(waits, found), checkly, deadline_s))


def _poll_until_the_deadline(waits: Sequence[Tracker], checkly: Checkly, deadline_s: float) -> Found:
    """Use the remaining time for sessions that were still running at the last fetch.

    Errors are ignored, because a session that cannot be read has timed out anyway.
    """
    ended = _poll(waits, checkly, deadline_s)
    left = _unfinished(waits, ended)
    pause_s = deadline_s - checkly.clock.now_s() - _NEAREST_FETCH_S
    if left and pause_s > 0:
        checkly.clock.sleep_s(pause_s)
        return (*ended, *_fetch(left[:MOST_AT_ONCE], checkly, deadline_s))
    return ended


def _fetch_after_suspension(waits: Sequence[Tracker], checkly: Checkly, deadline_s: float) -> Found:
    """Fetch the sessions once more, because they may have ended while the process was suspended."""
    now_s = checkly.clock.now_s()
    if now_s <= deadline_s + LAST_FETCH_S:
        return ()
    groups = [waits[first : first + MOST_AT_ONCE] for first in range(0, len(waits), MOST_AT_ONCE)]
    return [each for group in groups for each in _fetch(group, checkly, now_s + LAST_FETCH_S)]


def _poll(waits: Sequence[Tracker], checkly: Checkly, deadline_s: float) -> Found:
    polled = [wait for wait in waits if wait.can_poll(checkly.serves_completion)][:MOST_AT_ONCE]
    max_wait_s = min(int(deadline_s - checkly.clock.now_s() - _NEAREST_FETCH_S), LONGEST_LONG_POLL_S)
    if not polled or max_wait_s < 1:
        return ()
    sessions = [wait.session for wait in polled if wait.session]
    try:
        found = checkly.await_each(sessions, max_wait_s, until_s=deadline_s)
    except errors.OutOfTime:  # the request budget allows no more requests
        return ()
    return [each for each in _sessions(polled, found) if each[1].phase is Phase.FINISHED]


def _fetch(waits: Sequence[Tracker], checkly: Checkly, until_s: float) -> Found:
    try:
        return _sessions(waits, checkly.fetch_each([wait.ref for wait in waits], until_s=until_s))
    except errors.OutOfTime:
        return ()


def _unfinished(waits: Sequence[Tracker], found: Found) -> Sequence[Tracker]:
    ended = [wait for wait, session in found if session.phase is Phase.FINISHED]
    return [wait for wait in waits if not any(wait is each for each in ended)]


def _sessions(waits: Sequence[Tracker], found: Sequence[Session | errors.RequestFailed | None]) -> Found:
    return [(wait, each) for wait, each in zip(waits, found, strict=True) if isinstance(each, Session)]
