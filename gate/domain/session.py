"""Checkly's nouns as frozen values.

Checkly's own words (status, check type) stay open strings, for they grow without notice; ours are closed.
All text in these values is clean (`gate.text.clean`) and all times are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

_LONGEST_RUN_S = 1e7  # four months: a longer one is a mistake, and would be a number without end in reports


class ApiVersion(StrEnum):
    """The versions of the check-session API that the gate speaks."""

    V1 = "v1"
    V2 = "v2"


class Phase(Enum):
    """What a session's status says about its progress."""

    RUNNING = "running"
    FINISHED = "finished"
    UNKNOWN = "unknown"


# Checkly's API: the status enum of both versions. PROGRESS_FAILED and PROGRESS_DEGRADED are still running.
_PHASES = {
    "STARTED": Phase.RUNNING,
    "PROGRESS": Phase.RUNNING,
    "PROGRESS_FAILED": Phase.RUNNING,
    "PROGRESS_DEGRADED": Phase.RUNNING,
    "PASSED": Phase.FINISHED,
    "DEGRADED": Phase.FINISHED,
    "FAILED": Phase.FINISHED,
    "TIMED_OUT": Phase.FINISHED,
    "CANCELLED": Phase.FINISHED,
}


class ResultKind(Enum):
    """What a result is to its run location.

    FINAL ends it, an ATTEMPT failed and was followed by another run. A STAND_IN takes the place of a FINAL
    that is absent. An UNSETTLED one has not ended, or is of a type that the gate does not know: it can make
    the location red but never green.
    """

    FINAL = "FINAL"
    ATTEMPT = "ATTEMPT"
    STAND_IN = "ALL"
    UNSETTLED = "PENDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run of a check at one run location."""

    id: str
    location: str
    kind: ResultKind
    has_errors: bool
    has_failures: bool
    is_degraded: bool
    aborted: bool
    is_cancelled: bool
    link: str = ""
    response_time_ms: float | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def duration_s(self) -> float:
        """How long the run took, in seconds; 0 where Checkly does not say, and never what nobody can read."""
        if self.started_at and self.stopped_at:
            took_s = (self.stopped_at - self.started_at).total_seconds()
        else:
            took_s = (self.response_time_ms or 0.0) / 1000
        return min(max(took_s, 0.0), _LONGEST_RUN_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A check session as one answer of the API described it."""

    id: str
    status: str
    run_locations: tuple[str, ...]
    results: tuple[Result, ...]
    version: ApiVersion
    link: str = ""
    check_id: str = ""
    check_type: str = ""
    check_name: str = ""
    started_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def phase(self) -> Phase:
        """Whether Checkly is still running it; UNKNOWN for a status that nobody documents."""
        return _PHASES.get(self.status, Phase.UNKNOWN)

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled, which v1 reports as TIMED_OUT with a cancelled result."""
        if self.version is ApiVersion.V1 and self.status == "TIMED_OUT":
            return any(result.is_cancelled for result in self.results)
        return self.status == "CANCELLED"

    @property
    def name(self) -> str:
        """What to call it: the check's name, else the check's id, else the session's."""
        return self.check_name or self.check_id or self.id
