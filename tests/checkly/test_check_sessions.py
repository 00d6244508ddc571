"""Responses of Checkly's API: which of them the gate accepts, and which errors the others cause."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.checkly.check_sessions import CHECK_SESSIONS
from gate.checkly.http import Response, error_for, retry_after_s
from gate.domain import errors
from gate.domain.errors import InvalidResponse, RequestFailed, UsageError
from gate.domain.session import Phase, ResultKind, Session
from tests.samples import run_of

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
LINK = f"https://app.checklyhq.com/accounts/1397c172/checks/a4cd4ad9/check-sessions/{ID}"
RESULT: dict[str, Any] = {
    "checkResultId": "22be3b52-5ec2-4894-9086-b5b4a8b00a89",
    "checkResultLink": f"{LINK}/results/22be3b52-5ec2-4894-9086-b5b4a8b00a89",
    "checkId": "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a",
    "checkType": "API",
    "name": "Example API Check",
    "runLocation": "us-east-1",
    "resultType": "FINAL",
    "hasErrors": False,
    "hasFailures": False,
    "isDegraded": False,
    "aborted": False,
    "isCancelled": False,
}
DOCUMENT: dict[str, Any] = {
    "checkSessionId": ID,
    "checkSessionLink": LINK,
    "checkId": "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a",
    "checkType": "API",
    "name": "Example API Check",
    "status": "PASSED",
    "startedAt": "2025-08-28T18:23:40.262Z",
    "stoppedAt": "2025-08-28T18:28:40.993Z",
    "timeElapsed": 300731,
    "runLocations": ["us-east-1", "eu-central-1"],
    "runSource": "TRIGGER_API",
    "results": [RESULT],
}


def _read(document: object) -> Session:
    return CHECK_SESSIONS.read_session(Response(200, {}, json.dumps(document).encode()), ID, "v1")


def test_the_example_of_the_api_documentation_is_read() -> None:
    session = _read(DOCUMENT)
    assert (session.id, session.status, session.phase) == (ID, "PASSED", Phase.FINISHED)
    assert run_of(session).run_locations == ("us-east-1", "eu-central-1")
    assert (run_of(session).check.name, run_of(session).check.type, session.link) == (
        "Example API Check",
        "API",
        LINK,
    )
    assert session.started_at == datetime(2025, 8, 28, 18, 23, 40, 262000, tzinfo=UTC)
    (result,) = run_of(session).results
    assert (result.location, result.kind, result.has_failures) == ("us-east-1", ResultKind.FINAL, False)


def test_a_byte_order_mark_before_the_document_is_ignored() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(DOCUMENT).encode()
    assert CHECK_SESSIONS.read_session(Response(200, {}, body), ID, "v1") == _read(DOCUMENT)


ABSENT = object()


def _with(fields: Mapping[str, Any], key: str, value: object) -> dict[str, Any]:
    changed = {**fields, key: value}
    return {name: given for name, given in changed.items() if given is not ABSENT}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("checkSessionId", ABSENT),
        ("checkSessionId", "00000000-0000-0000-0000-000000000000"),
        ("checkSessionId", 7),
        ("status", ABSENT),
        ("status", None),
        ("status", ["PASSED"]),
        ("status", "\x1b[0m"),
        ("status", "PASSED\u200b"),
        ("status", " PASSED"),
        ("name", 7),
        ("name", ["Example API Check"]),
        *((key, value) for key in ("checkId", "checkType") for value in (ABSENT, None, "", {}, -1.5)),
        ("runLocations", ABSENT),
        ("runLocations", None),
        ("runLocations", "us-east-1"),
        ("runLocations", ["us-east-1", None]),
        ("runLocations", ["us-east-1", ""]),
        ("runLocations", ["us-east-1", "us-east-1\x00"]),
        ("results", {}),
        ("results", [[]]),
        ("results", ["passed"]),
    ],
)
def test_a_missing_or_invalid_required_field_makes_the_document_invalid(key: str, value: object) -> None:
    with pytest.raises(InvalidResponse):
        _read(_with(DOCUMENT, key, value))


@pytest.mark.parametrize("value", [ABSENT, None, 0, "", []])
@pytest.mark.parametrize("key", ["runLocation", "hasErrors", "hasFailures", "isDegraded", "aborted"])
def test_a_missing_or_invalid_field_of_a_result_makes_the_document_invalid(key: str, value: object) -> None:
    with pytest.raises(InvalidResponse):
        _read({**DOCUMENT, "results": [_with(RESULT, key, value)]})


@pytest.mark.parametrize("value", [ABSENT, None, 7, [], {}, "", "\ud800", -1.5])
@pytest.mark.parametrize(
    "key",
    ["checkSessionLink", "startedAt", "stoppedAt", "timeElapsed", "more"],
)
def test_fields_that_do_not_affect_the_verdict_may_have_any_value(key: str, value: object) -> None:
    assert _read(_with(DOCUMENT, key, value)).status == "PASSED"


@pytest.mark.parametrize("value", [ABSENT, None, ""])
def test_a_check_may_have_no_name(value: object) -> None:
    assert run_of(_read(_with(DOCUMENT, "name", value))).check.name == ""


def test_a_result_of_another_check_makes_the_document_invalid() -> None:
    other = _with(RESULT, "checkId", "00000000-0000-0000-0000-000000000000")
    with pytest.raises(InvalidResponse, match="another check"):
        _read({**DOCUMENT, "results": [RESULT, other]})


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("FINAL", ResultKind.FINAL),
        ("ATTEMPT", ResultKind.ATTEMPT),
        (None, ResultKind.STAND_IN),
        (ABSENT, ResultKind.STAND_IN),
        ("ALL", ResultKind.STAND_IN),
        ("PENDING", ResultKind.UNSETTLED),
        ("RETRY", ResultKind.UNSETTLED),
        ("FINAL\u200b", ResultKind.UNSETTLED),
        ("", ResultKind.UNSETTLED),
        (3, ResultKind.UNSETTLED),
    ],
)
def test_the_result_type_determines_the_kind_of_the_result(written: object, kind: ResultKind) -> None:
    (result,) = run_of(_read({**DOCUMENT, "results": [_with(RESULT, "resultType", written)]})).results
    assert result.kind is kind


@pytest.mark.parametrize("value", ["fast", "99999", -1, True, 10**400, [], {}])
def test_an_invalid_response_time_makes_the_document_invalid(value: object) -> None:
    with pytest.raises(InvalidResponse, match="responseTime"):
        _read({**DOCUMENT, "results": [_with(RESULT, "responseTime", value)]})


@pytest.mark.parametrize("location", ["us-east-1\u200b", "us-east-1 ", "a" * 199 + "b" * 9])
def test_two_locations_that_look_the_same_make_the_document_invalid(location: str) -> None:
    document = {**DOCUMENT, "runLocations": ["us-east-1", "a" * 300]}
    with pytest.raises(InvalidResponse, match="look the same"):
        _read({**document, "results": [_with(RESULT, "runLocation", location)]})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("isCancelled", ABSENT),
        ("resultType", None),
        ("resultType", "ALL"),
        ("resultType", 3),
        ("responseTime", ABSENT),
        ("responseTime", None),
        ("startedAt", "yesterday"),
        ("stoppedAt", "0001-01-01T00:00:00+23:59"),
        ("checkResultLink", "javascript:alert(1)"),
    ],
)
def test_a_result_is_read_even_if_optional_fields_are_missing_or_invalid(key: str, value: object) -> None:
    (result,) = run_of(_read({**DOCUMENT, "results": [_with(RESULT, key, value)]})).results
    assert result.location == "us-east-1"
    assert (result.response_time_ms, result.started_at, result.is_cancelled) == (None, None, False)


def test_a_missing_list_of_results_is_read_as_empty() -> None:
    assert run_of(_read(_with(DOCUMENT, "results", ABSENT))).results == ()


BODIES = {
    "nothing": b"",
    "HTML": b"<html>502 Bad Gateway</html>",
    "a list": b"[]",
    "a word": b'"PASSED"',
    "truncated": json.dumps(DOCUMENT).encode()[:200],
    "UTF-16": json.dumps(DOCUMENT).encode("utf-16"),
    "too many values": json.dumps({**DOCUMENT, "more": [0] * 300_000}).encode(),
    "NaN": json.dumps({**DOCUMENT, "timeElapsed": float("nan")}).encode(),
    "a duplicate key": json.dumps(DOCUMENT).encode().replace(b'"status"', b'"status": "FAILED", "status"'),
    "a duplicate key in a result": json.dumps(DOCUMENT)
    .encode()
    .replace(b'"aborted"', b'"aborted": true, "aborted"'),
    "deeply nested": b"[" * 100_000,
    "not UTF-8": json.dumps(DOCUMENT).encode("utf-16")[3:],
    "a number with too many digits": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_not_the_document_of_the_session_is_invalid(body: bytes) -> None:
    with pytest.raises(InvalidResponse):
        CHECK_SESSIONS.read_session(Response(200, {}, body), ID, "v1")


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([ID, "PASSED", "us-east-1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*DOCUMENT, *RESULT]) | st.text(), inner, max_size=12)
    ),
    max_leaves=30,
)


@given(
    _json
    | st.builds(
        lambda fields: {**DOCUMENT, **fields}, st.dictionaries(st.sampled_from(list(DOCUMENT)), _json)
    )
)
@example({**DOCUMENT, "results": [{**RESULT, "runLocation": "\ud800"}]})
def test_any_json_yields_a_session_or_an_error(document: object) -> None:
    try:
        session = _read(document)
    except RequestFailed:
        return
    assert session.id == ID
    assert session.status


@given(st.binary())
def test_random_bytes_are_rejected_as_an_invalid_response(body: bytes) -> None:
    with pytest.raises(InvalidResponse):
        CHECK_SESSIONS.read_session(Response(200, {}, body), ID, "v1")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.CredentialsRejected),
        (402, errors.PaymentRequired),
        (403, errors.Forbidden),
        (404, errors.NoSuchSession),
        (405, errors.NotServed),
        (410, errors.NotServed),
        (408, errors.Transient),
        (425, errors.Transient),
        (429, errors.Transient),
        (500, errors.Transient),
        (599, errors.Transient),
        (204, InvalidResponse),
        (301, errors.Redirected),
        (451, errors.BadRequest),
        (999, errors.Transient),
    ],
)
def test_the_http_status_determines_the_error(status: int, kind: type[RequestFailed]) -> None:
    error = error_for(
        Response(status, {"cf-ray": "8f3a-FRA"}, b'{"message": "Bad\\nToken", "statusCode": 200}')
    )
    assert type(error) is kind
    assert error.status == status
    assert str(error).startswith(f"Checkly's API answered {status}")
    assert '"Bad Token"' in str(error)
    assert "(cf-ray 8f3a-FRA)" in str(error)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://login.example/path?token=x", ", pointing to login.example"),
        ("//user:pw@login.example:8443/", ", pointing to login.example:8443"),
        ("https://user:p@ss@login.example/", ", pointing to login.example"),
        ("https://user:pw@/", " without a target"),
        ("//login.example  \t?", ", pointing to login.example"),
        ("/v3/elsewhere", ", pointing to /v3/elsewhere"),
        ("", " without a target"),
        (None, " without a target"),
    ],
)
def test_the_error_for_a_redirect_names_the_target(location: str | None, target: str) -> None:
    error = error_for(Response(302, {} if location is None else {"location": location}, b""))
    assert str(error) == f"Checkly's API answered 302 Found{target}"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
        ("Thu, 15 Jan 2026 09:01:00 GMT", 60),
        ("Thu, 15 Jan 2026 08:59:00 GMT", None),
        ("Thu, 99 Jan 2026 08:59:00 GMT", None),
    ],
)
def test_retry_after_may_be_seconds_or_a_date(value: str, seconds: float | None) -> None:
    reply = Response(503, {"retry-after": value, "date": "Thu, 15 Jan 2026 09:00:00 GMT"}, b"")
    assert retry_after_s(reply) == seconds


def test_a_date_in_retry_after_is_ignored_if_the_response_has_no_date_header() -> None:
    assert retry_after_s(Response(503, {"retry-after": "Thu, 15 Jan 2026 09:01:00 GMT"}, b"")) is None


@given(st.text() | st.just(ID) | st.just(ID.upper()))
def test_only_a_uuid_becomes_part_of_a_path(session_id: str) -> None:
    try:
        requests = [
            CHECK_SESSIONS.retrieve(session_id, "v2"),
            CHECK_SESSIONS.completion(session_id, "v1", 30),
            CHECK_SESSIONS.cancel(session_id),
        ]
    except UsageError:
        return
    for request in requests:
        assert re.fullmatch(
            rf"/v[12]/check-sessions/{ID}(/completion\?maxWaitSeconds=30|/cancel)?", request.path, re.ASCII
        )
