"""Small sessions and results for tests that build their own; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from gate.domain.session import ApiVersion, Result, ResultKind, Session
from gate.polling.result import Ending, PollResult

SESSION_ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
CHECK_ID = "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a"
STARTED = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_LINK = f"https://app.checklyhq.com/checks/{CHECK_ID}/check-sessions/{SESSION_ID}"


def result(
    location: str,
    state: str = "passed",
    *,
    kind: ResultKind = ResultKind.FINAL,
    after_s: float = 5,
    took_s: float = 1,
) -> Result:
    """A result in one of the states that a single result can have, stopped `after_s` into the session."""
    stopped_at = STARTED + timedelta(seconds=after_s)
    result_id = str(uuid5(NAMESPACE_URL, f"{location}/{state}/{kind.value}/{after_s}"))
    return Result(
        id=result_id,
        location=location,
        kind=kind,
        has_errors=state == "errored",
        has_failures=state == "failed",
        is_degraded=state == "degraded",
        aborted=state == "aborted",
        is_cancelled=state == "cancelled",
        link=f"{_LINK}/results/{result_id}",
        response_time_ms=took_s * 1000,
        started_at=stopped_at - timedelta(seconds=took_s),
        stopped_at=stopped_at,
    )


def attempt(location: str, state: str = "failed", *, after_s: float = 2) -> Result:
    """A failed try that was followed by another."""
    return result(location, state, kind=ResultKind.ATTEMPT, after_s=after_s)


def session(
    status: str,
    *results: Result,
    locations: tuple[str, ...] | None = None,
    version: ApiVersion = ApiVersion.V2,
    session_id: str = SESSION_ID,
    check_id: str = CHECK_ID,
    name: str = "Checkout API",
) -> Session:
    """A session; its run locations are those of its results unless they are given."""
    return Session(
        id=session_id,
        status=status,
        run_locations=tuple(dict.fromkeys(each.location for each in results))
        if locations is None
        else locations,
        results=results,
        version=version,
        link=_LINK,
        check_id=check_id,
        check_type="API",
        check_name=name,
        started_at=STARTED,
        stopped_at=STARTED + timedelta(seconds=12),
    )


def finished(of: Session) -> PollResult:
    """The end of a wait that read the session to its end."""
    return PollResult(of.id, of, Ending.FINISHED)
