"""Run a gate against a minimal server, and take samples of the resources that the gate uses."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from tests.end_to_end.running import ENTRYPOINT, Run, github

# A function that returns the response to a request. Its arguments: the session's ID, the number of earlier
# plain fetches, and whether the request is a long poll for the session's end.
Answer = Callable[[str, int, bool], Iterable[bytes]]
_SESSION = re.compile(rb"^GET /v1/check-sessions/([0-9a-f-]{36})(/completion)?[ ?]")


@dataclass(slots=True)
class Server:
    """A server that closes each connection after its response.

    `asked` contains the session's ID for each plain fetch.
    """

    url: str
    asked: list[str] = field(default_factory=list)

    def answer(self, connection: socket.socket, answer: Answer) -> None:
        """Answer one request."""
        with connection, suppress(OSError):
            found = _SESSION.match(connection.recv(1 << 16))
            if not found:
                connection.sendall(
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                return
            session_id, is_poll = found[1].decode(), bool(found[2])
            before = len(self.asked)
            if not is_poll:
                self.asked.append(session_id)
            for part in answer(session_id, before, is_poll):
                connection.sendall(part)


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    """Serve on loopback, with a thread for each connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    Thread(target=server.answer, args=(connection, answer), daemon=True).start()

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def whole(body: bytes) -> Iterable[bytes]:
    """Return a complete response with this body."""
    return (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body), body)


@dataclass(frozen=True, slots=True)
class Sample:
    """The resources that a process uses at one moment; `at_s` is in seconds since its start."""

    at_s: float
    resident_mib: float
    peak_mib: float
    threads: int
    descriptors: int


class Watched:
    """A running gate, and the samples of its resources so far."""

    def __init__(self, workspace: Path, inputs: Mapping[str, str]) -> None:
        workspace.mkdir(parents=True, exist_ok=True)
        self.workspace = workspace
        self.samples: list[Sample] = []
        self._log = workspace / "log"
        self._began_s = time.monotonic()
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-u", str(ENTRYPOINT)],
                cwd=workspace,
                env=github(workspace, inputs),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def peak_mib(self) -> float:
        """Return the gate's peak memory."""
        return max(sample.peak_mib for sample in self.samples)

    def watch(self, until: Callable[[], bool], within_s: float) -> None:
        """Take samples until a condition is true or the gate ends. Raise TimeoutError after `within_s`."""
        until_s = time.monotonic() + within_s
        while not until() and self.process.poll() is None:
            if time.monotonic() > until_s:
                raise TimeoutError
            self.sample()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)

    def sample(self) -> None:
        """Take a sample, if the gate is still running."""
        folder = Path(f"/proc/{self.process.pid}")
        with suppress(OSError, KeyError):
            lines = (line.split() for line in (folder / "status").read_text().splitlines())
            status = {words[0]: int(words[1]) for words in lines if words[0] in _FIELDS}
            descriptors = sum(1 for _ in (folder / "fd").iterdir())
            at_s = time.monotonic() - self._began_s
            held, peak = status["VmRSS:"] / 1024, status["VmHWM:"] / 1024
            self.samples.append(Sample(at_s, held, peak, status["Threads:"], descriptors))

    def end(self, within_s: float) -> Run:
        """Take samples until the gate has ended, and return its results."""
        self.watch(lambda: False, within_s)
        log = self._log.read_text(errors="backslashreplace")
        return Run(self.process.returncode, log, self.workspace)


_FIELDS = ("VmRSS:", "VmHWM:", "Threads:")
