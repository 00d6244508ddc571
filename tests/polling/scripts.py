"""Sequences of responses and faults, encoded as bytes: fast to generate by the thousand, and easy to shrink.

Each byte stands for one response. If that is a valid document of the requested session, the next byte selects
the results in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from gate.checkly.http import Request, Response
from gate.checkly.test_sessions import TEST_SESSIONS
from gate.domain.session import Result, ResultKind, Session, SessionKind
from tests.polling.world import Fault
from tests.samples import attempt, result, run_of, session

IDS = tuple(str(UUID(int=number)) for number in range(1, 4))
KINDS = dict(zip(IDS, (SessionKind.CHECK, SessionKind.TEST, SessionKind.CHECK), strict=True))
_STRANGER = str(UUID(int=99))
_RUNNING = ("STARTED", "PROGRESS", "PROGRESS_FAILED", "PROGRESS_DEGRADED", "THINKING")
_ENDED = ("PASSED", "PASSED", "PASSED", "PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED")
_LOCATIONS = ("us-east-1", "eu-central-1")
_GREEN = (result("us-east-1"), result("eu-central-1"))
RESULTS: tuple[tuple[Result, ...], ...] = (
    *[_GREEN] * 8,
    _GREEN[:1],
    (),
    (attempt("us-east-1"), *_GREEN),
    (attempt("us-east-1"), result("eu-west-1"), _GREEN[1]),
    (result("us-east-1", "degraded"), _GREEN[1]),
    (result("us-east-1", "failed"), _GREEN[1]),
    (result("us-east-1", "errored"), _GREEN[1]),
    (result("us-east-1", "aborted"), _GREEN[1]),
    (result("us-east-1", "cancelled"), _GREEN[1]),
    (*_GREEN, result("us-east-1", "failed", after_s=9)),
    (result("us-east-1", "failed", kind=ResultKind.UNSETTLED), _GREEN[1]),
)
_FINAL: tuple[Fault, ...] = tuple(
    Response(status, {"location": "https://elsewhere.example/"}, b"")
    for status in (400, 401, 402, 403, 302, 418)
)
_UNKNOWN: tuple[Fault, ...] = tuple(Response(status, {}, b"{}") for status in (404, 405, 410))
_TRANSIENT: tuple[Fault, ...] = (
    "lost",
    "hangs",
    Response(408, {}, b""),
    Response(408, {"retry-after": "2"}, b"{}"),
    Response(425, {}, b""),
    Response(429, {"retry-after": "7"}, b""),
    Response(429, {"retry-after": "3600"}, b""),
    Response(500, {}, b"<html>"),
    Response(501, {}, b""),
    Response(
        503, {"retry-after": "Thu, 15 Jan 2026 08:00:00 GMT", "date": "Thu, 15 Jan 2026 09:00:00 GMT"}, b""
    ),
    Response(204, {}, b""),
    Response(200, {}, b""),
    Response(200, {}, b"<html>sign in</html>"),
    Response(200, {}, b"[]"),
    Response(200, {}, b'{"status": "PASSED"}'),
)


@cache
def document_of(status: str, results: int, session_id: str, version: str) -> Session:
    """Return a session as its document describes it. In v1, the status TIMED_OUT replaces CANCELLED."""
    said = "TIMED_OUT" if version == "v1" and status == "CANCELLED" else status
    return session(said, *RESULTS[results], locations=_LOCATIONS, version=version, session_id=session_id)


_IN_TEST_SESSIONS = {"DEGRADED": "PASSED", "TIMED_OUT": "CANCELLED", "THINKING": "THINKING"}


@cache
def many_checks_of(status: str, results: int, session_id: str) -> tuple[Session, bytes]:
    """Return a test session with two checks, and its document.

    The second check is not deployed, so it has no ID. The results of both come from `RESULTS`.
    """
    word = _IN_TEST_SESSIONS.get(status, status if status in _ENDED else "RUNNING")
    first, second = RESULTS[results], RESULTS[(results * 7) % len(RESULTS)]
    fields = {
        "testSessionId": session_id,
        "name": "Deploy",
        "status": word,
        "results": [
            *(_of_test_session(each, "Pay", run_of(session("PASSED")).check.id) for each in first),
            *(_of_test_session(each, "Log in", None) for each in second),
        ],
    }
    if results == 5:
        del fields["results"]
    body = json.dumps(fields).encode()
    return TEST_SESSIONS.read_session(Response(200, {}, body), session_id, "v1"), body


def _of_test_session(of: Result, name: str, check_id: str | None) -> dict[str, object]:
    is_red = of.has_errors or of.has_failures or of.aborted
    return {
        "testSessionResultId": of.id,
        "checkId": check_id,
        "checkType": "API",
        "name": name,
        "runLocation": of.location,
        "resultType": "PENDING" if of.kind is ResultKind.UNSETTLED else of.kind.value,
        "status": "CANCELLED" if of.is_cancelled else "FAILED" if is_red else "PASSED",
        "hasErrors": of.has_errors,
        "hasFailures": of.has_failures,
        "isDegraded": of.is_degraded,
        "aborted": of.aborted,
        "responseTime": of.response_time_ms,
        "stoppedAt": of.stopped_at.isoformat() if of.stopped_at else None,
    }


@cache
def body_of(said: Session) -> bytes:
    """Return the document of a session."""
    results = [
        {
            "checkResultId": each.id,
            "runLocation": each.location,
            "resultType": each.kind.value,
            "hasErrors": each.has_errors,
            "hasFailures": each.has_failures,
            "isDegraded": each.is_degraded,
            "aborted": each.aborted,
            "isCancelled": each.is_cancelled,
            "responseTime": each.response_time_ms,
            "stoppedAt": each.stopped_at.isoformat() if each.stopped_at else None,
        }
        for each in run_of(said).results
    ]
    fields = {
        "checkSessionId": said.id,
        "checkId": run_of(said).check.id,
        "checkType": run_of(said).check.type,
        "status": said.status,
        "runLocations": run_of(said).run_locations,
        "results": results,
    }
    return json.dumps(fields).encode()


def _damaged(body: bytes, how: int) -> Response:
    """Return a response with the document of a passed session and one defect."""
    broken = (
        body[:-1],
        body + body,
        body.replace(b'"status"', b'"status": "FAILED", "status"'),
        re.sub(rb'"(check|test)SessionId": "0', rb'"\1SessionId": "1', body),
        body.replace(b'"PASSED"', b"null"),
        body.replace(b'"runLocations"', b'"locations"').replace(b'"checkType"', b'"type"'),
        body.replace(b'"hasFailures": false', b'"hasFailures": "false"', 1),
        body.replace(b'"hasErrors": false', b'"hasErrors": null', 1),
        body,
        body,
    )
    status = 500 if how % len(broken) == 8 else 201 if how % len(broken) == 9 else 200
    return Response(status, {}, broken[how % len(broken)])


@dataclass(slots=True)
class Script:
    """A script: each request gets the response for the next byte; after the last byte, the one for `at_last`.

    `last` contains the last valid document of each session. `finals` counts the errors that are final or may
    become final.
    """

    script: bytes
    at_last: int
    last: dict[str, Session] = field(default_factory=dict)
    finals: int = 0
    _read: int = 0

    def __call__(self, request: Request, _at_s: float) -> Fault:
        """Return the fault or the response for a request."""
        match = re.match(r"/(v\d)/(check|test)-sessions/([0-9a-f-]{36})", request.path)
        assert match, f"the API has no {request.path}"
        assert f"{match[2]} session" == KINDS[match[3]], "a known kind must not be looked up again"
        return self._answer(self._next(), match[1], match[3])

    def _next(self) -> int:
        self._read += 1
        return self.script[self._read - 1] if self._read <= len(self.script) else self.at_last

    def _answer(self, byte: int, version: str, session_id: str) -> Fault:
        kind, number = divmod(byte, 32)
        if kind < 4:
            status = _RUNNING[byte % len(_RUNNING)] if kind < 2 else _ENDED[byte % len(_ENDED)]
            said, body = self._document(status, self._next() % len(RESULTS), session_id, version)
            self.last[session_id] = said
            return Response(200, {}, body)
        passed, passed_body = self._document("PASSED", 0, session_id, version)
        if kind == 4:
            return _damaged(passed_body, number)
        if kind == 5 and number < 3:
            self.finals += 1
            return _FINAL[number * 2 + version.count("1")]
        if kind == 5 and number < 6:
            self.finals += 1
            return _UNKNOWN[number - 3]
        if kind == 5 and number < 12:
            return Response(200, {}, passed_body.replace(passed.id.encode(), _STRANGER.encode()))
        return _TRANSIENT[number % len(_TRANSIENT)]

    def _document(self, status: str, results: int, session_id: str, version: str) -> tuple[Session, bytes]:
        if KINDS[session_id] is SessionKind.TEST:
            return many_checks_of(status, results, session_id)
        said = document_of(status, results, session_id, version)
        return said, body_of(said)


def scripted_ids(how_many: int) -> Mapping[str, tuple[tuple[float, str], ...]]:
    """Return timelines for the first `how_many` sessions; a script overrides them."""
    return dict.fromkeys(IDS[:how_many], ((0.0, "STARTED"),))
