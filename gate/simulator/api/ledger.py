"""A record of all requests since the simulator started, each with the status of its response."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request. `path` includes the query; header names are lower-case.

    `status` is None until a response is sent, and stays None if the connection is cut. `at_s` is in simulated
    seconds since the very first request.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    at_s: float = 0.0
    status: int | None = None


@dataclass(slots=True)
class Ledger:
    """A record of requests, for use from any thread."""

    _entries: list[Recorded] = field(default_factory=list)
    _arrival: threading.Condition = field(default_factory=threading.Condition)

    def enter(self, request: Recorded) -> int:
        """Record a request that has just arrived. Return its number, from 0."""
        with self._arrival:
            self._entries.append(request)
            self._arrival.notify_all()
            return len(self._entries) - 1

    def answered(self, number: int, status: int) -> None:
        """Record the status of the response that is about to be sent."""
        with self._arrival:
            self._entries[number] = replace(self._entries[number], status=status)

    def entries(self) -> list[Recorded]:
        """Return all requests so far."""
        with self._arrival:
            return list(self._entries)

    def wait_for(self, path_part: str, timeout_s: float) -> bool:
        """Wait for a request whose path contains `path_part`, but at most `timeout_s` real seconds.

        Return whether such a request has arrived.
        """
        with self._arrival:
            return self._arrival.wait_for(
                lambda: any(path_part in entry.path for entry in self._entries), timeout_s
            )
