"""If the request budget runs out during the wait, the gate does not exceed it, and still ends in time."""

from __future__ import annotations

from uuid import UUID

import pytest

from gate.checkly.budget import Budget
from gate.checkly.http import Request, Response
from gate.domain.errors import OutOfTime, Transient
from gate.polling.result import Ending
from tests.polling.world import Fault, World, one_session

ENDED = one_session((0, "PASSED"))


@pytest.mark.parametrize(("sessions", "per_minute"), [(1, 4), (3, 8), (5, 12)])
def test_running_sessions_time_out_if_the_budget_allows_no_last_fetch(sessions: int, per_minute: int) -> None:
    world = World({str(UUID(int=number)): ((0.0, "STARTED"),) for number in range(1, sessions + 1)})
    watched = world.wait(timeout_s=40, budget=Budget(per_minute))
    assert [each.ending for each in watched] == [Ending.TIMEOUT] * sessions
    assert world.clock.elapsed_s() <= 40
    assert world.most_requests_in_a_minute() <= per_minute


def test_a_v2_session_is_inconclusive_if_the_budget_allows_only_a_request_to_v1() -> None:
    world = World(ENDED, served=("v2",))
    (watched,) = world.wait(timeout_s=20, version="", budget=Budget(1))
    assert watched.ending is Ending.INCONCLUSIVE
    assert isinstance(watched.error, OutOfTime)
    assert len(world.sent) == 1
    assert world.clock.elapsed_s() <= 20


def test_a_v2_session_is_fetched_when_the_budget_allows_another_request() -> None:
    world = World(ENDED, served=("v2",))
    (watched,) = world.wait(timeout_s=200, version="", budget=Budget(1))
    assert watched.ending is Ending.FINISHED
    assert world.most_requests_in_a_minute() == 1


def test_the_earlier_error_is_kept_if_the_budget_cuts_the_last_fetch_short() -> None:
    def busy_at_first(_request: Request, at_s: float) -> Fault:
        return Response(503, {"retry-after": "3600"}, b"") if at_s < 1 else None

    world = World(ENDED, served=("v2",), fault=busy_at_first)
    (watched,) = world.wait(timeout_s=20, version="", budget=Budget(2))
    assert watched.ending is Ending.INCONCLUSIVE
    assert isinstance(watched.error, Transient)
    assert (watched.error.status, len(world.sent)) == (503, 2)
    assert world.clock.elapsed_s() <= 20
