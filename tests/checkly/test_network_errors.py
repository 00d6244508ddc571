"""A failed request is described by its innermost error, without the exceptions that wrap it."""

from __future__ import annotations

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ReadTimeoutError

from gate.checkly.body import TooLarge
from gate.checkly.network_errors import is_from_connecting, reason_of

PROXY = HTTPConnection("10.0.0.1", 3128)


def _wrapped(error: Exception, kind: type[requests.ConnectionError]) -> requests.ConnectionError:
    return kind(MaxRetryError(None, "/v1", error))  # type: ignore[arg-type] # the pool affects only the message


ERRORS: dict[str, tuple[Exception, str, bool]] = {
    "a connection that timed out": (
        _wrapped(ConnectTimeoutError(PROXY, "timed out"), requests.ConnectTimeout),
        "the connection timed out",
        True,
    ),
    "a refused connection": (
        _wrapped(
            NewConnectionError(PROXY, "Failed to establish a new connection: [Errno 111] Connection refused"),
            requests.ConnectionError,
        ),
        "10.0.0.1:3128: Connection refused",
        True,
    ),
    "a response that timed out": (
        _wrapped(ReadTimeoutError(None, "/v1", "Read timed out"), requests.ConnectionError),  # type: ignore[arg-type]
        "None: Read timed out",
        False,
    ),
    "a response that is too large": (TooLarge("larger than 10 MB"), "larger than 10 MB", False),
}


@pytest.mark.parametrize(("error", "reason", "is_unsent"), ERRORS.values(), ids=ERRORS.keys())
def test_the_reason_is_the_innermost_error(error: Exception, reason: str, is_unsent: bool) -> None:
    assert reason_of(error) == reason
    assert is_from_connecting(error) == is_unsent, "a trigger call may be repeated only if it was not sent"
