"""The back-off: how long to pause after consecutive failures."""

from __future__ import annotations

FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 15.0


def backoff_s(failures: int) -> float:
    """Return the longest pause in seconds after a number of consecutive failures. Callers may shorten it."""
    return min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(failures, 10))
