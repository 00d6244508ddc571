"""How soon the gate notices that the last of many sessions has ended, and how many requests this takes.

If there are about as many sessions as the budget allows requests per minute, or more, the budget may be spent
just before the last session ends. In this worst case, the remaining sessions are fetched up to a minute
later.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.checkly.budget import Budget
from gate.checkly.http import Request, Response
from gate.polling.events import Fetched, TroubleBegan, TroubleEnded
from gate.polling.pace import MOST_AT_ONCE
from gate.polling.result import Ending
from gate.polling.schedule import Candidate, Circumstances, Rest, next_step
from tests.exhaustive import IS_EXHAUSTIVE, examples
from tests.polling.world import Fault, World

LATENCY_S = 0.005
SEEDS = range(4)
A_MINUTE_MORE_S = 62.0
# The earliest and latest end of the sessions, in seconds after the first request.
SPREADS = ((0.0, 3.0), (5.0, 20.0), (25.0, 45.0), (5.0, 60.0), (5.0, 120.0), (55.0, 65.0), (100.0, 110.0))
LATE_S: Mapping[int, float] = {
    1: 0.1,
    2: 0.1,
    10: 0.1,
    30: 0.1,
    75: 0.25,
    100: 0.25,
    150: 0.5,
    200: 0.5,
    299: A_MINUTE_MORE_S,
    301: A_MINUTE_MORE_S,
    500: A_MINUTE_MORE_S,
}


def _world(how_many: int, spread_s: tuple[float, float], seed: int, latency_s: float = LATENCY_S) -> World:
    rng = random.Random(seed)
    return World(_that_end([rng.uniform(*spread_s) for _ in range(how_many)]), latency_s=latency_s)


def _that_end(ends_s: Sequence[float]) -> dict[str, tuple[tuple[float, str], ...]]:
    return {
        str(UUID(int=number)): ((0.0, "STARTED"), (end_s, "PASSED")) for number, end_s in enumerate(ends_s, 1)
    }


def _last_end_s(world: World) -> float:
    return max(timeline[-1][0] for timeline in world.timelines.values())


def _late_s(world: World, *, poll_interval_s: float = 10) -> float:
    """Return how many seconds after the last session's end the wait ends; check endings and budget."""
    watched = world.wait(poll_interval_s=poll_interval_s)
    assert {each.ending for each in watched} == {Ending.FINISHED}
    assert world.most_requests_in_a_minute() <= 300
    return world.clock.elapsed_s() - _last_end_s(world)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "spread_s",
    SPREADS if IS_EXHAUSTIVE else SPREADS[:2],
    ids=lambda spread: f"{spread[0]:.0f} to {spread[1]:.0f} s",
)
@pytest.mark.parametrize(("how_many", "late_s"), LATE_S.items())
def test_the_end_of_the_last_session_is_noticed_soon(
    how_many: int, late_s: float, spread_s: tuple[float, float]
) -> None:
    late = [_late_s(_world(how_many, spread_s, seed)) for seed in SEEDS]
    assert max(late) <= late_s, late


@pytest.mark.parametrize("how_many", [299, 500])
def test_scattered_ends_of_many_sessions_are_noticed_at_once(how_many: int) -> None:
    assert _late_s(_world(how_many, (5, 600), seed=1)) <= 1


@pytest.mark.parametrize("how_many", [30, 100, 150])
def test_several_sessions_are_fetched_at_once_from_a_slow_api(how_many: int) -> None:
    """Each response takes 0.3 s, so fetching the sessions one by one would take too long."""
    late_s = _late_s(_world(how_many, (20, 21), seed=1, latency_s=0.3))
    assert late_s <= 0.3 * (how_many / MOST_AT_ONCE + 4)


@pytest.mark.parametrize("poll_interval_s", [1.5, 2.5, 10, 30])
@pytest.mark.parametrize("how_many", [1, 2, 7, 30])
def test_a_session_that_ends_during_a_pause_is_noticed_at_once(how_many: int, poll_interval_s: float) -> None:
    worlds = [_world(how_many, (5, 60), seed) for seed in range(10)]
    assert max(_late_s(world, poll_interval_s=poll_interval_s) for world in worlds) <= 0.1


@pytest.mark.parametrize("how_many", [1, 30, 100, 150])
def test_each_session_is_first_fetched_within_about_a_minute(how_many: int) -> None:
    world = _world(how_many, (200, 300), seed=1)
    world.wait()
    first_s: dict[str, float] = {}
    for at_s, event in world.events:
        if isinstance(event, Fetched):
            first_s.setdefault(event.session.id, at_s)
    shown_at_once = sum(at_s < 1 for at_s in first_s.values())
    assert shown_at_once >= min(how_many, 130)
    assert max(first_s.values()) <= 62


@pytest.mark.parametrize(("how_many", "within_s"), [(200, 125), (299, 310), (500, 440)])
def test_each_of_very_many_sessions_is_fetched_before_the_deadline(how_many: int, within_s: float) -> None:
    """Otherwise the gate's timeout could expire before a session has been read even once."""
    world = World({str(UUID(int=number)): ((0.0, "STARTED"),) for number in range(1, how_many + 1)})
    watched = world.wait(timeout_s=within_s)
    assert {each.ending for each in watched} == {Ending.TIMEOUT}


@pytest.mark.parametrize(("how_many", "most"), [(2, 20), (10, 80), (30, 190), (100, 260)])
def test_many_sessions_are_polled_less_often(how_many: int, most: int) -> None:
    world = _world(how_many, (400, 500), seed=1)
    world.wait()
    assert world.most_requests_in_a_minute() <= most


@pytest.mark.exhaustive
@examples(150)
@given(
    ends_s=st.lists(st.floats(0, 200), min_size=1, max_size=60),
    per_minute=st.integers(5, 120),
    poll_interval_s=st.floats(1, 60),
    lost_every=st.integers(2, 30),
    version=st.sampled_from(["", "v2"]),
)
def test_the_budget_is_never_exceeded_in_any_minute(
    ends_s: list[float], per_minute: int, poll_interval_s: float, lost_every: int, version: str
) -> None:
    world = World(_that_end(ends_s), fault=lambda *_: None if len(world.sent) % lost_every else "lost")
    world.wait(timeout_s=600, poll_interval_s=poll_interval_s, budget=Budget(per_minute), version=version)
    assert world.most_requests_in_a_minute() <= per_minute


def test_the_wait_never_pauses_for_zero_seconds() -> None:
    """Sessions that are waiting for the budget must not count as if they had used it."""
    waiting = [Candidate(fetch_at_s=at_s, is_read=True, failures=1) for at_s in (129.0, 134.0, 193.0, 195.0)]
    overdue = Candidate(fetch_at_s=131.0, failures=1)
    at = Circumstances(now_s=252.0, last_fetch_s=597.0, poll_interval_s=1.7, at_once=2, in_doubt=False)
    budget = Budget(per_minute=18)
    for spent_s in (192.0, 193.0, 194.0, 195.0):
        budget.spend(spent_s)
    step = next_step([*waiting, overdue], at, budget)
    assert not isinstance(step, Rest) or step.until_s > at.now_s


UNAVAILABLE = Response(503, {}, b"")


@pytest.mark.parametrize("fault", [UNAVAILABLE, "lost"], ids=["503", "connections lost"])
def test_a_failing_api_gets_only_one_request_at_a_time(fault: Fault) -> None:
    world = _world(100, (5, 30), seed=1)
    world.fault = lambda _, at_s: fault if at_s < 10 else None
    world.wait(jitter=random.Random(1).random)
    assert sum(at_s < 10 for at_s, _ in world.sent) <= 12
    assert world.clock.elapsed_s() - _last_end_s(world) <= 0.25
    assert len(world.told(TroubleBegan)) == len(world.told(TroubleEnded)) == 1


def test_sessions_that_end_during_trouble_are_noticed_within_one_poll_interval() -> None:
    for seed in range(8):
        world = _world(100, (5, 30), seed)
        world.fault = lambda _, at_s: UNAVAILABLE if 20 <= at_s < 30 else None
        world.wait(jitter=random.Random(seed).random)
        assert world.clock.elapsed_s() - 30 <= 10.5, "more than one poll interval after the trouble"


def test_an_unreadable_session_does_not_delay_the_others() -> None:
    world = _world(10, (5, 60), seed=1)
    broken = next(iter(world.timelines))
    world.fault = lambda request, _: UNAVAILABLE if broken in request.path else None
    watched = world.wait(timeout_s=300, jitter=lambda: 1.0)
    assert [each.ending for each in watched].count(Ending.FINISHED) == 9
    others_s = max(
        timeline[-1][0] for session_id, timeline in world.timelines.items() if session_id != broken
    )
    known_s = max(at_s for at_s, event in world.events if isinstance(event, Fetched))
    assert known_s - others_s <= 1


def test_many_invalid_documents_do_not_delay_a_valid_one() -> None:
    broken = {str(UUID(int=number)) for number in range(1, 100)}
    world = World(dict.fromkeys((*sorted(broken), str(UUID(int=100))), ((0.0, "PASSED"),)))
    world.fault = lambda request, _: (
        Response(200, {}, b"{}") if request.path.rpartition("/")[2] in broken else None
    )
    watched = world.wait(timeout_s=20, jitter=lambda: 1.0)
    assert watched[-1].ending is Ending.FINISHED
    (seen_s,) = (at_s for at_s, event in world.events if isinstance(event, Fetched))
    assert seen_s < 3


@pytest.mark.parametrize("others", [0, 20])
def test_an_id_that_does_not_exist_needs_few_requests(others: int) -> None:
    def asked(unknown: int) -> int:
        ended = {str(UUID(int=number)): ((0.0, "PASSED"),) for number in range(1, others + 1)}
        world = World(ended | {str(UUID(int=999 + number)): ((0.0, ""),) for number in range(unknown)})
        world.wait(version="", jitter=lambda: 0.0)
        return len(world.sent)

    assert asked(1) - asked(0) <= 10, "each attempt may send one request to v1 and one to v2"


def test_without_long_polls_the_last_end_is_noticed_within_one_poll_interval() -> None:
    def not_served(request: Request, _at_s: float) -> Fault:
        return Response(404, {}, b"") if "/completion" in request.path else None

    for seed in SEEDS:
        world = _world(100, (5, 60), seed)
        world.fault = not_served
        assert _late_s(world) <= 10.5
