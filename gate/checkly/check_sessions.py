"""Check sessions: the calls, and how their responses become a `Session`."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus

from gate.checkly.http import Request, Response, error_for, is_uuid
from gate.checkly.json_object import Fields, json_object
from gate.domain import errors
from gate.domain.session import ApiVersion, Result, ResultKind, Session
from gate.text.clean import clean, https_link

LONGEST_LONG_POLL_S = 30  # Checkly's API: maxWaitSeconds is 1..30
_MOST_LOCATIONS = 1_000  # many times what Checkly has, and few enough for reports that can be read
_MOST_RESULTS = 5_000


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


def read_session(reply: Response, session_id: str, version: ApiVersion) -> Session:
    """The session that a retrieve or completion call answered.

    Raises the error that the reply amounts to: `InvalidResponse` where a 200 holds anything but this
    session's document, else what `refusal` makes of the status.
    """
    if reply.status != HTTPStatus.OK:
        raise error_for(reply)
    document = Fields(json_object(reply.body))
    answered_id = document.text("checkSessionId")
    if answered_id.lower() != session_id.lower():
        raise errors.InvalidResponse(f"Checkly answered with another session's document ({answered_id})")
    locations = tuple(dict.fromkeys(document.texts("runLocations")))
    check_id = document.text("checkId")
    results = [Fields(item) for item in document.objects("results")]
    for result in results:
        if result.text_if_any("checkId").lower() not in ("", check_id.lower()):
            raise errors.InvalidResponse("Checkly answered with a result of another check")
    _hold_bounds({*locations, *(result.optional_raw("runLocation") for result in results)}, len(results))
    return Session(
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


def _read_result(fields: Fields) -> Result:
    return Result(
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


def _hold_bounds(names: Collection[str], results: int) -> None:
    """Raises `InvalidResponse` for more than a session can have, and for names that cleaning makes equal."""
    if len(names) > _MOST_LOCATIONS or results > _MOST_RESULTS:
        raise errors.InvalidResponse(
            f"Checkly's API answered with {len(names)} locations and {results} results; "
            f"at most {_MOST_LOCATIONS} and {_MOST_RESULTS} make sense"
        )
    if len(set(map(clean, names))) != len(names):  # one could hide the other
        raise errors.InvalidResponse("Checkly's API answered with locations that cannot be told apart")
