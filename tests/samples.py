"""Small sessions and results for tests: a test sets only the fields that matter to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from gate.domain.session import Check, CheckRun, Phase, Result, ResultKind, Session, SessionKind
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
    """Return a result with a given state, which stopped `after_s` seconds after the start of the session."""
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
        link_form=f"{_LINK}/results/{{id}}",
        response_time_ms=took_s * 1000,
        started_at=stopped_at - timedelta(seconds=took_s),
        stopped_at=stopped_at,
    )


def attempt(location: str, state: str = "failed", *, after_s: float = 2) -> Result:
    """Return an attempt after which Checkly retried the check."""
    return result(location, state, kind=ResultKind.ATTEMPT, after_s=after_s)


def session(
    status: str,
    *results: Result,
    locations: tuple[str, ...] | None = None,
    version: str = "v2",
    session_id: str = SESSION_ID,
    check_id: str = CHECK_ID,
    name: str = "Checkout API",
) -> Session:
    """Return a check session. By default, its run locations are those of its results."""
    known = tuple(dict.fromkeys(each.location for each in results))
    check = Check(check_id, name, "API")
    is_cancelled = status == "CANCELLED" or (
        version == "v1" and status == "TIMED_OUT" and any(each.is_cancelled for each in results)
    )
    return Session(
        id=session_id,
        kind=SessionKind.CHECK,
        status=status,
        phase=PHASES.get(status, Phase.UNKNOWN),
        checks=(CheckRun(check, known if locations is None else locations, results),),
        is_cancelled=is_cancelled,
        api_version=version,
        link=_LINK,
        started_at=STARTED,
        stopped_at=STARTED + timedelta(seconds=12),
    )


PHASES = {
    **dict.fromkeys(("PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED"), Phase.FINISHED),
    **dict.fromkeys(("STARTED", "PROGRESS", "PROGRESS_FAILED", "PROGRESS_DEGRADED"), Phase.RUNNING),
}


def run_of(of: Session) -> CheckRun:
    """Return the only check of a check session."""
    (run,) = of.checks
    return run


def with_run(of: Session, **changes: Any) -> Session:  # noqa: ANN401 - like `replace`
    """Return a copy of a check session with changes to its `status` or its check run.

    `id`, `name` and `type` change the check.
    """
    if status := changes.pop("status", ""):
        of = replace(of, status=status, phase=PHASES[status])
    about_check = {key: value for key, value in changes.items() if key in ("id", "name", "type")}
    about_run = {key: value for key, value in changes.items() if key not in about_check}
    run = run_of(of)
    return replace(of, checks=(run._replace(check=run.check._replace(**about_check), **about_run),))


def finished(of: Session) -> PollResult:
    """Return the result of polling a session until it finished."""
    return PollResult(of.ref, of, Ending.FINISHED)
