"""The parts that the documents of both kinds of session have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.sessions import PlannedResult, PlannedSession

ABSENT = "__absent__"  # a field with this value is omitted
ACCOUNT_ID = "1397c172-1938-4973-a225-5862298e571a"
APP = f"https://app.checklyhq.com/accounts/{ACCOUNT_ID}"


def without_absent(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Return the fields that are not marked as absent."""
    return {key: value for key, value in fields.items() if value != ABSENT}


def timestamp(moment: datetime) -> str:
    """Return a moment in Checkly's format."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def session_times(scenario: Scenario, session: PlannedSession, elapsed_s: float) -> Mapping[str, object]:
    """Return when a session started and stopped, and how long it had run by that time."""
    stopped_s = session.stopped_s(elapsed_s)
    return {
        "startedAt": timestamp(scenario.started),
        "stoppedAt": None if stopped_s is None else timestamp(scenario.moment(stopped_s)),
        "timeElapsed": round((elapsed_s if stopped_s is None else stopped_s) * 1000),
    }


def result_times(scenario: Scenario, result: PlannedResult) -> Mapping[str, object]:
    """Return when a result's run started and stopped, and how long the check took."""
    return {
        "responseTime": round(result.took_s * 1000),
        "startedAt": timestamp(scenario.moment(result.at_s - result.took_s)),
        "stoppedAt": timestamp(scenario.moment(result.at_s)),
    }


def sequence_id(session: PlannedSession, number: int, location: str) -> str:
    """Return the ID that the attempts of a check at a location share; `number` counts checks from 0."""
    return str(uuid5(UUID(session.id), f"sequence {number} {location}"))
