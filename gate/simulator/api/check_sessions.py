"""The documents of a check session at one moment, in either version of the API."""

from __future__ import annotations

from collections.abc import Mapping

from gate.simulator.api.common import (
    APP,
    result_times,
    sequence_id,
    session_times,
    timestamp,
    without_absent,
)
from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.sessions import Check, PlannedResult, PlannedSession


def session_document(
    scenario: Scenario, session: PlannedSession, version: str, elapsed_s: float
) -> Mapping[str, object]:
    """Return a session's document `elapsed_s` simulated seconds after the first request for the session."""
    (run,) = session.checks
    link = f"{APP}/checks/{run.check.id}/check-sessions/{session.id}"
    fields: dict[str, object] = {
        "checkSessionId": session.id,
        "checkSessionLink": link,
        **_check_fields(run.check),
        "status": _status_word(session.current(elapsed_s).status, version),
        **session_times(scenario, session, elapsed_s),
        "runLocations": list(run.locations),
        "runSource": "TRIGGER_API",
        "results": [
            {**_check_fields(run.check), **_result_fields(scenario, result, link)}
            for result in run.results
            if result.at_s <= elapsed_s
        ],
    }
    return without_absent(fields | dict(session.overrides))


def detail_document(
    scenario: Scenario, session: PlannedSession, result_id: str, elapsed_s: float
) -> Mapping[str, object] | None:
    """Return the details of a session's result; None if it has no such result at that time."""
    (run,) = session.checks
    shown = [result for result in run.results if result.at_s <= elapsed_s]
    number = next((index for index, result in enumerate(shown) if result.id == result_id), None)
    if number is None:
        return None
    result = shown[number]
    flags = {name: result.flags[name] for name in ("hasErrors", "hasFailures", "isDegraded", "isCancelled")}
    fields: dict[str, object] = {
        "id": result_id,
        "checkId": run.check.id,
        "name": run.check.name,
        **flags,
        "overMaxResponseTime": False,
        "runLocation": result.location,
        **result_times(scenario, result),
        "created_at": timestamp(scenario.moment(result.at_s)),
        "checkRunId": number,
        "attempts": sum(each.location == result.location for each in shown[: number + 1]),
        "resultType": result.type,
        "sequenceId": sequence_id(session, 0, result.location),
        "traceId": None,
        **result.detail,
    }
    return without_absent(fields)


def _check_fields(check: Check) -> Mapping[str, object]:
    return {"checkId": check.id, "checkType": check.type, "name": check.name}


def _result_fields(scenario: Scenario, result: PlannedResult, session_link: str) -> Mapping[str, object]:
    return {
        "checkResultId": result.id,
        "checkResultLink": f"{session_link}/results/{result.id}",
        "runLocation": result.location,
        "resultType": result.type,
        **result.flags,
        **result_times(scenario, result),
    }


def _status_word(status: str, version: str) -> str:
    """Return a status as a version of the API reports it: v1 reports a cancelled session as TIMED_OUT."""
    return "TIMED_OUT" if version == "v1" and status == "CANCELLED" else status
