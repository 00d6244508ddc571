"""The interface of the simulator: a context manager that serves a scenario."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from gate.simulator.api.ledger import Recorded
from gate.simulator.api.stand_in import StandIn
from gate.simulator.scenario.model import Scenario
from gate.simulator.server.listener import LOOPBACK, Server
from gate.simulator.server.wire import Connection


class Simulator:
    """A context manager that plays a scenario. Inside it, `url` responds as Checkly's API would.

    `host` is an IPv4 address, and `port` 0 means any free port. `speed` (simulated seconds per real second)
    replaces the scenario's speed. `clock` returns real seconds. Entering raises OSError if the address is not
    available. The constructor raises ValueError if the speed is not above 0 or is infinite.
    """

    url: str

    def __init__(
        self,
        scenario: Scenario,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        speed: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        speed = scenario.speed if speed is None else speed
        if not 0 < speed < math.inf:
            raise ValueError(f"the speed must be above 0 and finite; got {speed:g}")
        self._address = (host, port)
        self._stand_in = StandIn(scenario, speed=speed, clock=clock)

    def __enter__(self) -> Self:
        self._server = Server(*self._address, self._stand_in, Connection)
        host, port = self._server.reached_at
        self.url = f"http://{host}:{port}"
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stop()

    @property
    def requests(self) -> list[Recorded]:
        """Return all requests that have arrived so far, in order of arrival."""
        return self._stand_in.ledger.entries()

    def wait_for_request(self, path_part: str, timeout_s: float) -> bool:
        """Wait until a request whose path contains `path_part` has arrived, even if it is not answered yet.

        Return False if none arrives within `timeout_s` real seconds.
        """
        return self._stand_in.ledger.wait_for(path_part, timeout_s)
