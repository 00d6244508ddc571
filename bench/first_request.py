"""The time until a program sends its first request, measured at the server."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

_REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
_WITHIN_S = 60.0


def first_request_s(command: Sequence[str], env_for: Callable[[str], Mapping[str, str]]) -> float:
    """Return the seconds from a program's start to its first request. Answer this request with 401.

    `env_for` returns the program's environment for a URL.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_WITHIN_S)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        began_s = time.monotonic()
        with subprocess.Popen(
            command, env=dict(env_for(url)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                took_s = time.monotonic() - began_s
                with suppress(OSError):
                    connection.sendall(_REFUSED)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
    return took_s


def free_port() -> int:
    """Return a port on loopback that is currently free."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def wait_until_served(port: int) -> None:
    """Wait for a server to accept connections. Raises TimeoutError."""
    until_s = time.monotonic() + _WITHIN_S
    while time.monotonic() < until_s:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.05)
    raise TimeoutError(f"no server listens on port {port}")
