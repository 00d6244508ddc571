"""The faults as data: each has a name, a response that replaces the right one, and a kind."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from gate.simulator.answer import JSON, Answer
from gate.simulator.scenario.faults import Cut, Drip, Flood
from tests.faults import bodies
from tests.faults.api import Raw
from tests.faults.bodies import WHOLE, green_with, head
from tests.faults.moments import Kind, Row

_FINAL, _HARMLESS, _SILENT = Kind.FINAL, Kind.HARMLESS, Kind.SILENT
_HTML = "text/html"
_EDGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_SIGN_IN = b"<!doctype html><html><body>Please sign in to the guest network</body></html>"
_OTHER_ID = "00000000-0000-0000-0000-000000000001"
_IN_AN_HOUR = (("Date", "Thu, 15 Jan 2026 09:00:00 GMT"), ("Retry-After", "Thu, 15 Jan 2026 10:00:00 GMT"))
_AN_HOUR_AGO = (("Date", "Thu, 15 Jan 2026 09:00:00 GMT"), ("Retry-After", "Thu, 15 Jan 2026 08:00:00 GMT"))
_RED_AND_GREEN = WHOLE.replace(b'"status": "PASSED"', b'"status": "FAILED", "status": "PASSED"')


def _status(status: int, **headers: str) -> Answer:
    return Answer(status, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()))


def _body(body: bytes, type: str = JSON) -> Answer:  # noqa: A002 - named after the header
    return Answer(200, body, type)


def _raw(*parts: bytes, pause_s: float = 0.0) -> Raw:
    return Raw(lambda: parts, pause_s)


def _made(parts: Callable[[], Iterable[bytes]], pause_s: float = 0.0) -> Raw:
    return Raw(parts, pause_s)


def _large(*rows: Row) -> tuple[Row, ...]:
    """Allow more time for responses that a busy machine may be unable to read within the usual timeout."""
    return tuple(replace(row, lasting_s=4.0) for row in rows)


SECTIONS: Mapping[str, tuple[Row, ...]] = {
    "Temporary responses": (
        Row("408 without a body", _status(408)),
        Row("408 with `Retry-After: 1`", _status(408, Retry_After="1")),
        Row("425", _status(425)),
        Row("429", _status(429)),
        Row("429 with `Retry-After: 1`", _status(429, Retry_After="1")),
        Row("429 with `Retry-After: 3600`", _status(429, Retry_After="3600")),
        Row("429 with `Retry-After: -1`", _status(429, Retry_After="-1")),
        Row("429 with a `Retry-After` date an hour ahead", Answer(429, headers=_IN_AN_HOUR)),
        Row("429 with a `Retry-After` date in the past", Answer(429, headers=_AN_HOUR_AGO)),
        Row("429 with an invalid `Retry-After`", _status(429, Retry_After="soon, in a while")),
        Row("429 with a `Retry-After` of 400 digits", _status(429, Retry_After="9" * 400)),
        Row("500", _status(500)),
        Row("500 with the document of a session that passed", Answer(500, WHOLE)),
        Row("501", _status(501)),
        Row("502 in HTML", Answer(502, _EDGE, _HTML)),
        Row("503", _status(503)),
        Row("504", _status(504)),
        Row("520, which HTTP does not define", _status(520)),
        Row("999, an unknown status", _raw(head("Content-Length: 0", status="HTTP/1.1 999 Away"))),
        Row("404 within the grace period of 10 s", _status(404)),
        Row("405 for the requested version", _status(405)),
        Row("410 for the requested version", _status(410)),
    ),
    "Final responses": (
        Row("400", _status(400), _FINAL),
        Row("401", _status(401), _FINAL),
        Row("401 with the document of a session that passed", Answer(401, WHOLE), _FINAL),
        Row("402", _status(402), _FINAL),
        Row("403", _status(403), _FINAL),
        Row("403 in HTML", Answer(403, _SIGN_IN, _HTML), _FINAL),
        Row("418", _status(418), _FINAL),
        Row("a redirect to another host", _status(302, Location="https://login.example/?next=1"), _FINAL),
        Row("a redirect to http", _status(301, Location="http://api.checklyhq.com/"), _FINAL),
        Row("a redirect to a path", _status(308, Location="/elsewhere"), _FINAL),
        Row("a redirect without a target", _status(307), _FINAL),
        Row("a redirect to an invalid URL", _status(302, Location="http://[::1"), _FINAL),
        Row(
            "a redirect with a compressed body of 1 GiB",
            _made(lambda: bodies.bomb(1, "Location: /elsewhere", status="HTTP/1.1 302 Found")),
            _FINAL,
        ),
        Row("304", _status(304), _FINAL),
    ),
    "Connections that break or hang": (
        Row("closed without a response", Cut.CLOSE),
        Row("reset", Cut.RESET),
        Row("no response", Cut.STALL, _SILENT),
        Row("the body at one byte a second", Drip(1.0), _SILENT),
        Row("the whole response at one byte a second", _made(bodies.byte_by_byte, 1.0), _SILENT),
        Row("half of the body", Cut.TRUNCATED),
        Row("half of a chunked body", _raw(head("Transfer-Encoding: chunked"), b"ffff\r\n" + WHOLE)),
        Row("`Content-Length` too long", _raw(head("Content-Length: 99999"), WHOLE)),
        Row(
            "`Content-Length` too long, and the connection stays open",
            _raw(head("Content-Length: 99999"), WHOLE, pause_s=60),
            _SILENT,
        ),
        Row("`Content-Length` too short", _raw(head(f"Content-Length: {len(WHOLE) - 9}"), WHOLE)),
        Row(
            "two different `Content-Length`s", _raw(head("Content-Length: 9", "Content-Length: 99999"), WHOLE)
        ),
        Row("a body without a status line or headers", _raw(WHOLE)),
        Row("bytes that are not HTTP", _raw(bytes(range(256)) * 4)),
        Row("endless headers", _made(bodies.endless_headers)),
        Row("endless 100 Continue", _made(bodies.endless_continue)),
        Row("101 instead of a response", _raw(head("Upgrade: x", status="HTTP/1.1 101 Switching"), WHOLE)),
    ),
    "Bodies too large": _large(
        Row("50 MB", Flood(50_000_000)),
        Row("50 MB, compressed", Flood(50_000_000, gzip=True)),
        Row("1 GiB, compressed", _made(lambda: bodies.bomb(1))),
        Row("1 GiB, compressed twice", _made(lambda: bodies.bomb(2))),
        Row("1 GiB, compressed ten times", _made(lambda: bodies.bomb(10))),
        Row("endless chunks", _made(bodies.endless_chunks)),
        Row("10 MiB of empty results", _made(lambda: bodies.crowded(b"{}"))),
        Row("10 MiB of results that are lists", _made(lambda: bodies.crowded(b"[]"))),
        Row("10 MiB of short strings", _made(lambda: bodies.crowded(b'"ab"'))),
        Row("100,000 nested lists", _body(b"[" * 100_000)),
        Row("100,000 nested objects", _body(b'{"a":' * 100_000)),
        Row("a number of 5,000 digits", _body(WHOLE.replace(b"12000", b"9" * 5_000))),
    ),
    "Bodies that are not the document": (
        Row("HTML with 200", _body(_SIGN_IN, _HTML)),
        Row("HTML with 200, declared as JSON", _body(_SIGN_IN)),
        Row("an empty body", _body(b"")),
        Row("204", Answer(204)),
        Row("201 with the document", Answer(201, WHOLE)),
        Row("206 with the document", Answer(206, WHOLE)),
        Row("`null`", _body(b"null")),
        Row("a JSON string", _body(b'"PASSED"')),
        Row("a list of documents", _body(b"[" + WHOLE + b"]")),
        Row("an object around the document", _body(b'{"data": ' + WHOLE + b"}")),
        Row("another session's document", _body(green_with(checkSessionId=_OTHER_ID))),
        Row("two documents", _body(WHOLE + b"\n" + WHOLE)),
        Row("two statuses", _body(_RED_AND_GREEN)),
        Row("`NaN`", _body(WHOLE.replace(b"12000", b"NaN"))),
        Row("bytes that are not UTF-8", _body(WHOLE.replace(b"Checkout", b"Check\xff\xfe"))),
        Row("UTF-16", _body(WHOLE.decode().encode("utf-16"))),
        Row("no status", _body(green_with(status=None))),
        Row("no run locations", _body(green_with(runLocations=None))),
        Row("results that are not a list", _body(green_with(results={}))),
        Row("two locations whose names look the same", _body(green_with(runLocations=["eu", "eu\u200b"]))),
        Row("a status with an invisible character", _body(green_with(status="PASSED\u200b"))),
        Row("a result at a location whose name looks the same", _body(bodies.green_at("us-east-1\u200b"))),
        Row("plain text, declared as compressed", _raw(head("Content-Encoding: gzip"), WHOLE)),
        Row(
            "half of a compressed document", _raw(head("Content-Encoding: gzip"), gzip.compress(WHOLE)[:-99])
        ),
        Row("an encoding that was not requested", _raw(head("Content-Encoding: br"), b"\x8b\x01\x80")),
    ),
    "Harmless oddities": (
        Row(
            "unknown fields, types and sources",
            _body(green_with(runSource="X", more={})),
            _HARMLESS,
        ),
        Row("a document, declared as HTML", _body(WHOLE, _HTML), _HARMLESS),
        Row("a byte order mark", _body(b"\xef\xbb\xbf" + WHOLE), _HARMLESS),
        Row("no `Content-Length`", _raw(head(), WHOLE), _HARMLESS),
        Row("a `Content-Length` that is not a number", _raw(head("Content-Length: many"), WHOLE), _HARMLESS),
        Row(
            "invalid times and numbers",
            _body(green_with(startedAt="?", timeElapsed=-1)),
            _HARMLESS,
        ),
    ),
}
ROWS = tuple(row for rows in SECTIONS.values() for row in rows)
