"""Cancel sessions."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from uuid import UUID, uuid5

from gate.domain.session import SessionKind
from gate.simulator.api.common import sequence_id
from gate.simulator.scenario.sessions import (
    FLAGS,
    TERMINAL,
    PlannedCheck,
    PlannedResult,
    PlannedSession,
    StatusChange,
)

_CAN_BE_CANCELLED = ("PLAYWRIGHT", "AGENTIC")


def sequence_ids(body: bytes) -> Collection[str] | None:
    """Return the sequences that the body of a cancel call names; an empty collection means all of them.

    Return None for a body that Checkly rejects.
    """
    try:
        fields = json.loads(body)
        named = fields.get("sequenceId", [])
        ids = {str(UUID(each)) for each in named}
    except (ValueError, AttributeError, TypeError):
        return None
    is_known = set(fields) <= {"sequenceId"} and isinstance(named, list)
    return ids if is_known and (ids or "sequenceId" not in fields) else None


def cancelled(session: PlannedSession, elapsed_s: float, ids: Collection[str] = ()) -> PlannedSession:
    """Return the session's plan after a cancellation at that time."""
    if session.current(elapsed_s).status in TERMINAL:
        return session
    if session.kind is SessionKind.TEST:
        return _cancelled_test_session(session, elapsed_s, ids)
    return replace(
        session,
        statuses=(*_past(session, elapsed_s), StatusChange(elapsed_s, "CANCELLED")),
        checks=tuple(_until(run, elapsed_s) for run in session.checks),
    )


def _cancelled_test_session(
    session: PlannedSession, elapsed_s: float, ids: Collection[str]
) -> PlannedSession:
    """Cancel unfinished Playwright and agentic runs. The session ends when the other runs have ended."""
    checks = tuple(_cut_short(session, elapsed_s, ids))
    if checks == session.checks:
        return session
    ends_s = max(result.at_s for run in checks for result in run.results)
    statuses = (*_past(session, elapsed_s), StatusChange(max(elapsed_s, ends_s), "CANCELLED"))
    return replace(session, checks=checks, statuses=statuses)


def _cut_short(session: PlannedSession, elapsed_s: float, ids: Collection[str]) -> Iterator[PlannedCheck]:
    for number, run in enumerate(session.checks):
        until = _until(run, elapsed_s)
        location = run.locations[0]
        is_over = any(result.type != "ATTEMPT" for result in until.results)
        is_meant = not ids or sequence_id(session, number, location) in ids
        if is_over or not is_meant or run.check.type not in _CAN_BE_CANCELLED:
            yield run
        else:
            end = PlannedResult(
                id=str(uuid5(UUID(session.id), f"cancelled {number}")),
                at_s=elapsed_s,
                location=location,
                flags={**dict.fromkeys(FLAGS, False), "isCancelled": True},
                type="FINAL",
                took_s=0.0,
            )
            yield replace(until, results=(*until.results, end))


def _past(session: PlannedSession, elapsed_s: float) -> tuple[StatusChange, ...]:
    return tuple(change for change in session.statuses if change.at_s <= elapsed_s)


def _until(run: PlannedCheck, elapsed_s: float) -> PlannedCheck:
    return replace(run, results=tuple(result for result in run.results if result.at_s <= elapsed_s))
