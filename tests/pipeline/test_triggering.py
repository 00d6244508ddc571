"""A trigger call that may have arrived is never repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from gate.checkly.client import Checkly
from gate.checkly.http import Request, Response
from gate.checkly.trigger_call import send_trigger
from gate.checkly.triggers import trigger_request
from gate.domain import errors, trigger_errors
from tests.polling.world import SimulatedClock
from tests.samples import SESSION_ID

STARTED = Response(201, {}, json.dumps({"sessions": [{"checkSessionId": SESSION_ID}]}).encode())
BUSY = Response(429, {"retry-after": "20"}, b"")


class Answering:
    """A transport that returns one response after another."""

    def __init__(self, *answers: Response | errors.Unreachable) -> None:
        self._answers: Iterator[Response | errors.Unreachable] = iter(answers)
        self.sent = 0
        self.bounds_s: list[float] = []
        self.told: list[str] = []

    def send(self, request: Request, *, within_s: float) -> Response:
        assert request.method == "POST"
        assert within_s > 0
        self.sent += 1
        self.bounds_s.append(within_s)
        answer = next(self._answers)
        if isinstance(answer, errors.Unreachable):
            raise answer
        return answer

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response]:
        return [self.send(request, within_s=within_s) for request in requests]


def _trigger(transport: Answering, clock: SimulatedClock) -> tuple[str, ...]:
    checkly = Checkly(transport, clock)
    request = trigger_request((), (("production",),), refresh_cache=False)
    started = send_trigger(request, checkly, until_s=clock.now_s() + 60, log=transport.told.append)
    return tuple(each.session_id for each in started)


def test_a_call_refused_with_429_is_repeated_when_retry_after_allows_it() -> None:
    transport, clock = Answering(BUSY, Response(429, {}, b""), STARTED), SimulatedClock()
    assert _trigger(transport, clock) == (SESSION_ID,)
    assert (transport.sent, clock.elapsed_s()) == (3, 25)
    (told,) = transport.told
    assert "rate limit" in told


@pytest.mark.parametrize(
    "answer",
    [
        errors.Unreachable("connection reset"),
        Response(500, {}, b""),
        Response(502, {"retry-after": "1"}, b""),
        Response(503, {"retry-after": "1"}, b""),
        Response(408, {}, b""),
        Response(201, {}, b'{"sessions": [{'),
        Response(204, {}, b""),
    ],
    ids=["lost", "500", "502", "503", "408", "half a response", "204"],
)
def test_a_call_that_may_have_arrived_is_not_repeated(answer: Response | errors.Unreachable) -> None:
    transport = Answering(answer)
    with pytest.raises(trigger_errors.TriggerLost) as caught:
        _trigger(transport, SimulatedClock())
    assert transport.sent == 1
    assert "run this job again" in caught.value.sentence


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 302])
def test_a_final_error_is_not_retried(status: int) -> None:
    transport = Answering(Response(status, {}, b""))
    with pytest.raises(errors.Final):
        _trigger(transport, SimulatedClock())
    assert transport.sent == 1


def test_429_until_the_deadline_is_reported_as_a_call_that_started_nothing() -> None:
    transport, clock = Answering(*[BUSY] * 9), SimulatedClock()
    with pytest.raises(trigger_errors.NotTriggered) as caught:
        _trigger(transport, clock)
    assert clock.elapsed_s() <= 60
    assert "rate limit" in caught.value.sentence
    assert "The call started nothing" in caught.value.sentence


def test_a_failed_connection_is_retried() -> None:
    refused = errors.NeverConnected("connection refused")
    transport, clock = Answering(*[refused] * 4, STARTED), SimulatedClock()
    assert _trigger(transport, clock) == (SESSION_ID,)
    assert (transport.sent, clock.elapsed_s()) == (5, 0.5 + 1 + 2 + 4)
    assert len(transport.told) == 1
    with pytest.raises(trigger_errors.NotTriggered, match="connection refused"):
        _trigger(Answering(*[refused] * 99), clock)


def test_the_call_may_take_all_the_remaining_time() -> None:
    transport = Answering(STARTED)
    _trigger(transport, SimulatedClock())
    assert transport.bounds_s == [60]


@pytest.mark.parametrize(("given", "asked"), [("", "v2"), ("v1", "v1")], ids=["auto", "v1"])
def test_sessions_are_fetched_with_the_version_that_started_them(given: str, asked: str) -> None:
    transport = Answering(STARTED)
    checkly = Checkly(transport, SimulatedClock(), given)
    request = trigger_request((), (("production",),), refresh_cache=False)
    send_trigger(request, checkly, until_s=checkly.clock.now_s() + 60, log=transport.told.append)
    assert checkly.version == asked
