"""What was asked and what was answered: every request since the simulator started, in order of arrival."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request. `path` includes the query; header names are lower-case.

    `status` is None while no answer is on its way, and for good where the connection was cut. `at_s` is in
    simulated seconds since the first request of all.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    at_s: float = 0.0
    status: int | None = None


@dataclass(slots=True)
class Ledger:
    """Remembers requests; may be used from any thread."""

    _entries: list[Recorded] = field(default_factory=list)
    _arrival: threading.Condition = field(default_factory=threading.Condition)

    def enter(self, request: Recorded) -> int:
        """Remembers a request that has just arrived; returns its number, from 0."""
        with self._arrival:
            self._entries.append(request)
            self._arrival.notify_all()
            return len(self._entries) - 1

    def answered(self, number: int, status: int) -> None:
        """Remembers the status that a request is about to be answered with."""
        with self._arrival:
            self._entries[number] = replace(self._entries[number], status=status)

    def entries(self) -> list[Recorded]:
        """All requests until now."""
        with self._arrival:
            return list(self._entries)

    def wait_for(self, path_part: str, timeout_s: float) -> bool:
        """Waits, in real seconds, until a request whose path holds that part has arrived; says if one has."""
        with self._arrival:
            return self._arrival.wait_for(
                lambda: any(path_part in entry.path for entry in self._entries), timeout_s
            )
