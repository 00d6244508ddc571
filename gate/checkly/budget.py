"""The request budget: how many requests may start within any minute."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

REQUESTS_PER_MINUTE = 300  # half of Checkly's limit, which the whole account shares
_MINUTE_S = 60.5  # more than 60, because requests may arrive closer together than they were sent
_ROUNDING_S = 1e-6


@dataclass(slots=True)
class Budget:
    """The number of requests that may start within any minute."""

    per_minute: int = REQUESTS_PER_MINUTE
    spent: int = 0
    _recent_s: deque[float] = field(default_factory=deque)

    def left(self, now_s: float) -> int:
        """Return how many requests may start now."""
        while self._recent_s and self._recent_s[0] <= now_s - _MINUTE_S + _ROUNDING_S:
            self._recent_s.popleft()
        return self.per_minute - len(self._recent_s)

    def wait_s(self, now_s: float, requests: int = 1) -> float:
        """Return the seconds until `requests` requests may start, or infinity if the budget is smaller."""
        if requests > self.per_minute:
            return math.inf
        lacking = requests - self.left(now_s)
        return max(self._recent_s[lacking - 1] + _MINUTE_S - now_s, 0.0) if lacking > 0 else 0.0

    def spend(self, now_s: float) -> None:
        """Count a request that starts now."""
        self._recent_s.append(now_s)
        self.spent += 1
