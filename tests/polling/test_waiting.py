"""Polling while fetches succeed: how soon the end of a session is noticed, and which requests are needed."""

from __future__ import annotations

from uuid import UUID

import pytest

from gate.checkly.http import Request, Response
from gate.domain.errors import GateTimeout, InvalidResponse, Stopped
from gate.domain.exit_code import ExitCode
from gate.polling.events import Fetched, Noticed
from gate.polling.result import Ending
from tests.polling.world import LATENCY_S, Fault, SimulatedClock, World, one_session
from tests.samples import SESSION_ID


def test_a_session_that_has_ended_needs_one_request() -> None:
    world = World(one_session((0, "PASSED")))
    (watched,) = world.wait()
    assert watched.ending is Ending.FINISHED
    assert [path for _, path in world.sent] == [f"/v2/check-sessions/{SESSION_ID}"]


@pytest.mark.parametrize("status", ["PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED"])
@pytest.mark.parametrize("before", ["STARTED", "PROGRESS", "PROGRESS_FAILED", "PROGRESS_DEGRADED"])
def test_every_terminal_status_ends_the_wait_and_no_other_does(before: str, status: str) -> None:
    world = World(one_session((0, before), (42.5, status)))
    (watched,) = world.wait()
    assert watched.ending is Ending.FINISHED
    assert watched.session is not None
    assert watched.session.status == status
    assert world.clock.elapsed_s() == pytest.approx(42.5, abs=2 * LATENCY_S)


def test_with_long_polls_the_end_is_noticed_at_once_at_any_poll_interval() -> None:
    world = World(one_session((0, "STARTED"), (47, "PASSED")))
    world.wait(poll_interval_s=120)
    assert world.clock.elapsed_s() == pytest.approx(47, abs=2 * LATENCY_S)


def _without_completion(request: Request, _at_s: float) -> Fault:
    return Response(404, {}, b"no such path") if "/completion" in request.path else None


def test_without_long_polls_the_end_is_noticed_at_the_next_fetch() -> None:
    world = World(one_session((0, "STARTED"), (47, "PASSED")), fault=_without_completion)
    (watched,) = world.wait(poll_interval_s=10)
    assert watched.ending is Ending.FINISHED
    assert 47 <= world.clock.elapsed_s() <= 47 + 10 + 2 * LATENCY_S
    assert sum("/completion" in path for _, path in world.sent) == 1


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Response(404, {}, b""), 1),
        (Response(405, {}, b""), 1),
        (Response(501, {}, b""), 1),
        ("lost", 2),
        ("hangs", 2),
    ],
    ids=["404", "405", "501", "lost twice", "hangs twice"],
)
def test_long_polls_stop_if_the_completion_endpoint_is_not_available(fault: Fault, asked: int) -> None:
    world = World(
        one_session((0, "STARTED"), (300, "PASSED")),
        fault=lambda request, _: fault if "/completion" in request.path else None,
    )
    (watched,) = world.wait()
    assert watched.ending is Ending.FINISHED
    assert sum("/completion" in path for _, path in world.sent) == asked


def test_long_polls_continue_if_they_fail_only_now_and_then() -> None:
    faults = iter(["lost", None, "lost", None, "lost", None])
    world = World(
        one_session((0, "STARTED"), (37, "PASSED")),
        fault=lambda request, _: next(faults) if "/completion" in request.path else None,
    )
    world.wait()
    assert world.clock.elapsed_s() == pytest.approx(37, abs=2 * LATENCY_S)


@pytest.mark.parametrize(("poll_interval_s", "most"), [(10, 13), (30, 4)])
def test_waiting_for_one_session_needs_few_requests(poll_interval_s: float, most: int) -> None:
    world = World(one_session((0, "STARTED"), (1000, "PASSED")))
    world.wait(poll_interval_s=poll_interval_s)
    assert world.most_requests_in_a_minute() <= most


@pytest.mark.parametrize(
    "early",
    [
        Response(408, {}, b"<html>"),
        Response(408, {"retry-after": "1"}, b""),
        Response(502, {}, b""),
        Response(429, {}, b""),
    ],
    ids=["408 from a proxy", "408 with Retry-After", "502", "429"],
)
def test_long_polls_that_return_too_early_do_not_cause_a_busy_loop(early: Response) -> None:
    world = World(
        one_session((0, "STARTED"), (300, "PASSED")),
        fault=lambda request, _: early if "/completion" in request.path else None,
    )
    (watched,) = world.wait()
    assert watched.ending is Ending.FINISHED
    assert world.most_requests_in_a_minute() <= 13


def test_every_fetch_causes_an_event_that_contains_the_session() -> None:
    world = World(one_session((0, "STARTED"), (5, "PROGRESS"), (25, "PASSED")))
    world.wait()
    statuses = [event.session.status for event in world.told(Fetched) if isinstance(event, Fetched)]
    assert statuses == ["STARTED", "PROGRESS", "PROGRESS", "PASSED"]


def test_the_error_for_the_gates_own_timeout_contains_the_last_status() -> None:
    world = World(one_session((0, "STARTED"), (20, "PROGRESS_DEGRADED")))
    (watched,) = world.wait(timeout_s=60)
    assert watched.ending is Ending.TIMEOUT
    assert isinstance(watched.error, GateTimeout)
    assert "1m" in str(watched.error)
    assert "PROGRESS_DEGRADED" in str(watched.error)
    assert world.clock.elapsed_s() <= 60


@pytest.mark.parametrize("completion", [True, False])
def test_one_last_fetch_at_the_deadline_decides(completion: bool) -> None:
    """With a poll interval of 40 s, the next regular fetch would be 20 s after the deadline."""
    world = World(
        one_session((0, "STARTED"), (56, "PASSED")),
        fault=(lambda *_: None) if completion else _without_completion,
    )
    (watched,) = world.wait(timeout_s=60, poll_interval_s=40)
    assert watched.ending is Ending.FINISHED
    assert world.clock.elapsed_s() <= 60


@pytest.mark.parametrize("completion", [True, False], ids=["long poll", "plain fetch"])
@pytest.mark.parametrize(("ends_s", "ending"), [(59.2, Ending.FINISHED), (60.5, Ending.TIMEOUT)])
def test_a_session_that_ends_in_the_last_second_is_finished(
    completion: bool, ends_s: float, ending: Ending
) -> None:
    world = World(
        one_session((0, "STARTED"), (ends_s, "PASSED")),
        fault=(lambda *_: None) if completion else _without_completion,
    )
    (watched,) = world.wait(timeout_s=60)
    assert watched.ending is ending
    assert world.clock.elapsed_s() <= 60


def test_a_long_poll_that_hangs_leaves_time_for_the_last_fetch() -> None:
    world = World(
        one_session((0, "STARTED"), (55, "PASSED")),
        fault=lambda request, _: "hangs" if "/completion" in request.path else None,
    )
    (watched,) = world.wait(timeout_s=60, poll_interval_s=50)
    assert watched.ending is Ending.FINISHED


def test_an_unknown_status_is_reported_once_and_polling_continues() -> None:
    world = World(one_session((0, "STARTED"), (15, "THINKING"), (95, "PASSED")))
    (watched,) = world.wait()
    assert watched.ending is Ending.FINISHED
    assert [event.text for event in world.told(Noticed) if isinstance(event, Noticed)] == [
        "Checkly reports the unknown status THINKING; still waiting"
    ]


def test_an_unknown_status_at_the_deadline_makes_the_result_inconclusive() -> None:
    world = World(one_session((0, "THINKING")))
    (watched,) = world.wait(timeout_s=30)
    assert watched.ending is Ending.INCONCLUSIVE
    assert isinstance(watched.error, InvalidResponse)
    assert "THINKING" in str(watched.error)


def test_a_signal_ends_the_wait_with_the_last_document() -> None:
    world = World(one_session((0, "STARTED"), (300, "PASSED")), clock=SimulatedClock(signal_at_s=33))
    (watched,) = world.wait()
    assert watched.ending is Ending.STOPPED
    assert isinstance(watched.error, Stopped)
    assert watched.error.exit_code is ExitCode.SIGTERM
    assert watched.session is not None
    assert watched.session.status == "STARTED"
    assert world.clock.elapsed_s() == pytest.approx(33)


def test_a_session_that_ended_before_a_signal_stays_finished() -> None:
    timelines = one_session((0, "STARTED"), (300, "PASSED")) | {str(UUID(int=1)): ((0, "FAILED"),)}
    watched = World(timelines, clock=SimulatedClock(signal_at_s=33)).wait()
    assert [each.ending for each in watched] == [Ending.STOPPED, Ending.FINISHED]


@pytest.mark.parametrize(
    ("served", "version", "asked"),
    [
        (("v1", "v2"), "", ["v1"]),
        (("v2",), "", ["v1", "v2"]),
        (("v1", "v2"), "v2", ["v2"]),
        (("v1", "v2"), "v1", ["v1"]),
    ],
    ids=["auto begins with v1", "auto moves to v2", "v2 only", "v1 only"],
)
def test_the_api_version_determines_the_requests(
    served: tuple[str, ...], version: str, asked: list[str]
) -> None:
    world = World(one_session((0, "PASSED")), served=served)
    (watched,) = world.wait(version=version)
    assert watched.ending is Ending.FINISHED
    assert [path.split("/")[1] for _, path in world.sent] == asked


@pytest.mark.parametrize("status", [404, 405, 410])
def test_v1_is_not_requested_again_if_only_v2_has_the_session(status: int) -> None:
    world = World(
        one_session((0, "STARTED"), (60, "PASSED")),
        fault=lambda request, _: Response(status, {}, b"") if request.path.startswith("/v1/") else None,
    )
    (watched,) = world.wait(version="")
    assert watched.ending is Ending.FINISHED
    assert sum(path.startswith("/v1/") for _, path in world.sent) == 1


def test_five_hundred_sessions_share_one_budget_and_every_end_is_noticed() -> None:
    timelines = {str(UUID(int=number)): ((0.0, "STARTED"), (number * 0.5, "PASSED")) for number in range(500)}
    world = World(timelines)
    watched = world.wait(timeout_s=1800)
    assert {each.ending for each in watched} == {Ending.FINISHED}
    assert world.most_requests_in_a_minute() <= 300
    assert world.clock.elapsed_s() <= 400
