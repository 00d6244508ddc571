"""Checkly's sessions as frozen values, the same for every kind of session.

Checkly's own words (status, check type) stay open strings because they grow without notice; the gate's own
are enums. All text in these values is clean (`gate.text.clean`), and all times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum

UNKNOWN_LOCATION = "unknown location"  # of a result for which Checkly reports none
_LONGEST_RUN_S = 1e7  # four months: a longer run is a mistake, and reports could not show its digits


class SessionKind(StrEnum):
    """The kinds of session: one check at all of its locations, or many checks at one location."""

    CHECK = "check session"
    TEST = "test session"


@dataclass(frozen=True, slots=True)
class SessionRef:
    """Which session to gate on. `kind` is None until an answer shows it: a bare ID does not.

    `account` is that of the link that named it, if it was a link that contains one.
    """

    id: str
    kind: SessionKind | None = None
    account: str = field(default="", compare=False)


def each_once(refs: Iterable[SessionRef]) -> tuple[SessionRef, ...]:
    """Return each session once, and with its kind (and account) if any mention of it shows that."""
    mentions = tuple(refs)
    known = {
        ref.id: ref for ref in sorted(mentions, key=lambda ref: (ref.kind is not None, ref.account != ""))
    }
    return tuple(known[session_id] for session_id in dict.fromkeys(ref.id for ref in mentions))


class Phase(Enum):
    """What a session's status says about its progress."""

    RUNNING = "running"
    FINISHED = "finished"
    UNKNOWN = "unknown"


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
    """One run of a check at one run location.

    `link_form` is its page in Checkly, with `{id}` in place of its ID: thousands of results share it.
    """

    id: str
    location: str
    kind: ResultKind
    has_errors: bool
    has_failures: bool
    is_degraded: bool
    aborted: bool
    is_cancelled: bool
    link_form: str = ""
    response_time_ms: float | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def link(self) -> str:
        """Its page in Checkly; empty if that is not known."""
        return self.link_form.replace("{id}", self.id)

    @property
    def duration_s(self) -> float:
        """How long the run took, in seconds; 0 if Checkly does not report it, and never absurdly long."""
        if self.started_at and self.stopped_at:
            took_s = (self.stopped_at - self.started_at).total_seconds()
        else:
            took_s = (self.response_time_ms or 0.0) / 1000
        return min(max(took_s, 0.0), _LONGEST_RUN_S)


@dataclass(frozen=True, slots=True)
class Check:
    """Which check ran. Checks of a test session that are not deployed have no ID."""

    id: str = ""
    name: str = ""
    type: str = ""

    @property
    def label(self) -> str:
        """What to call it: its name, otherwise its ID; empty if it has neither."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check in a session: where it was to run, and what came of it."""

    check: Check
    run_locations: tuple[str, ...]
    results: tuple[Result, ...]

    @property
    def locations(self) -> tuple[str, ...]:
        """All locations: the ones where it was to run, and others that only results name."""
        return tuple(dict.fromkeys((*self.run_locations, *(result.location for result in self.results))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as one response of the API described it. A check session has exactly one check.

    `lacks_results`: the response had no list of results at all. `api_version` is empty for kinds of session
    that have only one.
    """

    id: str
    kind: SessionKind
    status: str
    phase: Phase
    checks: tuple[CheckRun, ...]
    is_cancelled: bool = False
    lacks_results: bool = False
    api_version: str = ""
    name: str = ""
    link: str = ""
    started_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def ref(self) -> SessionRef:
        """Which session it is."""
        return SessionRef(self.id, self.kind)

    @property
    def label(self) -> str:
        """What to call it: a check session by its check, a test session by its name, otherwise by its ID."""
        if self.kind is SessionKind.CHECK:
            return next((run.check.label for run in self.checks), "") or self.id
        return self.name or self.id
