"""The next step of the wait: a long poll for the end of sessions, fetches that show progress, or a pause.

The wait is over when all sessions have ended. While the first unfinished session is running, the others
cannot end the wait, so a long poll for the first one is enough. A long poll costs next to nothing, and
returns immediately if the session has already ended. After each step that found only ended sessions, twice as
many are polled at the same time. Fetches of the other sessions only show progress. The budget reserves one
request for the end of each session, and the requests for the long polls of the next minute. Fetches that only
show progress may use the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from gate.checkly.budget import Budget
from gate.checkly.session_api import LONGEST_LONG_POLL_S
from gate.polling.pace import MOST_AT_ONCE, pace_of

_OVERDUE_S = 60.0  # how long the reserves may postpone the first fetch of a session
LONGEST_REST_S = 30.0  # so that the log and the status line show regularly that the gate is still waiting
_ROUNDING_S = 0.05  # a pause of a little less than 1 s is filled with a poll of 1 s


class Candidate(NamedTuple):
    """A session that has not ended, as far as responses have shown. Times are readings of the clock.

    The session is not fetched before `fetch_at_s`. `can_poll`: whether a long poll is likely to show when it
    ends. `failures`: the number of consecutive failures to read it.
    """

    fetch_at_s: float
    is_read: bool = False
    can_poll: bool = False
    failures: int = 0


class Circumstances(NamedTuple):
    """The facts that, together with the candidates, determine the next step.

    `at_once`: how many sessions are polled at the same time, from the first unfinished one on. `in_doubt`:
    whether no request has succeeded since the start or since the last failure. If so, a single request must
    first show whether the API works.
    """

    now_s: float
    last_fetch_s: float
    poll_interval_s: float
    at_once: int
    in_doubt: bool


class Fetch(NamedTuple):
    """Fetch the candidates at these indexes."""

    places: tuple[int, ...]


class Poll(NamedTuple):
    """Wait for the candidates at these indexes to end, with long polls of `max_wait_s` (1 to 30) seconds."""

    places: tuple[int, ...]
    max_wait_s: int


class Rest(NamedTuple):
    """Send no request until `until_s`."""

    until_s: float


Step = Fetch | Poll | Rest


def next_step(candidates: Sequence[Candidate], at: Circumstances, budget: Budget) -> Step:
    """Return the next step. There must be at least one candidate."""
    left = budget.left(at.now_s)
    if left == 0:
        return Rest(at.now_s + min(budget.wait_s(at.now_s), LONGEST_REST_S))
    if at.in_doubt and at.now_s < at.last_fetch_s:
        return _probe(candidates, at)
    plan = _Plan(candidates, at, budget)
    if due := plan.due():
        return Fetch(due[: min(MOST_AT_ONCE, left)])
    until_s = min(plan.next_fetch_s(), at.now_s + LONGEST_REST_S)
    return _poll(plan.to_poll()[:left], until_s, at) or Rest(until_s)


def _probe(candidates: Sequence[Candidate], at: Circumstances) -> Fetch | Rest:
    """Fetch the session that has failed least often: if it can be read, the API works."""
    ready = [
        place
        for place, each in enumerate(candidates)
        if each.fetch_at_s <= at.now_s or (each.is_read and not each.failures)
    ]
    if not ready:
        return Rest(min(at.now_s + LONGEST_REST_S, *(each.fetch_at_s for each in candidates)))
    return Fetch((min(ready, key=lambda place: (candidates[place].failures, candidates[place].fetch_at_s)),))


def _poll(places: tuple[int, ...], until_s: float, at: Circumstances) -> Poll | Rest | None:
    """Poll until `until_s` or a little longer, but not beyond the time of the last fetch."""
    if not places:
        return None
    longest_s = int(at.last_fetch_s - at.now_s + _ROUNDING_S)
    wait_s = max(math.ceil(until_s - at.now_s - _ROUNDING_S), 1)
    max_wait_s = min(wait_s, longest_s, LONGEST_LONG_POLL_S)
    return Poll(places, max_wait_s) if max_wait_s >= 1 else None


class _Plan:
    """The plan for when each session is fetched."""

    def __init__(self, candidates: Sequence[Candidate], at: Circumstances, budget: Budget) -> None:
        self._candidates = candidates
        self._at = at
        self._left = budget.left(at.now_s)
        self._pace = pace_of(len(candidates), at.poll_interval_s, budget, at.now_s)
        well = [place for place, each in enumerate(candidates) if not each.failures]
        self._front = tuple(well[: at.at_once])
        unread = (place for place in well if not candidates[place].is_read)
        has_unread = any(not candidates[place].is_read for place in self._front)
        self._unread_front = tuple(islice(unread, at.at_once)) if has_unread else ()

    def due(self) -> tuple[int, ...]:
        """Return the sessions to fetch now: the needed ones first, then those that have waited longest."""
        due = [place for place in range(len(self._candidates)) if self._due_s(place) <= self._at.now_s]
        due.sort(key=lambda place: (not self._is_needed(place), self._candidates[place].fetch_at_s))
        allowed: list[int] = []
        for place in due:
            if self._may_fetch(place, self._left - len(allowed)):
                allowed.append(place)
        return tuple(allowed)

    def next_fetch_s(self) -> float:
        """Return the earliest time at which a fetch is due and within the budget."""
        return min(self._fetch_s(place) for place in range(len(self._candidates)))

    def to_poll(self) -> tuple[int, ...]:
        """Return those of the first unfinished sessions for which a long poll is likely to work."""
        return tuple(place for place in self._front if self._candidates[place].can_poll)

    def _is_needed(self, place: int) -> bool:
        """Return whether the session is fetched regardless of the reserves."""
        each = self._candidates[place]
        if self._at.now_s >= self._at.last_fetch_s or place in self._unread_front:
            return True
        return place in self._front and not each.can_poll

    def _due_s(self, place: int) -> float:
        each = self._candidates[place]
        if self._is_needed(place) or not each.is_read or each.failures:
            return each.fetch_at_s
        return min(each.fetch_at_s + self._pace.longer_s, self._at.last_fetch_s)

    def _may_fetch(self, place: int, left: int) -> bool:
        return self._is_needed(place) or left > (
            self._pace.least_reserve if self._is_overdue(place) else self._pace.reserve
        )

    def _is_overdue(self, place: int) -> bool:
        each = self._candidates[place]
        return not each.is_read and self._at.now_s >= each.fetch_at_s + _OVERDUE_S

    def _fetch_s(self, place: int) -> float:
        each, due_s = self._candidates[place], self._due_s(place)
        if self._is_needed(place):
            return due_s
        fetch_s = min(max(due_s, self._pace.afforded_s), self._at.last_fetch_s)
        if each.is_read:
            return fetch_s
        return min(fetch_s, max(due_s + _OVERDUE_S, self._pace.afforded_overdue_s))
