"""Accept connections, keep track of them, and stop at once."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from socketserver import BaseRequestHandler, ThreadingTCPServer

from gate.simulator.api.stand_in import StandIn

LOOPBACK = "127.0.0.1"
_LONGEST_GOODBYE_S = 1.0
_Request = (
    socket.socket | tuple[bytes, socket.socket]
)  # the type in the base classes, which serve datagrams too


class Server(ThreadingTCPServer):
    """A server that accepts connections at an IPv4 address, and handles each in a separate thread."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, stand_in: StandIn, connection: type[BaseRequestHandler]) -> None:
        self.stand_in = stand_in
        self._open: set[_Request] = set()
        self._closed = threading.Condition()
        super().__init__((host, port), connection)
        self.reached_at = (LOOPBACK if host == "0.0.0.0" else host, int(self.server_address[1]))  # noqa: S104
        self._acceptor = threading.Thread(target=self._accept, name="simulator", daemon=True)

    def start(self) -> None:
        """Start accepting connections."""
        self._acceptor.start()

    def stop(self) -> None:
        """Cut all connections. Wait at most one second for their threads to finish."""
        self.stand_in.stop()
        socket.create_connection(self.reached_at).close()  # wakes the acceptor
        self._acceptor.join()
        self.server_close()
        with self._closed:
            for connection in self._open:
                if isinstance(connection, socket.socket):
                    with contextlib.suppress(OSError):  # it may have been cut already
                        connection.shutdown(socket.SHUT_RDWR)
            self._closed.wait_for(lambda: not self._open, _LONGEST_GOODBYE_S)

    def _accept(self) -> None:
        while not self.stand_in.stopped.is_set():
            self.handle_request()

    def verify_request(self, request: _Request, client_address: object) -> bool:  # noqa: ARG002
        """Return whether to serve a connection. `stop` opens a last connection, which is not served."""
        return not self.stand_in.stopped.is_set()

    def process_request(self, request: _Request, client_address: object) -> None:
        """Remember the connection before its thread starts."""
        with self._closed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Request) -> None:
        """Close the connection, and forget it."""
        super().shutdown_request(request)
        with self._closed:
            self._open.discard(request)
            self._closed.notify_all()

    def handle_error(self, request: _Request, client_address: object) -> None:
        """Ignore the error of a client that has disconnected. Print any other error."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
