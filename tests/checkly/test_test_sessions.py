"""Test sessions: how their documents are read."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.checkly.http import Response
from gate.checkly.test_sessions import TEST_SESSIONS
from gate.domain.errors import InvalidResponse
from gate.domain.session import Phase, ResultKind, Session, SessionKind

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
CHECK_ID = "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a"
LINK = f"https://app.checklyhq.com/accounts/1397c172/test-sessions/{ID}"
ABSENT = object()


def result(**changes: object) -> dict[str, Any]:
    """Return a result that passed, with some fields changed."""
    fields: dict[str, Any] = {
        "testSessionResultId": "22be3b52-5ec2-4894-9086-b5b4a8b00a89",
        "testSessionResultLink": f"{LINK}/results/22be3b52-5ec2-4894-9086-b5b4a8b00a89",
        "checkId": CHECK_ID,
        "checkType": "API",
        "name": "Login",
        "runLocation": "us-east-1",
        "resultType": "FINAL",
        "status": "PASSED",
        "hasErrors": False,
        "hasFailures": False,
        "isDegraded": False,
        "aborted": False,
        "errorGroupIds": [],
        "responseTime": 120,
        "startedAt": "2026-01-15T09:00:00Z",
        "stoppedAt": "2026-01-15T09:00:01Z",
    }
    return {key: value for key, value in (fields | changes).items() if value is not ABSENT}


def document(*results: dict[str, Any], **changes: object) -> dict[str, Any]:
    """Return the document of a finished session, with some fields changed."""
    fields: dict[str, Any] = {
        "testSessionId": ID,
        "testSessionLink": LINK,
        "name": "Deploy of 4f2a1c9",
        "status": "PASSED",
        "errorGroupIds": [],
        "startedAt": "2026-01-15T09:00:00Z",
        "stoppedAt": "2026-01-15T09:00:09Z",
        "timeElapsed": 9000,
        "results": list(results),
    }
    return {key: value for key, value in (fields | changes).items() if value is not ABSENT}


def read(fields: dict[str, Any]) -> Session:
    return TEST_SESSIONS.read_session(Response(200, {}, json.dumps(fields).encode()), ID, "v1")


def test_the_checks_of_a_session_are_in_order_of_appearance() -> None:
    session = read(document(result(), result(checkId=None, name="Cart"), result(resultType="ATTEMPT")))
    assert (session.id, session.kind, session.status) == (ID, SessionKind.TEST, "PASSED")
    assert (session.label, session.link, session.phase) == ("Deploy of 4f2a1c9", LINK, Phase.FINISHED)
    assert [(run.check.label, len(run.results)) for run in session.checks] == [("Login", 2), ("Cart", 1)]


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("RUNNING", Phase.RUNNING),
        ("PASSED", Phase.FINISHED),
        ("FAILED", Phase.FINISHED),
        ("CANCELLED", Phase.FINISHED),
        ("DEGRADED", Phase.UNKNOWN),
        ("QUEUED", Phase.UNKNOWN),
    ],
)
def test_the_status_determines_the_phase(status: str, phase: Phase) -> None:
    session = read(document(status=status))
    assert session.phase is phase
    assert session.is_cancelled == (status == "CANCELLED")


@pytest.mark.parametrize(("results", "lacks"), [(ABSENT, True), (None, True), ([], False)])
def test_results_may_be_absent_even_in_a_finished_session(results: object, lacks: bool) -> None:
    session = read(document(results=results))
    assert (session.checks, session.lacks_results) == ((), lacks)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, ResultKind.FINAL),
        ({"resultType": "ATTEMPT", "status": "FAILED"}, ResultKind.ATTEMPT),
        ({"resultType": ABSENT}, ResultKind.STAND_IN),
        ({"resultType": None}, ResultKind.STAND_IN),
        ({"resultType": "PENDING"}, ResultKind.UNSETTLED),
        ({"resultType": "RETRY"}, ResultKind.UNSETTLED),
        ({"status": "RUNNING"}, ResultKind.UNSETTLED),
        ({"status": "QUEUED"}, ResultKind.UNSETTLED),
        ({"status": ABSENT}, ResultKind.UNSETTLED),
        ({"status": None}, ResultKind.UNSETTLED),
    ],
)
def test_type_and_status_determine_the_kind_of_a_result(changes: dict[str, object], kind: ResultKind) -> None:
    ((found,),) = (run.results for run in read(document(result(**changes))).checks)
    assert found.kind is kind


@pytest.mark.parametrize(
    ("status", "failed", "cancelled"),
    [("FAILED", True, False), ("CANCELLED", False, True), ("PASSED", False, False)],
)
def test_the_status_of_a_result_counts_even_if_its_flags_differ(
    status: str, failed: bool, cancelled: bool
) -> None:
    ((found,),) = (run.results for run in read(document(result(status=status))).checks)
    assert (found.has_failures, found.is_cancelled) == (failed, cancelled)


def test_results_are_grouped_by_check_id_or_else_by_name_and_type() -> None:
    no_id = result(checkId=None)
    session = read(
        document(
            no_id,
            result(checkId=None, checkType="BROWSER"),
            result(checkId=None, resultType="ATTEMPT"),
            result(name="Renamed"),
            result(checkId=CHECK_ID.upper(), name="Login", resultType="ATTEMPT"),
        )
    )
    assert [(run.check.id, run.check.type, len(run.results)) for run in session.checks] == [
        ("", "API", 2),
        ("", "BROWSER", 1),
        (CHECK_ID, "API", 2),
    ]


@pytest.mark.parametrize(
    ("results", "locations"),
    [
        ([result()], ("us-east-1",)),
        ([result(resultType="ATTEMPT"), result(runLocation="eu-west-1")], ("us-east-1",)),
        ([result(), result(runLocation="eu-west-1")], ("us-east-1", "eu-west-1")),
        (
            [result(resultType="ATTEMPT"), result(), result(runLocation="eu-west-1")],
            ("us-east-1", "eu-west-1"),
        ),
        ([result(runLocation=None)], ("unknown location",)),
        ([result(runLocation=ABSENT)], ("unknown location",)),
        ([result(resultType="ATTEMPT"), result(runLocation="x", resultType="PENDING")], ("us-east-1", "x")),
    ],
)
def test_a_retry_in_another_region_is_not_a_separate_location(
    results: list[dict[str, Any]], locations: tuple[str, ...]
) -> None:
    (run,) = read(document(*results)).checks
    assert run.run_locations == locations


@pytest.mark.parametrize(
    "wrong",
    [
        document(testSessionId="00000000-0000-0000-0000-000000000000"),
        document(testSessionId=ABSENT),
        document(status=ABSENT),
        document(status=""),
        document(results={}),
        document(results=["passed"]),
        document(result(checkType=ABSENT, checkId=None)),
        document(result(checkType=ABSENT)),
        document(result(checkId=7)),
        document(result(name=7)),
        document(result(runLocation=7)),
        document(result(responseTime="fast")),
        *(
            document(result(**{flag: value}))
            for flag in ("hasErrors", "hasFailures", "isDegraded", "aborted")
            for value in (ABSENT, None, "false")
        ),
    ],
)
def test_a_missing_or_invalid_required_field_makes_the_document_invalid(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidResponse):
        read(wrong)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda s: st.lists(s, max_size=3)))
def test_any_value_in_a_result_yields_a_session_or_an_error(value: object) -> None:
    for field in result():
        with contextlib.suppress(InvalidResponse):
            read(document(result(**{field: value})))


def test_requests_use_the_paths_of_the_api() -> None:
    path = f"/v1/test-sessions/{ID}"
    assert TEST_SESSIONS.retrieve(ID, "v1").path == path
    assert TEST_SESSIONS.completion(ID, "v1", 30).path == f"{path}/completion?maxWaitSeconds=30"
    cancel = TEST_SESSIONS.cancel(ID)
    assert (cancel.method, cancel.path, cancel.json) == ("POST", f"{path}/cancel", {})
