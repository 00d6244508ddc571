"""The simulator as the rest of the program sees it: a context manager that serves a scenario."""

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
    """Plays a scenario as a context manager: while entered, `url` answers as Checkly's API would.

    `host` is an IPv4 address, `port` 0 takes a free one; `speed` (simulated seconds per real second)
    replaces the scenario's own; `clock` returns real seconds. Entering raises OSError if the address cannot
    be had. Raises ValueError for a speed that is not above 0.
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
            raise ValueError(f"a speed of {speed:g} simulated seconds per real second")
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
        """Every request that has arrived until now, in that order."""
        return self._stand_in.ledger.entries()

    def wait_for_request(self, path_part: str, timeout_s: float) -> bool:
        """Waits until a request has arrived whose path holds that part, answered or not.

        Returns False where none has within so many real seconds.
        """
        return self._stand_in.ledger.wait_for(path_part, timeout_s)
