"""What to ask next: a long poll that tells an end at once, looks that show what goes on, or nothing.

The gate goes on when the last session has ended, so the front of the row is all that it has to know of:
while its first session runs, the others may do what they like. A long poll on it costs next to nothing,
and on one that has ended already it is a look. The more of them have just been found ended, the more are
polled at once. Looks at the others show what goes on; they get what the budget leaves when a request for
the end of each session, and the long polls of the next minute, are put aside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from gate.checkly.budget import Budget
from gate.checkly.session_api import LONGEST_LONG_POLL_S

MOST_AT_ONCE = 8
_OVERDUE_S = 60.0  # the longest that a first look waits for the sake of ends that may come
LONGEST_REST_S = 30.0  # whoever shows that the gate is still waiting wants to be asked now and then
_ROUNDING_S = 0.05  # what is left of a pause of 1 s when some of it has passed is filled by 1 s too


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A session whose end is not known; times are the clock's.

    `fetch_at_s`: not before is it looked at; `can_poll`: whether a long poll is likely to tell its end;
    `failures`: how often in a row it could not be read.
    """

    fetch_at_s: float
    is_read: bool = False
    can_poll: bool = False
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the next step depends on besides the sessions.

    `at_once`: how many the front is; `in_doubt`: whether the API has failed, or not answered yet, so that
    one request must show first what the others can expect.
    """

    now_s: float
    last_fetch_s: float
    poll_interval_s: float
    at_once: int
    in_doubt: bool


@dataclass(frozen=True, slots=True)
class Fetch:
    """Look at these, by their places among the candidates."""

    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """Wait for the ends of these with long polls of so many seconds (1 to 30)."""

    places: tuple[int, ...]
    max_wait_s: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Ask for nothing until then."""

    until_s: float


Step = Fetch | Poll | Rest


def next_step(candidates: Sequence[Candidate], at: Circumstances, budget: Budget) -> Step:
    """What to do now; there is at least one candidate."""
    left = budget.left(at.now_s)
    if left == 0:
        return Rest(at.now_s + min(budget.wait_s(at.now_s), LONGEST_REST_S))
    if at.in_doubt and at.now_s < at.last_fetch_s:
        return _probe(candidates, at)
    plan = _Plan(candidates, at, budget)
    if due := plan.due():
        return Fetch(due[: min(MOST_AT_ONCE, left)])
    until_s = min(plan.next_look_s(), at.now_s + LONGEST_REST_S)
    return _poll(plan.to_poll()[:left], until_s, at) or Rest(until_s)


def _probe(candidates: Sequence[Candidate], at: Circumstances) -> Fetch | Rest:
    """One look, at a session that has failed less than others: if it can be read, the API is not to blame."""
    ready = [
        place
        for place, each in enumerate(candidates)
        if each.fetch_at_s <= at.now_s or (each.is_read and not each.failures)
    ]
    if not ready:
        return Rest(min(at.now_s + LONGEST_REST_S, *(each.fetch_at_s for each in candidates)))
    return Fetch((min(ready, key=lambda place: (candidates[place].failures, candidates[place].fetch_at_s)),))


def _poll(places: tuple[int, ...], until_s: float, at: Circumstances) -> Poll | Rest | None:
    """Long polls until then or a little longer, but not beyond the time of the last look."""
    if not places:
        return None
    longest_s = int(at.last_fetch_s - at.now_s + _ROUNDING_S)
    wait_s = max(math.ceil(until_s - at.now_s - _ROUNDING_S), 1)
    max_wait_s = min(wait_s, longest_s, LONGEST_LONG_POLL_S)
    return Poll(places, max_wait_s) if max_wait_s >= 1 else None


class _Plan:
    """When each session is looked at."""

    def __init__(self, candidates: Sequence[Candidate], at: Circumstances, budget: Budget) -> None:
        self._candidates = candidates
        self._at = at
        self._left = budget.left(at.now_s)
        well = [place for place, each in enumerate(candidates) if not each.failures]
        self._front = tuple(well[: at.at_once])
        unread = (place for place in well if not candidates[place].is_read)
        has_unread = any(not candidates[place].is_read for place in self._front)
        self._unread_front = tuple(islice(unread, at.at_once)) if has_unread else ()
        # With half of the budget for looks, that is how long a round of them and a long poll take.
        round_s = (len(candidates) + 1) * 60 / (budget.per_minute / 2)
        pause_s = max(at.poll_interval_s, round_s)
        self._longer_s = pause_s - at.poll_interval_s
        polls = min(len(candidates), MOST_AT_ONCE) * 60 / min(pause_s, LONGEST_LONG_POLL_S)
        reserve, possible = len(candidates) + math.ceil(polls), budget.per_minute * 3 // 4
        self._least_reserve = min(reserve, possible)
        # Ends that come at once and do not fit into a minute are late by one, whatever is spent on looks.
        self._reserve = reserve if reserve < budget.per_minute else self._least_reserve
        self._afforded_s = at.now_s + budget.wait_s(at.now_s, self._reserve + 1)
        self._afforded_overdue_s = at.now_s + budget.wait_s(at.now_s, self._least_reserve + 1)

    def due(self) -> tuple[int, ...]:
        """Whom to look at now: those that must be, then those that have waited longest."""
        due = [place for place in range(len(self._candidates)) if self._due_s(place) <= self._at.now_s]
        due.sort(key=lambda place: (not self._is_needed(place), self._candidates[place].fetch_at_s))
        return tuple(place for number, place in enumerate(due) if self._may_look(place, self._left - number))

    def next_look_s(self) -> float:
        """When the next look is due and can be afforded."""
        return min(self._look_s(place) for place in range(len(self._candidates)))

    def to_poll(self) -> tuple[int, ...]:
        """The front, as far as long polls are of use."""
        return tuple(place for place in self._front if self._candidates[place].can_poll)

    def _is_needed(self, place: int) -> bool:
        """Whether it is looked at whatever else the budget is wanted for."""
        each = self._candidates[place]
        if self._at.now_s >= self._at.last_fetch_s or place in self._unread_front:
            return True
        return place in self._front and not each.can_poll

    def _due_s(self, place: int) -> float:
        each = self._candidates[place]
        if self._is_needed(place) or not each.is_read or each.failures:
            return each.fetch_at_s
        return min(each.fetch_at_s + self._longer_s, self._at.last_fetch_s)

    def _may_look(self, place: int, left: int) -> bool:
        return self._is_needed(place) or left > (
            self._least_reserve if self._is_overdue(place) else self._reserve
        )

    def _is_overdue(self, place: int) -> bool:
        each = self._candidates[place]
        return not each.is_read and self._at.now_s >= each.fetch_at_s + _OVERDUE_S

    def _look_s(self, place: int) -> float:
        each, due_s = self._candidates[place], self._due_s(place)
        if self._is_needed(place):
            return due_s
        look_s = min(max(due_s, self._afforded_s), self._at.last_fetch_s)
        if each.is_read:
            return look_s
        return min(look_s, max(due_s + _OVERDUE_S, self._afforded_overdue_s))
