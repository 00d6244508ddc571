"""A bare ID is looked up as a check session in each API version, and then as a test session."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from gate.checkly.client import Checkly
from gate.checkly.http import Request, Response
from gate.domain import errors
from gate.domain.session import Session, SessionKind, SessionRef
from tests.checkly.test_test_sessions import ID, document
from tests.polling.world import SimulatedClock

ORDER = (f"/v1/check-sessions/{ID}", f"/v2/check-sessions/{ID}", f"/v1/test-sessions/{ID}")


@dataclass(slots=True)
class _Answering:
    """A transport that returns one status for each path of `ORDER`."""

    statuses: tuple[int, ...]
    paths: list[str] = field(default_factory=list)

    def send(self, request: Request, *, within_s: float) -> Response:
        raise AssertionError(f"{request}, {within_s} s: sessions must be fetched with send_each()")

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response]:
        assert within_s > 0
        self.paths += [request.path for request in requests]
        body = json.dumps(document()).encode()
        return [Response(self.statuses[ORDER.index(request.path)], {}, body) for request in requests]


LOOKUPS: dict[str, tuple[tuple[int, ...], type[errors.RequestFailed | Session]]] = {
    "a test session": ((404, 404, 200), Session),
    "no such session": ((404, 404, 404), errors.NoSuchSession),
    "no version of the API is served": ((410, 410, 410), errors.NotServed),
    "no served version of the API has the session": ((410, 404, 410), errors.NoSuchSession),
    "the key may not read test sessions": ((404, 404, 403), errors.NoSuchSession),
    "the key may read only test sessions": ((403,), errors.Forbidden),
    "the key is wrong": ((401,), errors.CredentialsRejected),
    "an outage during the lookup": ((404, 503), errors.Transient),
}


@pytest.mark.parametrize(("statuses", "result"), LOOKUPS.values(), ids=LOOKUPS.keys())
def test_the_lookup_ends_at_the_first_conclusive_response(
    statuses: tuple[int, ...], result: type[errors.RequestFailed | Session]
) -> None:
    transport, clock = _Answering(statuses), SimulatedClock()
    (found,) = Checkly(transport, clock).fetch_each([SessionRef(ID)], until_s=clock.now_s() + 9)
    assert type(found) is result
    assert transport.paths == list(ORDER[: len(statuses)])


ADVICE = {
    "an ID": (None, "No check session and no test session has this ID."),
    "a link to a check session": (SessionKind.CHECK, "No check session has this ID."),
    "a link to a test session": (SessionKind.TEST, "No test session has this ID."),
}


@pytest.mark.parametrize(("kind", "says"), ADVICE.values(), ids=ADVICE.keys())
def test_the_advice_names_the_kinds_of_session_that_were_looked_up(
    kind: SessionKind | None, says: str
) -> None:
    clock = SimulatedClock()
    checkly = Checkly(_Answering((404, 404, 404)), clock)
    (found,) = checkly.fetch_each([SessionRef(ID, kind)], until_s=clock.now_s() + 9)
    assert isinstance(found, errors.NoSuchSession)
    assert says in found.sentence
    assert ("the ID of a check" in found.sentence) == (kind is not SessionKind.TEST)
    assert "account-id" in found.sentence
