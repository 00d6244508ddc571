"""A check session as the API shows it at one moment, in the words of either version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from gate.simulator.scenario import TERMINAL, PlannedResult, PlannedSession, Scenario

ABSENT = "__absent__"  # as an override's value: the field is left out
_ACCOUNT_ID = "1397c172-1938-4973-a225-5862298e571a"
_APP = "https://app.checklyhq.com"


def session_document(
    scenario: Scenario, session: PlannedSession, version: str, elapsed_s: float
) -> Mapping[str, object]:
    """The fields of a session's document at a time in simulated seconds since the session's first request."""
    current = session.current(elapsed_s)
    stopped_s = current.at_s if current.status in TERMINAL else None
    link = f"{_APP}/accounts/{_ACCOUNT_ID}/checks/{session.check.id}/check-sessions/{session.id}"
    fields: dict[str, object] = {
        "checkSessionId": session.id,
        "checkSessionLink": link,
        **_check_fields(session),
        "status": _status_word(current.status, version),
        "startedAt": _timestamp(scenario.started),
        "stoppedAt": None if stopped_s is None else _timestamp(scenario.moment(stopped_s)),
        "timeElapsed": round((elapsed_s if stopped_s is None else stopped_s) * 1000),
        "runLocations": list(session.locations),
        "runSource": "TRIGGER_API",
        "results": [
            {**_check_fields(session), **_result_fields(scenario, result, _result_id(session, index), link)}
            for index, result in enumerate(session.results)
            if result.at_s <= elapsed_s
        ],
    }
    fields.update(session.overrides)
    return {key: value for key, value in fields.items() if value != ABSENT}


def detail_document(
    scenario: Scenario, session: PlannedSession, result_id: str, elapsed_s: float
) -> Mapping[str, object] | None:
    """The details of a session's result; None where there is no such result at that time."""
    ids = [_result_id(session, index) for index in range(len(session.results))]
    if result_id not in ids or session.results[ids.index(result_id)].at_s > elapsed_s:
        return None
    number = ids.index(result_id)
    result = session.results[number]
    flags = {name: result.flags[name] for name in ("hasErrors", "hasFailures", "isDegraded", "isCancelled")}
    fields: dict[str, object] = {
        "id": result_id,
        "checkId": session.check.id,
        "name": session.check.name,
        **flags,
        "overMaxResponseTime": False,
        "runLocation": result.location,
        **_times(scenario, result),
        "created_at": _timestamp(scenario.moment(result.at_s)),
        "checkRunId": number,
        "attempts": sum(each.location == result.location for each in session.results[: number + 1]),
        "resultType": result.type,
        "sequenceId": str(uuid5(UUID(session.id), f"sequence {result.location}")),
        **result.detail,
    }
    return {key: value for key, value in fields.items() if value != ABSENT}


def _times(scenario: Scenario, result: PlannedResult) -> Mapping[str, object]:
    return {
        "responseTime": round(result.took_s * 1000),
        "startedAt": _timestamp(scenario.moment(result.at_s - result.took_s)),
        "stoppedAt": _timestamp(scenario.moment(result.at_s)),
    }


def _check_fields(session: PlannedSession) -> Mapping[str, object]:
    return {"checkId": session.check.id, "checkType": session.check.type, "name": session.check.name}


def _result_fields(
    scenario: Scenario, result: PlannedResult, result_id: str, session_link: str
) -> Mapping[str, object]:
    return {
        "checkResultId": result_id,
        "checkResultLink": f"{session_link}/results/{result_id}",
        "runLocation": result.location,
        "resultType": result.type,
        **result.flags,
        **_times(scenario, result),
    }


def _result_id(session: PlannedSession, index: int) -> str:
    return str(uuid5(UUID(session.id), f"result {index}"))


def _status_word(status: str, version: str) -> str:
    """The first version has no word of its own for a cancelled session."""
    return "TIMED_OUT" if version == "v1" and status == "CANCELLED" else status


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
