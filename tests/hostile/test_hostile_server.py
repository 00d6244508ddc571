"""If a server sends broken or hostile HTTP, the error that the gate reports is one clean line."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from gate.checkly.client import Checkly
from gate.checkly.endpoint import Endpoint
from gate.checkly.transport import HttpTransport
from gate.domain.errors import RequestFailed
from gate.domain.session import SessionKind, SessionRef
from gate.runtime import Process
from gate.text.clean import clean
from gate.text.escape import log_line
from tests.samples import SESSION_ID

OK, NO = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 403 Forbidden\r\n"
FORGED = b"\x1b[2J::error::forged##[error]forged\x07\xe2\x80\xae\x85"
ANSWERS = {
    "another protocol": FORGED + b"\r\n\r\n",
    "an invalid status": b"HTTP/1.1 " + FORGED + b"\r\n\r\n",
    "a hostile reason phrase": b"HTTP/1.1 401 " + FORGED + b"\r\ncontent-length: 0\r\n\r\n",
    "headers": NO + b"cf-ray: " + FORGED + b"\r\ncontent-length: 0\r\n\r\n",
    "a folded header": NO + b"cf-ray: a\r\n " + FORGED + b"\r\ncontent-length: 0\r\n\r\n",
    "a line that is not a header": OK + FORGED + b"\r\n\r\n",
    "a redirect": b"HTTP/1.1 302 Found\r\nlocation: //" + FORGED + b"/\r\ncontent-length: 0\r\n\r\n",
    "an invalid length": OK + b"content-length: " + FORGED + b"\r\n\r\n{}",
    "invalid chunks": OK + b"transfer-encoding: chunked\r\n\r\n" + FORGED + b"\r\n",
    "an invalid encoding": OK + b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
    "an unknown encoding": OK + b"content-encoding: " + FORGED + b"\r\ncontent-length: 2\r\n\r\n{}",
    "a message": b'HTTP/1.1 402 No\r\ncontent-length: 50\r\n\r\n{"message": "' + FORGED[8:] + b'"}',
    "headers without end": OK + b"x: " + FORGED * 4000 + b"\r\n\r\n",
    "a thousand headers": OK + b"x: y\r\n" * 1000 + b"\r\n",
    "nothing": b"",
}


@contextmanager
def _serving(answer: bytes) -> Iterator[str]:
    """Serve this response to a single request, on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


# After an invalid length, urllib3 does not close the socket, so the garbage collector warns.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_error_about_broken_http_is_one_clean_line(answer: bytes) -> None:
    with _serving(answer) as url:
        transport = HttpTransport(Endpoint(base_url=url, api_key="cu_x"), Process().call_each)
        checkly = Checkly(transport, Process(), "v2")
        (error,) = checkly.fetch_each(
            [SessionRef(SESSION_ID, SessionKind.CHECK)], until_s=checkly.clock.now_s() + 5
        )
    assert isinstance(error, RequestFailed)
    said = str(error)
    del transport, checkly, error
    gc.collect()
    assert clean(said, 1000) == said
    assert len(said) < 700
    assert "##" not in log_line(said)
