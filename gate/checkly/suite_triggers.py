"""The trigger call for test sessions without I/O: the request, and how its reply is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from gate.checkly.http import Request, Response, error_for, is_uuid
from gate.checkly.json_object import Fields, json_object
from gate.checkly.triggers import Started, created
from gate.domain import errors, trigger_errors
from gate.text.clean import https_link

_NOTHING_MATCHED = "ERR_NO_MATCHING_CHECKS"  # Checkly's CLI expects this code in a 403 response


def suite_request(
    location: str,
    target: Mapping[str, object],
    *,
    name: str,
    variables: Sequence[tuple[str, str]] = (),
    metadata: Mapping[str, str] | None = None,
    refresh_cache: bool = False,
) -> Request:
    """Return the request that starts one test session of the selected checks at one location.

    Variables are sent as secrets, because Checkly shows the values of other variables.
    """
    body: dict[str, object] = {"name": name, "runLocation": location, "target": dict(target)}
    if variables:
        body["environmentVariables"] = [
            {"key": key, "value": value, "secret": True} for key, value in variables
        ]
    if metadata:
        body["metadata"] = dict(metadata)
    if refresh_cache:
        body["refreshCache"] = True
    return Request("POST", "/v1/test-sessions/trigger", json=body)


def read_started_suite(reply: Response) -> tuple[Started, ...]:
    """Return the session that the call started. Raises an error for any other reply."""
    if _matched_nothing(reply):
        raise trigger_errors.NothingTriggered(str(error_for(reply)), status=reply.status)
    fields = created(reply)
    session_id = fields.text("testSessionId").lower()
    if not is_uuid(session_id):
        raise errors.InvalidResponse("Checkly's API answered with a session ID that is not a UUID")
    link = https_link(fields.optional_raw("testSessionLink"))
    return (Started(session_id, "", fields.optional_text("name"), link),)


def _matched_nothing(reply: Response) -> bool:
    if reply.status != HTTPStatus.FORBIDDEN:
        return False
    try:
        return Fields(json_object(reply.body)).optional_text("errorCode") == _NOTHING_MATCHED
    except errors.InvalidResponse:
        return False
