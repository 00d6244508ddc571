"""Decide which events of the wait are reported, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gate.domain.errors import RequestFailed
from gate.domain.session import Phase, Session
from gate.polling.events import Event, Fetched, Noticed, Paused, TroubleBegan, TroubleEnded


@dataclass(slots=True)
class Observer:
    """A filter for events. It reports only the first of consecutive failures, and their end."""

    observe: Callable[[Event], None]
    _failures: int = 0
    _unknown_statuses: set[str] = field(default_factory=set)

    def paused(self) -> None:
        """Report that a long poll, or a part of a pause, is over."""
        self.observe(Paused())

    def failed(self, error: RequestFailed) -> None:
        """Report the first failure, and count them all."""
        if not self._failures:
            self.observe(TroubleBegan(error))
        self._failures += 1

    def fetched(self, session: Session, *, in_trouble: bool) -> None:
        """Report that a session was read. `in_trouble`: whether any session still cannot be read."""
        if self._failures and not in_trouble:
            self.observe(TroubleEnded(self._failures))
            self._failures = 0
        self.observe(Fetched(session))
        if session.phase is Phase.UNKNOWN and session.status not in self._unknown_statuses:
            self._unknown_statuses.add(session.status)
            self.observe(Noticed(f"Checkly reports the unknown status {session.status}; still waiting"))

    def gave_up(self, *, in_trouble: bool) -> None:
        """Forget the failures if the gate has given up on every session that it could not read."""
        if not in_trouble:
            self._failures = 0
