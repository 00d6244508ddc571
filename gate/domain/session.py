"""Checkly's sessions as frozen values, with the same types for every kind of session.

Checkly's own words (status, check type) are strings, because Checkly may add to them without notice. The
gate's own words are enums. All text in these values is clean (`gate.text.clean`), and all times are in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple

UNKNOWN_LOCATION = "unknown location"  # for a result whose location Checkly does not report
_LONGEST_RUN_S = 1e7  # four months: a longer time is a mistake, and has too many digits for reports


class SessionKind(StrEnum):
    """A kind of session: one check at all of its locations, or many checks at one location."""

    CHECK = "check session"
    TEST = "test session"


@dataclass(frozen=True, slots=True)
class SessionRef:
    """A session to gate on. A bare ID does not show its kind, so `kind` is None until a response shows it.

    `account` is the account in the link that was given for the session, if the link contains one.
    """

    id: str
    kind: SessionKind | None = None
    account: str = field(default="", compare=False)


def each_once(refs: Iterable[SessionRef]) -> tuple[SessionRef, ...]:
    """Return each session once. Prefer a reference with a kind, then one with an account."""
    mentions = tuple(refs)
    known = {
        ref.id: ref for ref in sorted(mentions, key=lambda ref: (ref.kind is not None, ref.account != ""))
    }
    return tuple(known[session_id] for session_id in dict.fromkeys(ref.id for ref in mentions))


class Phase(Enum):
    """The progress of a session, as its status shows it."""

    RUNNING = "running"
    FINISHED = "finished"
    UNKNOWN = "unknown"


class ResultKind(Enum):
    """The role of a result at its run location.

    A FINAL result is the last one at its location. An ATTEMPT failed and was followed by another run. A
    STAND_IN replaces a missing FINAL. An UNSETTLED result has not ended, or its type is unknown:
    it can make the location red, but never green.
    """

    FINAL = "FINAL"
    ATTEMPT = "ATTEMPT"
    STAND_IN = "ALL"
    UNSETTLED = "PENDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run of a check at one run location.

    `link_form` is the link to the result's page in Checkly, with `{id}` in place of the result's ID, so that
    thousands of results can share one string.
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
        """Return the link to the result's page in Checkly; empty if the link is not known."""
        return self.link_form.replace("{id}", self.id)

    @property
    def duration_s(self) -> float:
        """Return how many seconds the run took, or else its response time; 0 if Checkly reports neither."""
        if self.started_at and self.stopped_at:
            took_s = (self.stopped_at - self.started_at).total_seconds()
        else:
            took_s = (self.response_time_ms or 0.0) / 1000
        return min(max(took_s, 0.0), _LONGEST_RUN_S)


class Check(NamedTuple):
    """A check. In a test session, a check that is not deployed has no ID."""

    id: str = ""
    name: str = ""
    type: str = ""

    @property
    def label(self) -> str:
        """Return the name of the check, or its ID if it has no name; empty if it has neither."""
        return self.name or self.id


class CheckRun(NamedTuple):
    """A check in a session, the locations at which it was to run, and its results."""

    check: Check
    run_locations: tuple[str, ...]
    results: tuple[Result, ...]

    @property
    def locations(self) -> tuple[str, ...]:
        """Return the locations at which the check was to run, then those that occur only in its results."""
        return tuple(dict.fromkeys((*self.run_locations, *(result.location for result in self.results))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as one response from the API described it. A check session has exactly one check.

    `lacks_results`: whether the response had no list of results. `api_version` is the version of the API that
    returned the session.
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
        """Return the reference to this session."""
        return SessionRef(self.id, self.kind)

    @property
    def label(self) -> str:
        """Return the name of a test session, or of a check session's check; otherwise the session's ID."""
        if self.kind is SessionKind.CHECK:
            return next((run.check.label for run in self.checks), "") or self.id
        return self.name or self.id
