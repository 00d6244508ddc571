"""Polling when the network or the API fails, or when a session is unknown."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.checkly.http import Request, Response
from gate.domain import errors
from gate.polling.events import TroubleBegan, TroubleEnded
from gate.polling.result import Ending
from gate.polling.tracker import GRACE_FOR_404_S
from tests.polling.world import FINISHED, LATENCY_S, Fault, SimulatedClock, World, document, one_session
from tests.samples import SESSION_ID

TRANSIENT: dict[str, Fault] = {
    "connection reset": "lost",
    "black hole": "hangs",
    "408": Response(408, {}, b""),
    "425": Response(425, {}, b""),
    "429": Response(429, {}, b'{"statusCode": 429}'),
    "429 with Retry-After": Response(429, {"retry-after": "20"}, b""),
    "500": Response(500, {}, b'"oops"'),
    "502 from the edge": Response(502, {}, b"<html>502</html>"),
    "503 with a date": Response(
        503, {"retry-after": "Thu, 15 Jan 2026 09:00:30 GMT", "date": "Thu, 15 Jan 2026 09:00:00 GMT"}, b""
    ),
    "504": Response(504, {}, b""),
    "520 from a proxy": Response(520, {}, b""),
    "200 with HTML": Response(200, {}, b"<html>sign in</html>"),
    "200 without a body": Response(200, {}, b""),
    "200 with a list": Response(200, {}, b"[]"),
    "200 with half a document": Response(200, {}, b'{"checkSessionId": "8166'),
    "200 with another session's document": document("PASSED", "00000000-0000-0000-0000-000000000000"),
    "204": Response(204, {}, b""),
}
FINAL: dict[int, type[errors.Final]] = {
    400: errors.BadRequest,
    401: errors.CredentialsRejected,
    402: errors.PaymentRequired,
    403: errors.Forbidden,
    301: errors.Redirected,
    302: errors.Redirected,
    307: errors.Redirected,
    418: errors.BadRequest,
}


def test_a_wait_of_two_hours_survives_every_transient_fault() -> None:
    """Cause a fault in the last three minutes of every six; the session ends after 122 minutes."""
    faults = list(TRANSIENT.values())

    def fault(_request: Request, at_s: float) -> Fault:
        number, into_s = divmod(at_s, 360)
        return faults[int(number) % len(faults)] if into_s >= 180 else None

    end_s = 7320.0
    world = World(one_session((0, "STARTED"), (60, "PROGRESS"), (end_s, "PASSED")), fault=fault)
    (watched,) = world.wait(timeout_s=3 * 3600, jitter=random.Random(1).random)
    assert watched.ending is Ending.FINISHED
    assert world.clock.elapsed_s() == pytest.approx(end_s, abs=15)
    assert len(world.told(TroubleBegan)) == len(world.told(TroubleEnded)) == int(end_s // 360)
    assert world.most_requests_in_a_minute() <= 60


def test_the_two_hours_contain_every_transient_fault() -> None:
    assert len(TRANSIENT) <= 7320 // 360


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_a_transient_fault_is_reported_once_when_it_begins_and_once_when_it_ends(fault: Fault) -> None:
    world = World(
        one_session((0, "STARTED"), (200, "PASSED")),
        fault=lambda _, at_s: fault if 40 <= at_s < 120 else None,
    )
    (watched,) = world.wait()
    assert watched.ending is Ending.FINISHED
    assert len(world.told(TroubleBegan)) == 1
    assert len(world.told(TroubleEnded)) == 1


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_a_fault_that_lasts_until_the_deadline_makes_the_result_inconclusive(fault: Fault) -> None:
    world = World(
        one_session((0, "STARTED"), (200, "PASSED")), fault=lambda _, at_s: fault if at_s >= 40 else None
    )
    (watched,) = world.wait(timeout_s=240)
    assert watched.ending is Ending.INCONCLUSIVE
    assert isinstance(watched.error, errors.Transient)
    assert world.clock.elapsed_s() <= 240


@pytest.mark.parametrize(("status", "kind"), FINAL.items())
def test_a_final_error_ends_the_wait_at_once(status: int, kind: type[errors.Final]) -> None:
    reply = Response(status, {"location": "https://elsewhere.example/login"}, b"")
    world = World(one_session((0, "STARTED")), fault=lambda _, at_s: reply if at_s >= 25 else None)
    (watched,) = world.wait()
    assert watched.ending is Ending.INCONCLUSIVE
    assert type(watched.error) is kind
    assert watched.error.status == status
    assert world.clock.elapsed_s() <= 32


def test_a_refused_key_ends_the_wait_for_all_sessions_with_one_request() -> None:
    timelines = {f"00000000-0000-0000-0000-{number:012}": ((0.0, "STARTED"),) for number in range(50)}
    world = World(timelines, fault=lambda *_: Response(401, {}, b'{"message": "Bad Token"}'))
    watched = world.wait()
    assert {type(each.error) for each in watched} == {errors.CredentialsRejected}
    assert len(world.sent) == 1


@pytest.mark.parametrize("readable_after_s", [0.4, 3, 9.5])
def test_an_unknown_session_is_found_within_the_grace_period(readable_after_s: float) -> None:
    world = World(one_session((0, ""), (readable_after_s, "STARTED"), (60, "PASSED")))
    (watched,) = world.wait()
    assert watched.ending is Ending.FINISHED


@pytest.mark.parametrize("jitter", [lambda: 0.0, lambda: 0.5, lambda: 1.0], ids=["least", "mean", "most"])
def test_a_session_that_stays_unknown_causes_an_error_after_the_grace_period(
    jitter: Callable[[], float],
) -> None:
    world = World(one_session((0, "")))
    (watched,) = world.wait(jitter=jitter)
    assert watched.ending is Ending.INCONCLUSIVE
    assert isinstance(watched.error, errors.NoSuchSession)
    assert "No check session has this ID" in watched.error.sentence
    assert "account" in watched.error.sentence
    assert 10 <= world.clock.elapsed_s() <= 11, "the documented grace period is 10 s"
    assert not world.told(TroubleEnded)


def test_an_unknown_session_does_not_delay_the_others() -> None:
    timelines = one_session((0, "")) | {
        "00000000-0000-0000-0000-000000000001": ((0, "STARTED"), (3, "PASSED"))
    }
    world = World(timelines)
    unknown, passed = world.wait()
    assert (unknown.ending, passed.ending) == (Ending.INCONCLUSIVE, Ending.FINISHED)
    assert world.clock.elapsed_s() <= GRACE_FOR_404_S + 2


@pytest.mark.parametrize("asked_s", [5, 60])
def test_retry_after_is_honoured(asked_s: int) -> None:
    world = World(
        one_session((0, "STARTED"), (300, "PASSED")),
        fault=lambda _, at_s: Response(429, {"retry-after": str(asked_s)}, b"") if at_s < 1 else None,
    )
    world.wait()
    first, second = (at_s for at_s, _ in world.sent[:2])
    assert second - first >= asked_s


@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_retry_after_on_a_long_poll_delays_every_request(status: int) -> None:
    def refused(request: Request, at_s: float) -> Response | None:
        early = "/completion" in request.path and at_s < 5
        return Response(status, {"retry-after": "45"}, b"") if early else None

    world = World(one_session((0, "STARTED"), (300, "PASSED")), fault=refused)
    world.wait()
    (_, _), (refused_at_s, path), (next_at_s, _) = world.sent[:3]
    assert "/completion" in path
    assert next_at_s - refused_at_s >= 45


def test_a_retry_after_of_an_hour_leaves_time_for_the_last_fetch() -> None:
    world = World(
        one_session((0, "STARTED"), (100, "PASSED")),
        fault=lambda _, at_s: Response(503, {"retry-after": "3600"}, b"") if at_s < 50 else None,
    )
    (watched,) = world.wait(timeout_s=120)
    assert watched.ending is Ending.FINISHED
    assert 100 <= world.clock.elapsed_s() <= 120


@pytest.mark.parametrize("hanging", ["/check-sessions/", "/completion"], ids=["every call", "long polls"])
def test_a_request_without_a_response_leaves_time_for_the_last_fetch(hanging: str) -> None:
    world = World(
        one_session((0, "STARTED"), (100, "PASSED")),
        fault=lambda request, at_s: "hangs" if 80 <= at_s < 116.5 and hanging in request.path else None,
    )
    (watched,) = world.wait(timeout_s=120)
    assert watched.ending is Ending.FINISHED
    assert world.clock.elapsed_s() <= 120


@pytest.mark.parametrize("hangs_from_s", [56.5, 58], ids=["before the last fetch", "the last fetch"])
def test_the_last_error_before_an_aborted_request_is_reported(hangs_from_s: float) -> None:
    world = World(
        one_session((0, "STARTED")),
        fault=lambda _, at_s: "hangs" if at_s >= hangs_from_s else Response(503, {}, b""),
    )
    (watched,) = world.wait(timeout_s=60, jitter=lambda: 0.01)
    assert world.sent[-1][0] >= hangs_from_s, "the last request must be one that hangs"
    assert isinstance(watched.error, errors.Transient)
    assert watched.error.status == 503


@pytest.mark.parametrize("latency_s", [2.0, 8.0, 20.0])
def test_a_running_session_behind_a_slow_network_leads_to_a_timeout(latency_s: float) -> None:
    world = World(
        one_session((0, "STARTED")),
        fault=lambda _, at_s: "hangs" if at_s + latency_s > 60 else None,
        latency_s=latency_s,
        served=("v2",),
    )
    (watched,) = world.wait(timeout_s=60)
    assert watched.ending is Ending.TIMEOUT


def test_a_network_that_fails_before_the_deadline_makes_the_result_inconclusive() -> None:
    world = World(one_session((0, "STARTED")), fault=lambda _, at_s: "hangs" if at_s > 1 else None)
    (watched,) = world.wait(timeout_s=120)
    assert watched.ending is Ending.INCONCLUSIVE
    assert isinstance(watched.error, errors.Unreachable)


def test_the_back_off_grows_up_to_fifteen_seconds() -> None:
    world = World(one_session((0, "STARTED")), fault=lambda *_: Response(500, {}, b""))
    world.wait(timeout_s=300, jitter=lambda: 1.0)
    times = [at_s for at_s, _ in world.sent]
    pauses = [later - earlier - LATENCY_S for earlier, later in pairwise(times)]
    assert pauses[:6] == pytest.approx([0.5, 1, 2, 4, 8, 15])
    assert max(pauses) <= 15.001


_ANSWERS = st.sampled_from(
    [
        None,
        *TRANSIENT.values(),
        *(Response(status, {"location": "x"}, b"") for status in FINAL),
        Response(404, {}, b""),
    ]
)
_STATUSES = st.sampled_from(["STARTED", "PROGRESS", "PROGRESS_FAILED", "THINKING", *FINISHED])


@given(
    faults=st.lists(_ANSWERS, max_size=40),
    timeline=st.lists(st.tuples(st.floats(0, 400), _STATUSES), max_size=5),
    timeout_s=st.floats(1, 400),
    poll_interval_s=st.floats(1, 100),
    signal_at_s=st.none() | st.floats(0, 400),
    seed=st.integers(0, 1000),
)
def test_only_a_terminal_status_from_checkly_finishes_a_session(
    faults: list[Fault],
    timeline: list[tuple[float, str]],
    timeout_s: float,
    poll_interval_s: float,
    signal_at_s: float | None,
    seed: int,
) -> None:
    queue = iter(faults)
    world = World(
        one_session((0, "STARTED"), *sorted(timeline)),
        clock=SimulatedClock(signal_at_s),
        fault=lambda *_: next(queue, None),
    )
    (watched,) = world.wait(
        timeout_s=timeout_s, poll_interval_s=poll_interval_s, jitter=random.Random(seed).random
    )
    assert world.clock.elapsed_s() <= timeout_s + 0.001, "the wait must end at the deadline"
    assert world.most_requests_in_a_minute() <= 300
    if watched.ending is Ending.FINISHED:
        assert watched.session is not None
        assert watched.session.status == world.last_document[SESSION_ID] in FINISHED
        assert watched.error is None
    else:
        assert watched.error is not None
