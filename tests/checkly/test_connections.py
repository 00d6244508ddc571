"""Abandoned requests end, and a limited number of interim responses is skipped."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from gate.checkly.endpoint import Endpoint
from gate.checkly.http import Request
from gate.checkly.transport import HttpTransport
from gate.domain.errors import Unreachable
from gate.runtime import Process

REQUESTS = [Request("GET", "/")] * 8
JOINED_WITHIN_S = 0.7  # the timeout of the socket would end a request one second after it is abandoned
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
UNENDING = {
    "nothing": b"",
    "headers": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "a body": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{",
}
INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
}


@contextmanager
def _answering(answer: bytes, *, reads: bool = True) -> Iterator[int]:
    """Send the answer on each connection, and leave the connection open. Yield the port."""
    open_ones: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    open_ones.append(connection)
                    if reads:
                        connection.recv(1 << 16)
                    connection.sendall(answer)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in open_ones:
        connection.close()


def _transport(url: str, bundle: str = "") -> HttpTransport:
    endpoint = Endpoint(base_url=url, api_key="cu_0123456789abcdef", extra_certificates=bundle)
    return HttpTransport(endpoint, Process().call_each)


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _assert_that_abandoned_requests_end(transport: HttpTransport, requests: list[Request]) -> None:
    before = set(threading.enumerate())
    replies = transport.send_each(requests, within_s=0.3)
    assert all(isinstance(reply, Unreachable) and "no complete response" in str(reply) for reply in replies)
    for thread in set(threading.enumerate()) - before:
        thread.join(JOINED_WITHIN_S)
        assert not thread.is_alive(), "an abandoned request still runs"


@pytest.mark.parametrize("answer", UNENDING.values(), ids=UNENDING.keys())
def test_abandoned_requests_leave_no_thread_or_descriptor_open(answer: bytes) -> None:
    with _answering(answer) as port:
        transport = _transport(f"http://127.0.0.1:{port}")
        _assert_that_abandoned_requests_end(transport, REQUESTS)
        descriptors = _descriptors()
        _assert_that_abandoned_requests_end(transport, REQUESTS)
        # The server keeps its end of each connection open, so one descriptor for each request remains.
        assert _descriptors() <= descriptors + len(REQUESTS)


def test_an_abandoned_tls_handshake_ends() -> None:
    with _answering(b"", reads=False) as port:
        _assert_that_abandoned_requests_end(_transport(f"https://0.0.0.0:{port}"), REQUESTS[:1])


def test_an_abandoned_request_over_tls_ends(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("0.0.0.0").configure_cert(context)  # noqa: S104 - this machine, but not a loopback name
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as encrypted:
                while encrypted.recv(1 << 16):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        transport = _transport(f"https://0.0.0.0:{listener.getsockname()[1]}", str(tmp_path / "ca.pem"))
        _assert_that_abandoned_requests_end(transport, REQUESTS[:1])
        thread.join(JOINED_WITHIN_S)


@pytest.mark.parametrize("interim", INTERIM.values(), ids=INTERIM.keys())
def test_up_to_a_hundred_interim_responses_are_skipped(interim: bytes) -> None:
    with _answering(interim * 100 + OK) as port:
        reply = _transport(f"http://127.0.0.1:{port}").send(Request("GET", "/"), within_s=5)
    assert (reply.status, reply.body) == (200, b"{}")


@pytest.mark.parametrize("interim", INTERIM.values(), ids=INTERIM.keys())
def test_more_than_a_hundred_interim_responses_cause_an_error(interim: bytes) -> None:
    with _answering(interim * 101) as port, pytest.raises(Unreachable, match="more than 100 interim"):
        _transport(f"http://127.0.0.1:{port}").send(Request("GET", "/"), within_s=5)
