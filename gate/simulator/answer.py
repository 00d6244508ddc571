"""An HTTP response, before it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body with its type, and additional headers."""

    status: int
    body: bytes = b""
    type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def document(status: int, fields: Mapping[str, object]) -> Answer:
    """Return a response with a JSON object."""
    return Answer(status, json.dumps(fields).encode())


def refusal(status: HTTPStatus, message: str = "", **more: object) -> Answer:
    """Return an error in Checkly's format. The default message is the standard phrase of the status."""
    return document(
        status,
        {"statusCode": status.value, "error": status.phrase, "message": message or status.phrase, **more},
    )
