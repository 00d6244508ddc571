"""A small CONNECT proxy on loopback, which can require credentials or refuse to connect."""

from __future__ import annotations

import contextlib
import select
import socket
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

USER, PASSWORD = "gate", "proxy-password-that-nobody-may-see"
_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_WHO_ARE_YOU = b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n'
_CHUNK = 1 << 16


@dataclass(slots=True)
class Proxy:
    """A proxy, and the requests that it received. For every host name, it connects to loopback."""

    answer: bytes = b""  # what the proxy sends instead of connecting
    asks_for_credentials: bool = False
    heads: list[bytes] = field(default_factory=list)
    port: int = 0

    def url(self, credentials: str = "") -> str:
        return (
            f"http://{credentials}@127.0.0.1:{self.port}" if credentials else f"http://127.0.0.1:{self.port}"
        )

    def refusal(self, head: bytes) -> bytes:
        """Return the response that the proxy sends instead of connecting, or no bytes if it connects."""
        expected = b"proxy-authorization: basic " + b64encode(f"{USER}:{PASSWORD}".encode()).lower()
        if self.asks_for_credentials and expected not in head.lower():
            return _WHO_ARE_YOU
        return self.answer


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        head = b""
        while line := self.rfile.readline():
            head += line
            if line == b"\r\n":
                break
        self.server.proxy.heads.append(head)
        if refusal := self.server.proxy.refusal(head):
            self.wfile.write(refusal)
            return
        port = int(head.split()[1].rpartition(b":")[2])
        with socket.create_connection(("127.0.0.1", port)) as upstream, contextlib.suppress(OSError):
            self.wfile.write(_CONNECTED)
            self._tunnel(upstream)

    def _tunnel(self, upstream: socket.socket) -> None:
        ends = {self.connection: upstream, upstream: self.connection}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                if not (data := end.recv(_CHUNK)):
                    return
                ends[end].sendall(data)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    proxy: Proxy


@contextlib.contextmanager
def proxied(proxy: Proxy) -> Iterator[Proxy]:
    """Run the proxy for the duration of the context."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.proxy, proxy.port = proxy, int(server.server_address[1])
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
