"""What a scenario says: sessions that unfold over simulated time, and an API that may be in trouble.

All times are simulated seconds: since the first request for the session where a session is concerned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from gate.simulator.faults import Fault

TERMINAL = frozenset({"PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED"})
VERSIONS = ("v1", "v2")
STARTED = datetime(2026, 1, 15, 9, tzinfo=UTC)  # fixed, so that a scenario's documents never differ


@dataclass(frozen=True, slots=True)
class Check:
    """The check that a session runs."""

    id: str
    name: str
    type: str = "API"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusChange:
    """From `at_s` on the session's status is `status`, any text."""

    at_s: float
    status: str


@dataclass(frozen=True, slots=True)
class PlannedResult:
    """A check result that appears at `at_s`, after a run that took `took_s`.

    `flags` are Checkly's five booleans by their names; `type` is the result type, which may be null.
    `detail` holds what the call for its details answers beside what every result has.
    """

    at_s: float
    location: str
    flags: Mapping[str, bool]
    type: str | None
    took_s: float
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """One check session: its status and its results by time, both in the order of their time."""

    id: str
    check: Check
    locations: tuple[str, ...]
    statuses: tuple[StatusChange, ...]
    results: tuple[PlannedResult, ...]
    readable_s: float = 0.0
    overrides: Mapping[str, object] = field(default_factory=dict)

    def current(self, elapsed_s: float) -> StatusChange:
        """The status at that time, and since when."""
        past = [change for change in self.statuses if change.at_s <= elapsed_s]
        return past[-1] if past else StatusChange(0.0, "STARTED")

    def ends_s(self, elapsed_s: float) -> float:
        """When the session is next in a terminal status: at once, later, or never (infinity)."""
        if self.current(elapsed_s).status in TERMINAL:
            return elapsed_s
        ends = (change.at_s for change in self.statuses if change.status in TERMINAL)
        return min((at_s for at_s in ends if at_s > elapsed_s), default=math.inf)

    def cancelled(self, elapsed_s: float) -> PlannedSession:
        """The same session, cancelled at that time: what had not come by then never comes."""
        if self.current(elapsed_s).status in TERMINAL:
            return self
        past = tuple(change for change in self.statuses if change.at_s <= elapsed_s)
        return replace(
            self,
            statuses=(*past, StatusChange(elapsed_s, "CANCELLED")),
            results=tuple(result for result in self.results if result.at_s <= elapsed_s),
        )


@dataclass(frozen=True, slots=True)
class Api:
    """How the API behaves for every session. `latency_s` is in real seconds, before each answer."""

    served: tuple[str, ...] = VERSIONS
    completion: bool = True
    latency_s: float = 0.0
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario, ready to be played. `speed` is in simulated seconds per real second.

    `inputs` are the gate's inputs, by their names, that a demo of the scenario is run with.
    """

    name: str
    description: str
    sessions: tuple[PlannedSession, ...]
    speed: float = 1.0
    inputs: Mapping[str, str] = field(default_factory=dict)
    started: datetime = STARTED
    api: Api = Api()
    faults: tuple[Fault, ...] = ()

    @property
    def session_ids(self) -> tuple[str, ...]:
        """The ids of the sessions, in the scenario's order."""
        return tuple(session.id for session in self.sessions)

    def moment(self, elapsed_s: float) -> datetime:
        """The time of day at that simulated time."""
        return self.started + timedelta(seconds=elapsed_s)
