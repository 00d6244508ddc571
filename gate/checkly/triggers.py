"""The trigger call for check sessions without I/O: the request, and how its reply is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from gate.checkly.http import Request, Response, error_for, is_uuid
from gate.checkly.json_object import Fields, json_object
from gate.domain import errors, trigger_errors
from gate.text.clean import https_link

_MOST_SESSIONS = 1_000  # far more than a pipeline waits for, but few enough to poll


@dataclass(frozen=True, slots=True)
class Started:
    """A session that a trigger call has started. `name` is the name of the check or of the test session."""

    session_id: str
    check_id: str
    name: str
    link: str


def trigger_request(
    check_ids: Sequence[str], tags: Sequence[Sequence[str]], *, refresh_cache: bool
) -> Request:
    """Return the request that starts a session for each check that matches the filters.

    A check must have one of the IDs, and all the tags of one of the alternatives. An empty filter matches all
    checks. Checkly's API documents the combination only as "matches the provided target filters". Raises
    `UsageError` if both filters are empty, because the API would run every check in the account.
    """
    body: dict[str, object] = {"target": target_of(check_ids, tags)}
    return Request(
        "POST", "/v2/check-sessions/trigger", json=body | ({"refreshCache": True} if refresh_cache else {})
    )


def target_of(check_ids: Sequence[str], tags: Sequence[Sequence[str]]) -> Mapping[str, object]:
    """Return the filter of a trigger call. Raises `UsageError` if it would match every check."""
    target: dict[str, object] = {}
    if tags:
        target["matchTags"] = [list(alternative) for alternative in tags]
    if check_ids:
        target["checkId"] = list(check_ids)
    if not target:
        raise errors.UsageError("a trigger without a filter would run every check in the account")
    return target


def created(reply: Response) -> Fields:
    """Return the document in the reply to a trigger call. Raises an error unless the status is 201."""
    if reply.status == HTTPStatus.NOT_FOUND:
        raise trigger_errors.NothingTriggered(str(error_for(reply)), status=reply.status)
    if reply.status != HTTPStatus.CREATED:
        raise error_for(reply)
    return Fields(json_object(reply.body))


def read_started(reply: Response) -> tuple[Started, ...]:
    """Return the sessions that a trigger call started. Raises an error if the call failed or started none."""
    sessions = [Fields(each) for each in created(reply).objects("sessions")]
    if len(sessions) > _MOST_SESSIONS:
        raise errors.InvalidResponse(
            f"Checkly's API answered with {len(sessions)} sessions; the gate accepts at most {_MOST_SESSIONS}"
        )
    started = tuple(
        Started(
            session_id=each.text("checkSessionId").lower(),
            check_id=each.optional_text("checkId").lower(),
            name=each.optional_text("name"),
            link=https_link(each.optional_raw("checkSessionLink")),
        )
        for each in sessions
    )
    if not started:
        raise trigger_errors.NothingTriggered("Checkly's API started no session", status=reply.status)
    if not all(is_uuid(each.session_id) for each in started):
        raise errors.InvalidResponse("Checkly's API answered with a session ID that is not a UUID")
    return started


def not_started(check_ids: Sequence[str], started: Sequence[Started]) -> tuple[str, ...]:
    """Return the checks for which no session was started."""
    ran = {each.check_id for each in started}
    return tuple(check_id for check_id in check_ids if check_id not in ran)
