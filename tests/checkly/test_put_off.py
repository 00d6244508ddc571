"""A request that was put off while large responses arrived is sent again at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from gate.checkly.client import Checkly
from gate.checkly.http import Request, Response
from gate.domain.errors import OutOfTime, PutOff, Unreachable
from gate.domain.session import Session, SessionKind, SessionRef
from tests.faults.bodies import WHOLE
from tests.polling.world import SimulatedClock
from tests.samples import SESSION_ID

REFS = tuple(SessionRef(SESSION_ID[:-1] + digit, SessionKind.CHECK) for digit in "0123")


@dataclass(slots=True)
class _Crowded:
    """A transport with room for a limited number of responses per call. Each call takes up to a second."""

    room: int
    clock: SimulatedClock
    sent: list[int] = field(default_factory=list)

    def send(self, request: Request, *, within_s: float) -> Response:
        raise AssertionError(f"{request}, {within_s} s: sessions must be fetched with send_each()")

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        self.clock.sleep_s(min(within_s, 1))
        self.sent.append(len(requests))
        documents = [WHOLE.replace(SESSION_ID.encode(), request.path[-36:].encode()) for request in requests]
        return [
            Response(200, {}, document) if number < self.room else PutOff("put off")
            for number, document in enumerate(documents)
        ]


def _fetch(room: int, until_s: Callable[[SimulatedClock], float]) -> tuple[list[object], list[int]]:
    clock = SimulatedClock()
    transport = _Crowded(room, clock)
    found = Checkly(transport, clock).fetch_each(REFS, until_s=until_s(clock))
    return list(found), transport.sent


def test_requests_that_were_put_off_are_sent_again_in_the_same_call() -> None:
    found, sent = _fetch(2, lambda clock: clock.now_s() + 60)
    assert [each.id for each in found if isinstance(each, Session)] == [ref.id for ref in REFS]
    assert sent == [4, 2]


def test_fetched_sessions_are_kept_if_there_is_no_time_for_the_rest() -> None:
    found, sent = _fetch(1, lambda clock: clock.now_s() + 1.5)
    assert [type(each) for each in found] == [Session, Session, PutOff, PutOff]
    assert sent == [4, 3]


def test_a_call_without_time_for_a_request_raises_an_error() -> None:
    with pytest.raises(OutOfTime):
        _fetch(1, lambda clock: clock.now_s())
