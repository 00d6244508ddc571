"""The size of the image and its start-up time: both are measured, reported and compared with limits.

The base image may be a stand-in and the machine may be busy, so times are compared with those of a container
that does nothing.
"""

from __future__ import annotations

import socket
import statistics
import time

from tests.end_to_end.running import KEY
from tests.image.building import Image
from tests.image.running import container, run

TIMES = 11
UNPACKED_AT_MOST_MB, COMPRESSED_AT_MOST_MB = 50, 20
SESSION = "8166fa86-c9b4-4162-8541-d380c6c212d8"
REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


def test_the_image_is_small(image: Image, told: dict[str, str]) -> None:
    told["size"] = (
        f"{image.megabytes:.1f} MB in {sum(member.isfile() for member in image.files.values())} files, "
        f"{image.megabytes_compressed:.1f} MB compressed "
        f"(limits: {UNPACKED_AT_MOST_MB} MB and {COMPRESSED_AT_MOST_MB} MB)"
    )
    assert 10 < image.megabytes <= UNPACKED_AT_MOST_MB
    assert 5 < image.megabytes_compressed <= COMPRESSED_AT_MOST_MB


def _first_request_s(image: Image) -> float:
    """Return the seconds from `docker run` to the gate's first request, measured at the server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        flags = ["--session-id", SESSION, "--api-key", KEY, "--api-url", url]
        began_s = time.monotonic()
        with container(image, [], flags) as started:
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(65536).startswith(b"GET /v1/check-sessions/")
                took_s = time.monotonic() - began_s
                connection.sendall(REFUSED)
            code, log = started.end()
    assert code == 4, log
    return took_s


def _nothing_s(image: Image) -> float:
    """Return how many seconds a container runs if its Python does nothing."""
    began_s = time.monotonic()
    code, log = run(image, "-I", "-c", "", options=["--entrypoint", "/usr/local/bin/python3"])
    assert (code, log) == (0, "")
    return time.monotonic() - began_s


def test_the_first_request_is_sent_soon_after_the_start(image: Image, told: dict[str, str]) -> None:
    pairs = [(_first_request_s(image), _nothing_s(image)) for _ in range(TIMES)]
    first_s, nothing_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    told["time from `docker run` to the first request"] = (
        f"{first_s * 1000:.0f} ms, median of {TIMES} "
        f"({min(pairs)[0] * 1000:.0f} to {max(pairs)[0] * 1000:.0f} ms); "
        f"a container whose Python does nothing: {nothing_s * 1000:.0f} ms"
    )
    # Compare only consecutive runs, so that it does not matter if the machine becomes slower.
    ratio = statistics.median(first / nothing for first, nothing in pairs)
    assert ratio < 2.5  # it was 3.5 in an image without the bytecode of the standard library
