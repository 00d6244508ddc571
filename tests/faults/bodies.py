"""The document of a session that passed, and altered, damaged or endless variants of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

from tests.samples import CHECK_ID, SESSION_ID

MIB = 1024 * 1024
GREEN: dict[str, Any] = {
    "checkSessionId": SESSION_ID,
    "checkSessionLink": f"https://app.checklyhq.com/check-sessions/{SESSION_ID}",
    "checkId": CHECK_ID,
    "checkType": "API",
    "name": "Checkout API",
    "status": "PASSED",
    "startedAt": "2026-01-15T09:00:00.000Z",
    "stoppedAt": "2026-01-15T09:00:12.000Z",
    "timeElapsed": 12000,
    "runLocations": ["us-east-1", "eu-central-1"],
    "runSource": "TRIGGER_API",
    "results": [
        {
            "checkResultId": f"00000000-0000-0000-0000-00000000000{number}",
            "checkResultLink": f"https://app.checklyhq.com/results/{number}",
            "checkId": CHECK_ID,
            "checkType": "API",
            "name": "Checkout API",
            "runLocation": location,
            "resultType": "FINAL",
            "hasErrors": False,
            "hasFailures": False,
            "isDegraded": False,
            "aborted": False,
            "isCancelled": False,
            "responseTime": 412,
            "startedAt": "2026-01-15T09:00:01.000Z",
            "stoppedAt": "2026-01-15T09:00:11.000Z",
        }
        for number, location in enumerate(("us-east-1", "eu-central-1"))
    ],
}
WHOLE = json.dumps(GREEN).encode()


def green_with(**fields: object) -> bytes:
    """Return the document with some fields changed."""
    return json.dumps({**GREEN, **fields}).encode()


def green_at(location: str) -> bytes:
    """Return the document with another location in its first result."""
    first, *others = GREEN["results"]
    return green_with(results=[{**first, "runLocation": location}, *others])


def head(*headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    """Return the status line and headers of a response."""
    return "\r\n".join((status, *headers, "", "")).encode()


def byte_by_byte() -> Iterator[bytes]:
    """Yield a complete response, byte by byte."""
    for byte in head(f"Content-Length: {len(WHOLE)}") + WHOLE:
        yield bytes((byte,))


def endless_headers() -> Iterator[bytes]:
    """Yield endless headers."""
    yield head().removesuffix(b"\r\n")
    while True:
        yield b"X-More: " + b"a" * 1000 + b"\r\n"


def endless_continue() -> Iterator[bytes]:
    """Yield endless interim responses."""
    while True:
        yield head(status="HTTP/1.1 100 Continue")


def endless_chunks() -> Iterator[bytes]:
    """Yield a response with the document, followed by endless whitespace."""
    yield head("Transfer-Encoding: chunked")
    yield b"%x\r\n%s\r\n" % (len(WHOLE), WHOLE)
    while True:
        yield b"10000\r\n" + b" " * 0x10000 + b"\r\n"


def bomb(layers: int, *headers: str, status: str = "HTTP/1.1 200 OK") -> Iterator[bytes]:
    """Yield a response with the document and 1 GiB of whitespace, compressed `layers` times with gzip."""
    body = gzip.compress(WHOLE) + gzip.compress(b" " * MIB) * 1024
    for _ in range(layers - 1):
        body = gzip.compress(body)
    encoding = ", ".join(["gzip"] * layers)
    yield head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}", *headers, status=status)
    yield body


def crowded(item: bytes) -> Iterator[bytes]:
    """Yield a response that is about as large as allowed. Almost all its results are copies of `item`."""
    start, end = WHOLE[:-2], b"]}"  # the last field of the document is `results`
    body = start + (b"," + item) * ((10 * MIB - len(WHOLE)) // (len(item) + 1)) + end
    yield head(f"Content-Length: {len(body)}")
    yield body


def largest(end: str) -> Iterator[bytes]:
    """Yield a response with a check name so long that the body is almost as large as allowed."""
    yield head()
    yield WHOLE.replace(b"Checkout API", b"a" * 9 * MIB + end.encode(), 1)
