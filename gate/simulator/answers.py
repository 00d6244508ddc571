"""What the API answers, before a connection carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, body with its type, and headers beside those that every answer has."""

    status: int
    body: bytes = b""
    type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def document(status: int, fields: Mapping[str, object]) -> Answer:
    """An answer that holds a JSON object."""
    return Answer(status, json.dumps(fields).encode())


def refusal(status: HTTPStatus, message: str = "", **more: object) -> Answer:
    """An error in the shape of Checkly's; the message is the status's own phrase by default."""
    told = message or status.phrase
    return document(status, {"statusCode": status.value, "error": status.phrase, "message": told, **more})


NOT_FOUND = refusal(HTTPStatus.NOT_FOUND)
NO_SUCH_SESSION = refusal(HTTPStatus.NOT_FOUND, "No such check session.")
NO_SUCH_RESULT = refusal(HTTPStatus.NOT_FOUND, "No such check result.")
UNAUTHORIZED = refusal(HTTPStatus.UNAUTHORIZED, "Bad Token", attributes={})
WRONG_METHOD = refusal(HTTPStatus.METHOD_NOT_ALLOWED)
GONE = refusal(HTTPStatus.GONE, "This version of the API is no longer served.")
BAD_WAIT = refusal(HTTPStatus.BAD_REQUEST, "maxWaitSeconds must be a whole number from 1 to 30")
BAD_TARGET = refusal(HTTPStatus.BAD_REQUEST, "The body must be an object with a target")
NO_CHECK_MATCHED = refusal(HTTPStatus.NOT_FOUND, "No checks matched the target.")
STILL_RUNNING = refusal(HTTPStatus.REQUEST_TIMEOUT, "The check session has not finished yet.")
CANCELLED = Answer(HTTPStatus.NO_CONTENT)
