"""Sequences of answers and faults as bytes: quick to make by the thousand, and to shrink.

A byte is a document of the session that was asked for, whose results are the next byte, or something that is
no document of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from uuid import UUID

from gate.checkly.http import Request, Response
from gate.domain.session import Result, ResultKind, Session
from tests.polling.world import Fault
from tests.samples import attempt, result, run_of, session

IDS = tuple(str(UUID(int=number)) for number in range(1, 4))
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
    """The session that a document says, in the version's words."""
    said = "TIMED_OUT" if version == "v1" and status == "CANCELLED" else status
    return session(said, *RESULTS[results], locations=_LOCATIONS, version=version, session_id=session_id)


@cache
def body_of(said: Session) -> bytes:
    """Its document."""
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
    """A document of a session that has passed, but for one thing."""
    broken = (
        body[:-1],
        body + body,
        body.replace(b'"status"', b'"status": "FAILED", "status"'),
        body.replace(b'"checkSessionId": "0', b'"checkSessionId": "1'),
        body.replace(b'"PASSED"', b"null"),
        body.replace(b'"runLocations"', b'"locations"'),
        body.replace(b'"hasFailures": false', b'"hasFailures": "false"', 1),
        body.replace(b'"runLocation": "us-east-1"', b'"runLocation": null'),
        body,
        body,
    )
    status = 500 if how % len(broken) == 8 else 201 if how % len(broken) == 9 else 200
    return Response(status, {}, broken[how % len(broken)])


@dataclass(slots=True)
class Script:
    """Answers request after request as its bytes say; then with `at_last`, again and again.

    Remembers the last whole document of each session, and whether a final answer was given.
    """

    bytes: bytes
    at_last: int
    last: dict[str, Session] = field(default_factory=dict)
    finals: int = 0
    _read: int = 0

    def __call__(self, request: Request, _at_s: float) -> Fault:
        """What becomes of the request."""
        match = re.match(r"/(v\d)/check-sessions/([0-9a-f-]{36})", request.path)
        assert match, f"the API has no {request.path}"
        return self._answer(self._next(), match[1], match[2])

    def _next(self) -> int:
        self._read += 1
        return self.bytes[self._read - 1] if self._read <= len(self.bytes) else self.at_last

    def _answer(self, byte: int, version: str, session_id: str) -> Fault:
        kind, number = divmod(byte, 32)
        if kind < 4:
            status = _RUNNING[byte % len(_RUNNING)] if kind < 2 else _ENDED[byte % len(_ENDED)]
            said = document_of(status, self._next() % len(RESULTS), session_id, version)
            self.last[session_id] = said
            return Response(200, {}, body_of(said))
        passed = document_of("PASSED", 0, session_id, version)
        if kind == 4:
            return _damaged(body_of(passed), number)
        if kind == 5 and number < 3:
            self.finals += 1
            return _FINAL[number * 2 + version.count("1")]
        if kind == 5 and number < 6:
            self.finals += 1
            return _UNKNOWN[number - 3]
        if kind == 5 and number < 12:
            return Response(200, {}, body_of(replace(passed, id=_STRANGER)))
        return _TRANSIENT[number % len(_TRANSIENT)]


def scripted_ids(how_many: int) -> Mapping[str, tuple[tuple[float, str], ...]]:
    """A world's timelines for so many sessions, which the script overrules."""
    return dict.fromkeys(IDS[:how_many], ((0.0, "STARTED"),))
