"""Checkly's check-session API without I/O: builds requests, reads replies.

What decides the verdict (id, status, run locations, a result's location and flags) is read strictly: an
answer in which any of it is missing or of another type is not the document that was asked for. So is one in
which what a policy looks at (a check's name, id and type, a response time) is there and of another type. All
else (links, times) is read leniently: what cannot be used is absent. Unknown fields and enum values pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from gate import errors
from gate.fields import Fields, json_object
from gate.model import ApiVersion, CheckResult, CheckSession, ResultKind
from gate.text import SENTENCE_LENGTH, clean, https_link

LONGEST_LONG_POLL_S = 30  # Checkly's API: maxWaitSeconds is 1..30
_MOST_LOCATIONS = 1_000  # many times what Checkly has, and few enough for reports that can be read
_MOST_RESULTS = 5_000
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What to send, relative to the API's base URL; credentials are the transport's."""

    method: str
    path: str
    json: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the HTTP status, headers with lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID, the only thing that may become part of a path."""
    return _UUID.fullmatch(text) is not None


def retrieve(session_id: str, version: ApiVersion) -> Request:
    """A look at a check session."""
    return Request("GET", _path(session_id, version))


def completion(session_id: str, version: ApiVersion, max_wait_s: int) -> Request:
    """A long poll that ends with the session, or with 408 after `max_wait_s` (1 to 30) seconds."""
    return Request("GET", f"{_path(session_id, version)}/completion?maxWaitSeconds={max_wait_s}")


def cancel(session_id: str) -> Request:
    """Asks Checkly to cancel what still runs; only v1 has it, with an empty object as its body."""
    return Request("POST", f"{_path(session_id, ApiVersion.V1)}/cancel", json={})


def _path(session_id: str, version: ApiVersion) -> str:
    if not is_uuid(session_id):
        raise errors.UsageError(f"not a check session id: {clean(session_id)}")
    return f"/{version}/check-sessions/{session_id.lower()}"


def read_session(reply: Reply, session_id: str, version: ApiVersion) -> CheckSession:
    """The session that a retrieve or completion call answered.

    Raises the error that the reply amounts to: `Incomprehensible` where a 200 holds anything but this
    session's document, else what `refusal` makes of the status.
    """
    if reply.status != HTTPStatus.OK:
        raise refusal(reply)
    document = Fields(json_object(reply.body))
    answered_id = document.text("checkSessionId")
    if answered_id.lower() != session_id.lower():
        raise errors.Incomprehensible(f"Checkly answered with another session's document ({answered_id})")
    locations = tuple(dict.fromkeys(document.texts("runLocations")))
    check_id = document.text("checkId")
    results = [Fields(item) for item in document.objects("results")]
    for result in results:
        if result.text_if_any("checkId").lower() not in ("", check_id.lower()):
            raise errors.Incomprehensible("Checkly answered with a result of another check")
    _hold_bounds({*locations, *(result.optional_raw("runLocation") for result in results)}, len(results))
    return CheckSession(
        id=answered_id.lower(),
        status=document.word("status"),
        run_locations=tuple(map(clean, locations)),
        results=tuple(map(_read_result, results)),
        version=version,
        link=https_link(document.optional_raw("checkSessionLink")),
        check_id=check_id,
        check_type=document.text("checkType"),
        check_name=document.text_if_any("name"),
        started_at=document.optional_time("startedAt"),
        stopped_at=document.optional_time("stoppedAt"),
    )


# Null, absent and ALL take the place of a FINAL that is not there. An unknown type never counts as green.
_RESULT_KINDS = {
    "FINAL": ResultKind.FINAL,
    "ATTEMPT": ResultKind.ATTEMPT,
    "ALL": ResultKind.STAND_IN,
    None: ResultKind.STAND_IN,
}


def _read_result(fields: Fields) -> CheckResult:
    return CheckResult(
        id=fields.optional_text("checkResultId"),
        location=fields.text("runLocation"),
        kind=fields.choice("resultType", _RESULT_KINDS, ResultKind.UNSETTLED),
        has_errors=fields.flag("hasErrors"),
        has_failures=fields.flag("hasFailures"),
        is_degraded=fields.flag("isDegraded"),
        aborted=fields.flag("aborted"),
        is_cancelled=fields.flag("isCancelled", absent=False),  # older answers lack it
        link=https_link(fields.optional_raw("checkResultLink")),
        response_time_ms=fields.number_if_any("responseTime"),
        started_at=fields.optional_time("startedAt"),
        stopped_at=fields.optional_time("stoppedAt"),
    )


def refusal(reply: Reply) -> errors.CheckSessionUnreadable:
    """The error that a reply other than 200 amounts to; the HTTP status decides, never the body."""
    message = f"Checkly's API answered {_status_line(reply)}{_what_it_says(reply)}"
    if reply.status in _TRANSIENT_STATUSES or reply.status >= 500:
        return errors.Transient(message, status=reply.status, retry_after_s=retry_after_s(reply))
    if 300 <= reply.status < 400:
        place = _host_of(clean(reply.headers.get("location", ""), SENTENCE_LENGTH))
        return errors.Redirected(f"{message}, pointing to {place}", status=reply.status)
    if reply.status < 300:
        return errors.Incomprehensible(message, status=reply.status)
    return _FINAL_STATUSES.get(reply.status, errors.BadRequest)(message, status=reply.status)


_TRANSIENT_STATUSES = frozenset({408, 425, 429})
_FINAL_STATUSES: Mapping[int, Callable[..., errors.Final]] = {
    401: errors.KeyRefused,
    402: errors.PaymentRequired,
    403: errors.Forbidden,
    404: errors.NoSuchSession,
    405: errors.NotServed,
    410: errors.NotServed,
}


def retry_after_s(reply: Reply) -> float | None:
    """Seconds that `Retry-After` asks to wait, from a number or from a date (counted from the `Date` header).

    None where it is absent, zero, in the past, or makes no sense.
    """
    value = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return float(value) or None
    try:
        wait = (parsedate_to_datetime(value) - parsedate_to_datetime(reply.headers["date"])).total_seconds()
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return wait if wait > 0 else None


def _status_line(reply: Reply) -> str:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        return str(reply.status)
    return f"{reply.status} {phrase}"


def _what_it_says(reply: Reply) -> str:
    """The API's own message, and the edge's request id, which is what Checkly's support asks for."""
    try:
        message = Fields(json_object(reply.body)).optional_raw("message")
    except errors.Incomprehensible:
        message = ""
    said = f': "{clean(message)}"' if clean(message) else ""
    ray = clean(reply.headers.get("cf-ray", ""), 60)
    return said + (f" (cf-ray {ray})" if ray else "")


def _host_of(location: str) -> str:
    """The host of a URL, without whatever stands before an `@`; of a path the path."""
    match = re.match(r"(?:https?:)?//([^/?#]*)", location, re.IGNORECASE)
    place = match.group(1).rpartition("@")[2].strip() if match else location
    return place or "an unnamed place"


def _hold_bounds(names: Collection[str], results: int) -> None:
    """Raises `Incomprehensible` for more than a session can have, and for names that cleaning makes equal."""
    if len(names) > _MOST_LOCATIONS or results > _MOST_RESULTS:
        raise errors.Incomprehensible(
            f"Checkly's API answered with {len(names)} locations and {results} results; "
            f"at most {_MOST_LOCATIONS} and {_MOST_RESULTS} make sense"
        )
    if len(set(map(clean, names))) != len(names):  # one could hide the other
        raise errors.Incomprehensible("Checkly's API answered with locations that cannot be told apart")
