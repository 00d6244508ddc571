"""How often progress is fetched, and how many requests are reserved for the ends of sessions."""

from __future__ import annotations

import math
from typing import NamedTuple

from gate.checkly.budget import Budget
from gate.checkly.session_api import LONGEST_LONG_POLL_S

MOST_AT_ONCE = 8  # requests


class Pace(NamedTuple):
    """The pace of fetches that only show progress, within the request budget.

    `longer_s` is added to the poll interval. `reserve` is the number of requests that are kept for the ends
    of sessions and for long polls. If the first fetch of a session is overdue, only `least_reserve` requests
    are kept. The budget allows one request more than `reserve` from `afforded_s` on, and one more than
    `least_reserve` from `afforded_overdue_s` on.
    """

    longer_s: float
    reserve: int
    least_reserve: int
    afforded_s: float
    afforded_overdue_s: float


def pace_of(sessions: int, poll_interval_s: float, budget: Budget, now_s: float) -> Pace:
    """Return the pace for `sessions` unfinished sessions. `now_s` is a reading of the clock."""
    # How long it takes to fetch every session and send one long poll, with half of the budget.
    round_s = (sessions + 1) * 60 / (budget.per_minute / 2)
    pause_s = max(poll_interval_s, round_s)
    polls = min(sessions, MOST_AT_ONCE) * 60 / min(pause_s, LONGEST_LONG_POLL_S)
    reserve = sessions + math.ceil(polls)
    least_reserve = min(reserve, budget.per_minute * 3 // 4)
    if reserve >= budget.per_minute:
        # If there are more sessions than a minute's budget allows for, no reserve can prevent delays.
        reserve = least_reserve
    return Pace(
        longer_s=pause_s - poll_interval_s,
        reserve=reserve,
        least_reserve=least_reserve,
        afforded_s=now_s + budget.wait_s(now_s, reserve + 1),
        afforded_overdue_s=now_s + budget.wait_s(now_s, least_reserve + 1),
    )
