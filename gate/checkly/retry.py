"""How long to wait before a request for a session is repeated."""

from __future__ import annotations

FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 15.0


def backoff_s(failures: int) -> float:
    """Return the longest pause after so many failures in a row, in seconds. Callers add jitter."""
    return min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(failures, 10))
