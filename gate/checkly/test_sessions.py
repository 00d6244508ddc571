"""Test sessions: how a response becomes a `Session`.

A test session has many checks and no list of run locations: its results alone show which checks were to run
and at which locations. Its status cannot be DEGRADED or TIMED_OUT. Fields that decide the verdict are read as
strictly as in check sessions, except that a result may lack its check's ID, its location or its status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gate.checkly.json_object import Fields
from gate.checkly.session_api import SessionApi, Texts, hold_bounds, read_result
from gate.domain.session import (
    UNKNOWN_LOCATION,
    Check,
    CheckRun,
    Phase,
    Result,
    ResultKind,
    Session,
    SessionKind,
)
from gate.text.clean import https_link

# Checkly's API: the status enum of test sessions.
_PHASES = {
    "RUNNING": Phase.RUNNING,
    "PASSED": Phase.FINISHED,
    "FAILED": Phase.FINISHED,
    "CANCELLED": Phase.FINISHED,
}
_SETTLED = ("PASSED", "FAILED", "CANCELLED")


def _read(document: Fields, version: str) -> Session:
    items = [Fields(item) for item in document.objects("results")]
    hold_bounds({item.optional_raw("runLocation") for item in items}, len(items))
    status = document.word("status")
    return Session(
        id=document.text("testSessionId").lower(),
        kind=SessionKind.TEST,
        status=status,
        phase=_PHASES.get(status, Phase.UNKNOWN),
        checks=_read_checks(items),
        is_cancelled=status == "CANCELLED",
        lacks_results=not document.has("results"),
        api_version=version,
        name=document.optional_text("name"),
        link=https_link(document.optional_raw("testSessionLink")),
        started_at=document.optional_time("startedAt"),
        stopped_at=document.optional_time("stoppedAt"),
    )


def _read_checks(items: Sequence[Fields]) -> tuple[CheckRun, ...]:
    """Group the results by the ID of their check, or by its name and type if it has no ID."""
    groups: dict[tuple[str, ...], list[Fields]] = {}
    for item in items:
        check_id = item.text_if_any("checkId").lower()
        key = (check_id,) if check_id else (item.text_if_any("name"), item.text("checkType"))
        groups.setdefault(key, []).append(item)
    texts = Texts()
    return tuple(_read_check(group, texts) for group in groups.values())


def _read_check(items: Sequence[Fields], texts: Texts) -> CheckRun:
    names = (item.text_if_any("name") for item in items)
    check = Check(
        id=items[0].text_if_any("checkId"),
        name=next(filter(None, names), ""),
        type=items[0].text("checkType"),
    )
    results = tuple(_read_result(item, texts) for item in items)
    return CheckRun(check, _run_locations(results), results)


def _run_locations(results: Sequence[Result]) -> tuple[str, ...]:
    """Return the locations of a check, except those that may have run only a retry for another location.

    Checkly does not document whether a retry in another region is shown as a FINAL result of that region.
    Therefore, if a location has only attempts, locations with only final results are not counted.
    """
    kinds: dict[str, set[ResultKind]] = {}
    for result in results:
        kinds.setdefault(result.location, set()).add(result.kind)
    if {ResultKind.ATTEMPT} not in kinds.values():
        return tuple(kinds)
    return tuple(each for each, of in kinds.items() if of & {ResultKind.ATTEMPT, ResultKind.UNSETTLED})


def _read_result(item: Fields, texts: Texts) -> Result:
    """Read a result. A status of FAILED or CANCELLED counts even if the flags contradict it."""
    status = item.optional_raw("status")
    location = item.text_if_any("runLocation") or UNKNOWN_LOCATION
    is_cancelled = status == "CANCELLED"
    result = read_result(item, location, texts, named="testSessionResult", is_cancelled=is_cancelled)
    return replace(
        result,
        kind=result.kind if status in _SETTLED else ResultKind.UNSETTLED,
        has_failures=result.has_failures or status == "FAILED",
    )


TEST_SESSIONS = SessionApi(
    kind=SessionKind.TEST,
    collection="test-sessions",
    id_field="testSessionId",
    versions=("v1",),
    read=_read,
    detail_path=lambda session, _check, result: f"/v1/test-sessions/{session}/results/{result}",
    error_groups="test-session-error-groups",
)
