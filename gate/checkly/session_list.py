"""The list of test sessions without I/O: the request for a page, and how a page is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from gate.checkly.http import Request, Response, error_for, is_uuid
from gate.checkly.json_object import Fields, json_object
from gate.domain.errors import InvalidResponse

_PAGE = 100  # Checkly's API: the largest `limit`


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A test session as the list shows it."""

    id: str
    name: str
    provider: str
    environment: str
    region: str
    commit: str
    started_at: datetime | None


def list_request(since: datetime, cursor: str = "") -> Request:
    """Return the request for a page of the sessions that were created after `since`.

    The request does not filter by provider: Checkly does not document the format of a list in the query.
    """
    query = {"limit": _PAGE, "from": int(since.timestamp())} | ({"nextId": cursor} if cursor else {})
    return Request("GET", f"/v1/test-sessions?{urlencode(query)}")


def read_page(reply: Response) -> tuple[tuple[Listed, ...], str]:
    """Return the entries of a page, and the cursor of the next page, which is empty after the last one.

    Raises the error from `error_for` for any status but 200, and `InvalidResponse` if the body is not a page.
    """
    if reply.status != HTTPStatus.OK:
        raise error_for(reply)
    document = Fields(json_object(reply.body))
    entries = tuple(_read(Fields(each)) for each in document.objects("entries"))
    return entries, document.text_if_any("nextId")


def _read(entry: Fields) -> Listed:
    session_id = entry.text("id").lower()
    if not is_uuid(session_id):
        raise InvalidResponse("Checkly's API listed a session whose ID is not a UUID")
    return Listed(
        id=session_id,
        name=entry.text_if_any("name"),
        provider=entry.text_if_any("provider"),
        environment=entry.text_if_any("environment"),
        region=entry.text_if_any("region"),
        commit=entry.text_if_any("commitId").lower(),
        started_at=entry.optional_time("startedAt"),
    )
