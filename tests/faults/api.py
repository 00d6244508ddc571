"""The simulator, extended to send raw bytes instead of a response, optionally with TLS."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from gate.simulator import Recorded, Scenario
from gate.simulator.api.calls import call_at
from gate.simulator.api.stand_in import Arrival, StandIn
from gate.simulator.scenario.faults import Aim, Effect, Fault, Operation
from gate.simulator.server.listener import LOOPBACK, Server
from gate.simulator.server.wire import Connection


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes that are sent instead of a response, with a pause after each part. Then the connection closes."""

    parts: Callable[[], Iterable[bytes]]
    pause_s: float = 0.0


Trouble = Effect | Raw


def struck(trouble: Trouble, aim: Aim, first: int, last: float) -> Fault:
    """Return a fault for the requests that match `aim`, from the `first` to the `last`, counted from 1."""
    effect = cast("Effect", trouble)  # the connections of this module also accept `Raw`
    return Fault(aim=aim, effect=effect, first=first, last=last)


@dataclass(slots=True)
class _Clock:
    """A real clock that records when it is first called, which is at the first request."""

    first_s: float | None = None

    def __call__(self) -> float:
        now_s = time.monotonic()
        if self.first_s is None:
            self.first_s = now_s
        return now_s


@dataclass(slots=True)
class Api:
    """A running API."""

    port: int
    session_ids: tuple[str, ...]
    _stand_in: StandIn
    _clock: _Clock

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def requests(self) -> list[Recorded]:
        return self._stand_in.ledger.entries()

    def asked(self, operation: Operation) -> int:
        """Return the number of requests for an operation."""
        calls = [call_at(request.path) for request in self.requests]
        return sum(call is not None and call.operation is operation for call in calls)

    @property
    def first_request_s(self) -> float | None:
        """Return when the first request arrived, in seconds on the monotonic clock; None if none has."""
        return self._clock.first_s

    def wait_for_request(self, path_part: str) -> bool:
        return self._stand_in.ledger.wait_for(path_part, 20)


class _Connection(Connection):
    def _deliver(self, arrival: Arrival) -> None:
        trouble: object = arrival.effect
        if not isinstance(trouble, Raw):
            super()._deliver(arrival)
            return
        self.close_connection = True
        for part in trouble.parts():
            self.wfile.write(part)
            if self.server.stand_in.stopped.wait(trouble.pause_s):
                return


@contextmanager
def served(scenario: Scenario, tls: ssl.SSLContext | None = None) -> Iterator[Api]:
    """Serve a scenario, whose faults may be `Raw`, for the duration of the context."""
    clock = _Clock()
    stand_in = StandIn(scenario, speed=scenario.speed, clock=clock)
    server = Server(LOOPBACK, 0, stand_in, _Connection)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.start()
    try:
        yield Api(int(server.server_address[1]), scenario.session_ids, stand_in, clock)
    finally:
        server.stop()
