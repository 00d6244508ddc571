"""The documents of a test session at one moment: many checks, at one location."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID, uuid5

from gate.simulator.api.common import (
    APP,
    result_times,
    sequence_id,
    session_times,
    timestamp,
    without_absent,
)
from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.sessions import PlannedCheck, PlannedResult, PlannedSession

_FLAGS = ("hasErrors", "hasFailures", "isDegraded", "aborted")
_MEANS_FAILED = ("hasErrors", "hasFailures", "aborted")


def session_document(
    scenario: Scenario, session: PlannedSession, _version: str, elapsed_s: float
) -> Mapping[str, object]:
    """Return a session's document `elapsed_s` simulated seconds after the first request for the session."""
    fields: dict[str, object] = {
        "testSessionId": session.id,
        "testSessionLink": _link(session),
        "name": session.name,
        "status": session.current(elapsed_s).status,
        "errorGroupIds": [],
        **session_times(scenario, session, elapsed_s),
        "metadata": dict(session.metadata),
        "results": [
            result
            for number, run in enumerate(session.checks)
            for result in _results(scenario, session, run, number, elapsed_s)
        ],
    }
    return without_absent(fields | dict(session.overrides))


def detail_document(
    scenario: Scenario, session: PlannedSession, result_id: str, elapsed_s: float
) -> Mapping[str, object] | None:
    """Return the details of a session's result; None if it has no such result at that time."""
    for number, run in enumerate(session.checks):
        for fields in _results(scenario, session, run, number, elapsed_s):
            if fields["testSessionResultId"] == result_id:
                return without_absent({**fields, **_detail_fields(scenario, session, run, number, fields)})
    return None


def sequences(session: PlannedSession, elapsed_s: float) -> Iterator[tuple[str, str]]:
    """Yield each sequence with its status at that time."""
    for number, run in enumerate(session.checks):
        for location in run.locations:
            last = next(
                (each for each in reversed(_shown(run, elapsed_s)) if each.location == location), None
            )
            is_over = last is not None and last.type != "ATTEMPT"
            yield sequence_id(session, number, location), _status(last) if last and is_over else "RUNNING"


def _results(
    scenario: Scenario, session: PlannedSession, run: PlannedCheck, number: int, elapsed_s: float
) -> Iterator[Mapping[str, object]]:
    """Yield the results of a check.

    Unless the session grows, also yield a pending result for each location that has not finished.
    """
    shown = _shown(run, elapsed_s)
    for result in shown:
        yield {
            **_common_fields(session, run, result.id, result.location),
            "errorGroupIds": result.detail.get("errorGroupIds", []),
            **({} if result.type is None else {"resultType": result.type}),
            "status": _status(result),
            **{flag: result.flags[flag] for flag in _FLAGS},
            **result_times(scenario, result),
        }
    if not session.grows:
        for location in _unfinished(run, shown):
            pending_id = str(uuid5(UUID(session.id), f"pending {number} {location}"))
            yield {
                **_common_fields(session, run, pending_id, location),
                "resultType": "PENDING",
                "status": "RUNNING",
                **dict.fromkeys(_FLAGS, False),
                **dict.fromkeys(("responseTime", "startedAt", "stoppedAt")),
            }


def _shown(run: PlannedCheck, elapsed_s: float) -> list[PlannedResult]:
    return [result for result in run.results if result.at_s <= elapsed_s]


def _unfinished(run: PlannedCheck, shown: list[PlannedResult]) -> list[str]:
    """Return the locations without a final result.

    Each final result from an unplanned location removes one of them.
    """
    finished = [result.location for result in shown if result.type != "ATTEMPT"]
    elsewhere = sum(location not in run.locations for location in finished)
    lacking = [location for location in run.locations if location not in finished]
    return lacking[: len(lacking) - elsewhere] if elsewhere else lacking


def _common_fields(
    session: PlannedSession, run: PlannedCheck, result_id: str, location: str
) -> Mapping[str, object]:
    return {
        "testSessionResultId": result_id,
        "testSessionResultLink": f"{_link(session)}/results/{result_id}",
        "checkId": run.check.id or None,
        "checkType": run.check.type,
        "name": run.check.name,
        "runLocation": location,
        "errorGroupIds": [],
    }


def _detail_fields(
    scenario: Scenario,
    session: PlannedSession,
    run: PlannedCheck,
    number: int,
    fields: Mapping[str, object],
) -> Mapping[str, object]:
    """Return the fields that a result has only in its details, not in the session's document."""
    location = str(fields["runLocation"])
    here = [result for result in run.results if result.location == location]
    index = next((i for i, each in enumerate(here) if each.id == fields["testSessionResultId"]), None)
    return {
        "id": fields["testSessionResultId"],
        "privateLocationId": None,
        "filePath": None,
        "isCancelled": fields["status"] == "CANCELLED",
        "overMaxResponseTime": False,
        "attempts": len(here) if index is None else index + 1,
        "sequenceId": sequence_id(session, number, location),
        "scheduleError": None,
        "traceId": None,
        "created_at": timestamp(scenario.moment(0.0 if index is None else here[index].at_s)),
        **({} if index is None else here[index].detail),
    }


def _status(result: PlannedResult) -> str:
    if result.status is not None:
        return result.status
    if result.flags["isCancelled"]:
        return "CANCELLED"
    return "FAILED" if any(result.flags[flag] for flag in _MEANS_FAILED) else "PASSED"


def _link(session: PlannedSession) -> str:
    return f"{APP}/test-sessions/{session.id}"
