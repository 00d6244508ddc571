"""Requests and responses without I/O, and the errors that responses report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

from gate.checkly.json_object import Fields, json_object
from gate.domain import errors
from gate.text.clean import SENTENCE_LENGTH, clean

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class Request(NamedTuple):
    """A request. `path` is relative to the API's base URL. The transport adds the credentials."""

    method: str
    path: str
    json: Mapping[str, object] | None = None


class Response(NamedTuple):
    """A response: the HTTP status, the headers with lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_uuid(text: str) -> bool:
    """Return whether the text is a UUID. Only UUIDs may become part of a path."""
    return _UUID.fullmatch(text) is not None


def error_for(reply: Response) -> errors.RequestFailed:
    """Return the error for a reply with an unexpected status. Its class depends only on the status."""
    message = f"Checkly's API answered {_status_line(reply)}{_what_it_says(reply)}"
    if reply.status in _TRANSIENT_STATUSES or reply.status >= 500:
        return errors.Transient(message, status=reply.status, retry_after_s=retry_after_s(reply))
    if 300 <= reply.status < 400:
        place = _host_of(clean(reply.headers.get("location", ""), SENTENCE_LENGTH))
        target = f", pointing to {place}" if place else " without a target"
        return errors.Redirected(message + target, status=reply.status)
    if reply.status < 300:
        return errors.InvalidResponse(message, status=reply.status)
    return _FINAL_STATUSES.get(reply.status, errors.BadRequest)(message, status=reply.status)


_TRANSIENT_STATUSES = frozenset({408, 425, 429})
_FINAL_STATUSES: Mapping[int, Callable[..., errors.Final]] = {
    401: errors.CredentialsRejected,
    402: errors.PaymentRequired,
    403: errors.Forbidden,
    404: errors.NoSuchSession,
    405: errors.NotServed,
    410: errors.NotServed,
}


def retry_after_s(reply: Response) -> float | None:
    """Return the wait in seconds that `Retry-After` requests.

    If the header is a date, the wait is counted from the time in the `Date` header. Returns None if the
    header is absent, zero, in the past, or invalid.
    """
    value = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return float(value) or None
    try:
        wait = (parsedate_to_datetime(value) - parsedate_to_datetime(reply.headers["date"])).total_seconds()
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return wait if wait > 0 else None


def date_of(reply: Response) -> datetime | None:
    """Return the time in the `Date` header, in UTC, or None if the header is absent or invalid."""
    try:
        moment = parsedate_to_datetime(reply.headers["date"])
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


def _status_line(reply: Response) -> str:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        return str(reply.status)
    return f"{reply.status} {phrase}"


def _what_it_says(reply: Response) -> str:
    """Return the API's own message, and the request ID of its CDN, which Checkly's support asks for."""
    try:
        message = Fields(json_object(reply.body)).optional_raw("message")
    except errors.InvalidResponse:
        message = ""
    said = f': "{clean(message)}"' if clean(message) else ""
    ray = clean(reply.headers.get("cf-ray", ""), 60)
    return said + (f" (cf-ray {ray})" if ray else "")


def _host_of(location: str) -> str:
    """Return the host of a URL, without credentials. A URL that is only a path is returned unchanged."""
    match = re.match(r"(?:https?:)?//([^/?#]*)", location, re.IGNORECASE)
    return match.group(1).rpartition("@")[2].strip() if match else location
