"""One connection: read requests, and send responses or the faults that a scenario defines."""

from __future__ import annotations

import re
import socket
import struct
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import assert_never

from gate.simulator.answer import JSON, Answer
from gate.simulator.api.ledger import Recorded
from gate.simulator.api.stand_in import Arrival
from gate.simulator.scenario.faults import Cut, Drip, Flood
from gate.simulator.server.listener import Server

_BODILESS = (204, 304)
_CHUNK = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS  # selects the gzip format
_FIRST_RAY = 0x8F3A_0000_0000_0000


class Connection(BaseHTTPRequestHandler):
    """The connection of one client, until either side ends it."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "checkly-gate-simulator"
    sys_version = ""
    disable_nagle_algorithm = True
    number = 0  # the number of the request that is being answered

    def exchange(self) -> None:
        """Answer one request."""
        length = self.headers.get("content-length", "0")
        if not re.fullmatch(r"\d{1,7}", length, re.ASCII) or "transfer-encoding" in self.headers:
            self.close_connection = True  # the start of the next request is unknown
            self.send_error(411)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        stand_in = self.server.stand_in
        request = Recorded(method=self.command, path=self.path, headers=headers, body=body)
        arrival = stand_in.receive(request)
        self.number = arrival.number
        if stand_in.stopped.wait(stand_in.scenario.api.latency_s):
            self.close_connection = True
        else:
            self._deliver(arrival)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = exchange  # noqa: N815

    def _deliver(self, arrival: Arrival) -> None:
        match arrival.effect:
            case Answer() as answer:
                self._send(answer)
            case Flood() as flood:
                self._flood(flood)
            case Cut.RESET:
                self._reset()
            case Cut.CLOSE:
                self.close_connection = True
            case Cut.STALL:
                self._stall()
            case None | Drip() | Cut.TRUNCATED as effect:
                self._send_right_answer(arrival, effect)
            case _:
                assert_never(arrival.effect)

    def _send_right_answer(self, arrival: Arrival, effect: Drip | Cut | None) -> None:
        answer = self.server.stand_in.answer(arrival)
        if answer is None:
            self.close_connection = True
        elif isinstance(effect, Drip):
            self._drip(answer, effect.interval_s)
        elif effect is Cut.TRUNCATED:
            self._truncate(answer)
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        self._note(answer.status)
        self._head(answer)
        self.wfile.write(self._body(answer))

    def _drip(self, answer: Answer, interval_s: float) -> None:
        self._note(answer.status)
        self._head(answer)
        for byte in self._body(answer):
            if self.server.stand_in.stopped.wait(interval_s):
                self.close_connection = True
                return
            self.wfile.write(bytes((byte,)))

    def _truncate(self, answer: Answer) -> None:
        self._head(answer)
        self.wfile.write(self._body(answer)[: len(answer.body) // 2])
        self.close_connection = True

    def _flood(self, flood: Flood) -> None:
        self._note(200)
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        if flood.gzip:
            self.send_header("Content-Encoding", "gzip")
        else:
            self.send_header("Content-Length", str(flood.size))
        self.send_header("Connection", "close")  # ends a compressed body, whose length is not known
        self.end_headers()
        chunks = _json_string(flood.size)
        for chunk in _gzipped(chunks) if flood.gzip else chunks:
            self.wfile.write(chunk)

    def _reset(self) -> None:
        """Close the connection so that the kernel sends a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(self.connection.detach())  # the base class would send a FIN first

    def _stall(self) -> None:
        self.close_connection = True
        while self.connection.recv(_CHUNK):  # ends when the client disconnects or the server stops
            pass

    def _head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in _BODILESS:
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()

    def _body(self, answer: Answer) -> bytes:
        return b"" if answer.status in _BODILESS or self.command == "HEAD" else answer.body

    def _note(self, status: int) -> None:
        """Record the status before the response is sent, so that clients find it in the ledger afterwards."""
        self.server.stand_in.ledger.answered(self.number, status)

    def end_headers(self) -> None:
        """Add the header that Checkly's edge adds to every response, and end the headers."""
        self.send_header("cf-ray", f"{_FIRST_RAY + self.number:x}-FRA")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class uses this name
        """Log nothing: the ledger records the requests."""


def _json_string(size: int) -> Iterator[bytes]:
    """Yield a JSON string of `size` bytes in parts."""
    yield b'"'
    for start in range(0, size - 2, _CHUNK):
        yield b"a" * min(_CHUNK, size - 2 - start)
    yield b'"'


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=_GZIP)
    for chunk in chunks:
        if compressed := compressor.compress(chunk):
            yield compressed
    yield compressor.flush()
