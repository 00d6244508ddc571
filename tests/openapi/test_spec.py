"""Valid requests and responses pass the validator, and invalid ones do not."""

from __future__ import annotations

import json

import pytest

from tests.openapi.spec import request_problems, response_problems

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
SESSION = f"/v1/test-sessions/{ID}"


@pytest.mark.parametrize(
    ("method", "target", "body", "is_right"),
    [
        ("GET", SESSION, b"", True),
        ("GET", "/v1/test-sessions/1", b"", False),
        ("GET", f"/v2/test-sessions/{ID}", b"", False),
        ("PUT", SESSION, b"", False),
        ("GET", f"{SESSION}/completion?maxWaitSeconds=30", b"", True),
        ("GET", f"{SESSION}/completion?maxWaitSeconds=31", b"", False),
        ("GET", f"{SESSION}/completion?wait=30", b"", False),
        ("POST", f"{SESSION}/cancel", b"{}", True),
        ("POST", f"{SESSION}/cancel", b'{"all": true}', False),
        ("POST", "/v1/test-sessions/trigger", b'{"name": "a", "runLocation": "eu-west-1"}', True),
        ("POST", "/v1/test-sessions/trigger", b'{"name": "a"}', False),
    ],
)
def test_a_request_is_checked_against_the_document(
    method: str, target: str, body: bytes, is_right: bool
) -> None:
    assert (not request_problems(method, target, body)) == is_right


@pytest.mark.parametrize(
    ("changes", "is_right"),
    [
        ({}, True),
        ({"stoppedAt": None}, True),
        ({"startedAt": None}, False),
        ({"status": "DEGRADED"}, False),
        ({"results": [{}]}, False),
    ],
)
def test_a_response_is_checked_against_the_document(changes: dict[str, object], is_right: bool) -> None:
    session = {
        "testSessionId": ID,
        "testSessionLink": "https://app.checklyhq.com/test-sessions/x",
        "name": "a",
        "status": "PASSED",
        "errorGroupIds": [],
        "startedAt": "2026-01-15T09:00:00Z",
        "timeElapsed": 1,
    }
    problems = response_problems("GET", SESSION, 200, json.dumps(session | changes).encode())
    assert (not problems) == is_right
