"""A scenario while it is played: the sessions that have begun, and their current plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gate.domain.session import SessionKind
from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.sessions import PlannedSession


@dataclass(slots=True)
class Play:
    """The sessions by ID, and when each began. `speed` is in simulated seconds per real second of `clock`."""

    scenario: Scenario
    speed: float
    clock: Callable[[], float]
    first_s: float | None = None  # when the very first request arrived
    _sessions: dict[str, PlannedSession] = field(default_factory=dict)
    _began: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sessions = {session.id: session for session in self.scenario.sessions}

    def elapsed_s(self) -> float:
        """Return the simulated seconds since the first request. The first call starts the clock."""
        now_s = self.clock()
        if self.first_s is None:
            self.first_s = now_s
        return (now_s - self.first_s) * self.speed

    def begin(self, session_id: str, kind: SessionKind) -> None:
        """Start the clock of a session, unless it is running already or there is no such session."""
        if self.session(session_id, kind):
            self._began.setdefault(session_id, self.clock())

    def session(self, session_id: str, kind: SessionKind) -> PlannedSession | None:
        """Return a session with its current plan; None if there is no session of that kind and ID."""
        session = self._sessions.get(session_id)
        return session if session and session.kind is kind else None

    def sessions(self, kind: SessionKind) -> Iterator[PlannedSession]:
        """Yield the sessions of a kind in the scenario's order."""
        return (session for session in self._sessions.values() if session.kind is kind)

    def has_begun(self, session_id: str) -> bool:
        """Return whether a session's clock is running."""
        return session_id in self._began

    def session_s(self, session_id: str) -> float:
        """Return the simulated seconds since a session began."""
        return (self.clock() - self._began[session_id]) * self.speed

    def replace(self, session: PlannedSession) -> None:
        """Replace the plan of a session."""
        self._sessions[session.id] = session

    def index(self, session_id: str) -> int | None:
        """Return a session's position in the scenario, from 0."""
        ids = self.scenario.session_ids
        return ids.index(session_id) if session_id in ids else None
