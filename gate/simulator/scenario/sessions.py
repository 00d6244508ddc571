"""The sessions of a scenario. All times are in simulated seconds since the first request for the session."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.domain.session import SessionKind

TERMINAL = frozenset({"PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED"})
FLAGS = ("hasErrors", "hasFailures", "isDegraded", "aborted", "isCancelled")  # of a result
FIRST_STATUS = {SessionKind.CHECK: "STARTED", SessionKind.TEST: "RUNNING"}


@dataclass(frozen=True, slots=True)
class Check:
    """A check. If it is not deployed, its ID may be empty."""

    id: str
    name: str
    type: str = "API"
    tags: tuple[str, ...] = ()
    is_deployed: bool = True


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of the session's status at `at_s`. The status may be any string."""

    at_s: float
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResult:
    """A result that appears at `at_s`, after a run that took `took_s`.

    `flags` has the five booleans of a check session's result, by name. `type` is the result type, which may
    be null. `status` replaces the status that the flags imply, in test sessions only. `detail` contains
    additional fields of the result's details.
    """

    at_s: float
    location: str
    flags: Mapping[str, bool]
    type: str | None
    took_s: float
    id: str = ""
    status: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A check, the locations where it is to run, and its results in order of time."""

    check: Check
    locations: tuple[str, ...]
    results: tuple[PlannedResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """A session: its checks (only one in a check session), and its statuses in order of time.

    `name`, `location`, `grows`, `provider` and `metadata` belong to test sessions. A session that grows shows
    a check only once it has a result; other sessions show it as pending from the start.
    """

    id: str
    kind: SessionKind = SessionKind.CHECK
    checks: tuple[PlannedCheck, ...]
    statuses: tuple[StatusChange, ...]
    readable_s: float = 0.0
    overrides: Mapping[str, object] = field(default_factory=dict)
    name: str = ""
    location: str = ""
    grows: bool = False
    provider: str = "API"
    metadata: Mapping[str, object] = field(default_factory=dict)

    def current(self, elapsed_s: float) -> StatusChange:
        """Return the status at that time, with the time of its change."""
        past = [change for change in self.statuses if change.at_s <= elapsed_s]
        return past[-1] if past else StatusChange(0.0, FIRST_STATUS[self.kind])

    def ends_s(self, elapsed_s: float) -> float:
        """Return the time when the session is next in a terminal status: now, later, or never (infinity)."""
        if self.current(elapsed_s).status in TERMINAL:
            return elapsed_s
        ends = (change.at_s for change in self.statuses if change.status in TERMINAL)
        return min((at_s for at_s in ends if at_s > elapsed_s), default=math.inf)

    def stopped_s(self, elapsed_s: float) -> float | None:
        """Return when the session ended; None if it has not ended by then."""
        current = self.current(elapsed_s)
        return current.at_s if current.status in TERMINAL else None
