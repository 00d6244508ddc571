"""A process may be suspended at any moment, and may continue long after the deadline."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from uuid import UUID

import pytest

from gate.checkly.http import Request, Response
from gate.domain.errors import Unreachable
from gate.polling.result import Ending
from tests.polling.world import Fault, SimulatedClock, World, one_session


class SuspendedClock(SimulatedClock):
    """A clock on which an hour passes just before its reading number `reading`, counted from 1."""

    def __init__(self, reading: int) -> None:
        super().__init__()
        self._readings_left = reading

    def now_s(self) -> float:
        self._readings_left -= 1
        if self._readings_left == 0:
            self.sleep_s(3600)
        return super().now_s()

    @property
    def was_suspended(self) -> bool:
        return self._readings_left <= 0


class Impatient(World):
    """A world in which a request that has no time left gets no response."""

    def send(self, request: Request, *, within_s: float) -> Response:
        if within_s <= 0:
            raise Unreachable("no time")
        return super().send(request, within_s=within_s)


def _without_completion(request: Request, _at_s: float) -> Fault:
    return Response(404, {}, b"") if "/completion" in request.path else None


ENDS = pytest.mark.parametrize(
    ("status", "ending"), [("PASSED", Ending.FINISHED), ("STARTED", Ending.TIMEOUT)]
)


@pytest.mark.parametrize("fault", [lambda *_: None, _without_completion], ids=["long polls", "plain fetches"])
@ENDS
def test_one_request_after_a_suspension_shows_whether_the_session_has_ended(
    status: str, ending: Ending, fault: Callable[[Request, float], Fault]
) -> None:
    for reading in count(2):  # reading 1 is the start of the wait
        clock = SuspendedClock(reading)
        world = Impatient(one_session((0, "STARTED"), (100, status)), clock=clock, fault=fault)
        (watched,) = world.wait(timeout_s=60)
        if not clock.was_suspended:
            break
        assert watched.ending is ending, f"suspended before reading {reading} of the clock"
        assert sum(at_s >= 3600 for at_s, _ in world.sent) == 1, (
            "exactly one request must follow the suspension"
        )
    assert reading > 50


@pytest.mark.parametrize("sessions", [1, 100])
@ENDS
def test_each_session_is_fetched_once_after_a_suspension_during_a_request(
    status: str, ending: Ending, sessions: int
) -> None:
    world = World({str(UUID(int=number)): ((0.0, "STARTED"), (100.0, status)) for number in range(sessions)})
    suspensions = iter([3600.0])

    def suspend(_request: Request, at_s: float) -> Fault:
        if at_s > 20:
            world.clock.sleep_s(next(suspensions, 0.0))
        return "lost" if 20 < at_s < 3600 else None

    world.fault = suspend
    assert {watched.ending for watched in world.wait(timeout_s=60)} == {ending}
    assert sum(at_s > 3600 for at_s, _ in world.sent) == sessions
