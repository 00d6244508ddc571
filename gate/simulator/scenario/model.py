"""A scenario: sessions that develop over simulated time, and an API that may have faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gate.simulator.scenario.background import PlannedGroup, PlannedLocation
from gate.simulator.scenario.faults import Fault
from gate.simulator.scenario.sessions import PlannedSession

VERSIONS = ("v1", "v2")
STARTED = datetime(2026, 1, 15, 9, tzinfo=UTC)  # fixed, so that a scenario's documents are always the same


@dataclass(frozen=True, slots=True)
class Api:
    """How the API behaves for every session. Each response is sent after `latency_s` real seconds."""

    served: tuple[str, ...] = VERSIONS
    completion: bool = True
    latency_s: float = 0.0
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A complete scenario. `speed` is in simulated seconds per real second.

    `inputs` are the gate's inputs, by name, for a demo of the scenario.
    """

    name: str
    description: str
    sessions: tuple[PlannedSession, ...]
    speed: float = 1.0
    inputs: Mapping[str, str] = field(default_factory=dict)
    started: datetime = STARTED
    api: Api = Api()
    faults: tuple[Fault, ...] = ()
    error_groups: tuple[PlannedGroup, ...] = ()
    private_locations: tuple[PlannedLocation, ...] = ()

    @property
    def session_ids(self) -> tuple[str, ...]:
        """Return the IDs of the sessions, in the scenario's order."""
        return tuple(session.id for session in self.sessions)

    def moment(self, elapsed_s: float) -> datetime:
        """Return the date and time after that many simulated seconds."""
        return self.started + timedelta(seconds=elapsed_s)
