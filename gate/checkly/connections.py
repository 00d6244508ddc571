"""Connections that another thread can shut down, and that skip a limited number of interim responses.

The timeout of a socket limits only a single operation, so a server that sends a byte now and then could
occupy the thread, the descriptor and the memory of a request forever. The socket of an abandoned request is
therefore shut down.
"""

from __future__ import annotations

import contextlib
import socket
from contextvars import ContextVar
from http.client import HTTPException, HTTPResponse, parse_headers
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_MOST_INTERIM_RESPONSES = 100
_SWITCHING_PROTOCOLS = 101


class HeldSocket:
    """The socket of one request. The thread that waits for the request can shut it down."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._copy: socket.socket | None = None
        self._is_cut = False

    def hold(self, connected: socket.socket, *, copied: bool = False) -> None:
        """Remember the socket. If the request is already abandoned, cut the socket and raise TimeoutError.

        `copied`: keep a duplicate of the descriptor, because a TLS handshake detaches it from the socket.
        """
        self.release()
        self._copy = connected.dup() if copied else None
        self._socket = self._copy or connected
        if self._is_cut:
            self.cut()
            raise TimeoutError

    def release(self) -> None:
        """Forget the socket: the request is over, and another request may use the connection."""
        self._socket = None
        if self._copy:
            self._copy.close()
            self._copy = None

    def cut(self) -> None:
        """Shut the socket down, which ends every operation on it. The connection closes the socket later."""
        self._is_cut = True
        if held := self._socket:
            with contextlib.suppress(OSError):
                # `shutdown` of a TLS socket would drop TLS, and the connection would go on in plain text.
                socket.socket.shutdown(held, socket.SHUT_RDWR)


current_socket: ContextVar[HeldSocket] = ContextVar("current_socket")


class _Response(HTTPResponse):
    def _read_status(self) -> tuple[str, int, str]:
        """Skip all interim (1xx) responses except 101. http.client itself skips only 100.

        Raises HTTPException if there are too many.
        """
        for _ in range(_MOST_INTERIM_RESPONSES + 1):
            version, status, reason = super()._read_status()  # type: ignore[misc] # typeshed lacks it
            if not 100 <= status < 200 or status == _SWITCHING_PROTOCOLS:
                return version, status, reason
            parse_headers(self.fp)
        raise HTTPException(f"more than {_MOST_INTERIM_RESPONSES} interim responses")


class _Connection(HTTPConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        return _held(super()._new_conn())

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - all arguments are passed on unchanged
        _hold_reused(self.sock)
        super().request(*args, **kwargs)


class _TlsConnection(HTTPSConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        return _held(super()._new_conn(), copied=True)

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - all arguments are passed on unchanged
        _hold_reused(self.sock)
        super().request(*args, **kwargs)


def _held(connected: socket.socket, *, copied: bool = False) -> socket.socket:
    try:
        current_socket.get().hold(connected, copied=copied)
    except OSError:  # the request is already abandoned, or no descriptor is free
        connected.close()
        raise
    return connected


def _hold_reused(connected: socket.socket | None) -> None:
    """Hold the socket of an open connection: a reused one, or one that has completed its TLS handshake."""
    if connected is not None:
        current_socket.get().hold(connected)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class CuttingAdapter(HTTPAdapter):
    """An adapter with connections that `HeldSocket.cut` can shut down."""

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: object
    ) -> None:
        """Connect directly."""
        super().init_poolmanager(connections, maxsize, block, **options)
        _use_own_connections(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: object) -> urllib3.ProxyManager:
        """Connect through a proxy. `HeldSocket.cut` cannot shut down connections through a SOCKS proxy."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            _use_own_connections(manager)
        return manager


def _use_own_connections(manager: urllib3.PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
