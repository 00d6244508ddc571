"""Details are fetched a few at a time, within the budget and a time limit. Requests may fail."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from gate.checkly.budget import Budget
from gate.checkly.client import Checkly
from gate.checkly.http import Request, Response
from gate.checkly.results import DetailRef
from gate.config.settings import read_settings
from gate.domain.errors import Forbidden, OutOfTime, RequestFailed, Stopped, Transient, Unreachable
from gate.domain.exit_code import ExitCode
from gate.evaluation.judged import VerdictKind
from gate.explain import explain
from gate.pipeline import decide
from gate.policy.document import PolicyDocument
from gate.publish.console import Console
from gate.waiting import Context
from tests.polling.scripts import body_of
from tests.polling.world import SimulatedClock
from tests.samples import CHECK_ID, SESSION_ID, STARTED, result, session

WANTED = tuple(
    DetailRef(str(UUID(int=number)), f"/v1/check-results/{CHECK_ID}/{UUID(int=number)}")
    for number in range(10)
)
LATENCY_S = 0.2


@dataclass(slots=True)
class Explaining:
    """A stand-in for Checkly that returns details. `trouble` gets each request's number, from 0."""

    clock: SimulatedClock
    trouble: Callable[[int], Response | Unreachable | None] = lambda _: None
    asked: list[str] = field(default_factory=list)
    at_once: list[int] = field(default_factory=list)

    def send(self, request: Request, *, within_s: float) -> Response:
        raise AssertionError(f"{request} within {within_s} s was not sent by send_each")

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        assert within_s > 0
        self.clock.sleep_s(min(LATENCY_S, within_s))
        self.at_once.append(len(requests))
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Response | Unreachable:
        trouble = self.trouble(len(self.asked))
        self.asked.append(request.path)
        result_id = request.path.rpartition("/")[2]
        body = {"id": result_id, "apiCheckResult": {"requestError": f"no {result_id}"}}
        return trouble or Response(200, {}, json.dumps(body).encode())


def _explained(
    api: Explaining, *, within_s: float = 10, budget: Budget | None = None
) -> tuple[list[str], RequestFailed | Stopped | None]:
    """Return the IDs of the explained results, and the error that was raised, if any."""
    checkly = Checkly(api, api.clock, budget=budget or Budget())
    found = []
    try:
        for result_id, detail in explain(WANTED, checkly, until_s=api.clock.now_s() + within_s):
            assert detail.reasons == (f"no {result_id}",)
            found.append(result_id)
    except (RequestFailed, Stopped) as error:
        return found, error
    return found, None


def _ids(wanted: Sequence[DetailRef]) -> list[str]:
    return [asked.result_id for asked in wanted]


def test_details_are_fetched_four_at_a_time() -> None:
    api = Explaining(SimulatedClock())
    assert _explained(api) == (_ids(WANTED), None)
    assert api.at_once == [4, 4, 2]


def test_a_deleted_result_is_skipped_without_an_error() -> None:
    api = Explaining(SimulatedClock(), lambda number: Response(404, {}, b"{}") if number == 1 else None)
    assert _explained(api) == ([_ids(WANTED)[0], *_ids(WANTED)[2:]], None)


@pytest.mark.parametrize(
    "trouble", [Response(502, {}, b""), Response(200, {}, b"<html>"), Unreachable("reset")]
)
def test_a_transient_error_is_retried_once(trouble: Response | Unreachable) -> None:
    passes = Explaining(SimulatedClock(), lambda number: trouble if number == 1 else None)
    found, error = _explained(passes)
    assert (sorted(found), error) == (_ids(WANTED), None)
    assert passes.clock.elapsed_s() == pytest.approx(4 * LATENCY_S + 0.5), "the retry must come after a pause"
    stays = Explaining(SimulatedClock(), lambda number: trouble if number in (1, 10) else None)
    found, error = _explained(stays)
    assert len(found) == 9
    assert error is not None
    assert len(stays.asked) == 11


@pytest.mark.parametrize(("status", "kind"), [(403, Forbidden), (429, Transient)])
def test_an_error_that_a_retry_would_not_fix_ends_the_requests(status: int, kind: type[Exception]) -> None:
    api = Explaining(SimulatedClock(), lambda number: Response(status, {}, b"") if number >= 2 else None)
    found, error = _explained(api)
    assert (found, type(error)) == (_ids(WANTED[:2]), kind)
    assert len(api.asked) == 4


def test_requests_for_details_end_at_their_time_limit() -> None:
    api = Explaining(SimulatedClock(), lambda _: Unreachable("reset"))
    found, error = _explained(api, within_s=0.5)
    assert (found, type(error)) == ([], OutOfTime)
    assert api.clock.elapsed_s() <= 0.5


class Silent:
    """A Checkly that returns a failed session, but does not respond to requests for its details."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock

    def send(self, request: Request, *, within_s: float) -> Response:
        assert within_s > 0
        assert CHECK_ID not in request.path
        return Response(200, {}, body_of(session("FAILED", result("a", "failed"))))

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        if not any(CHECK_ID in request.path for request in requests):
            return [self.send(request, within_s=within_s) for request in requests]
        self.clock.sleep_s(within_s)
        return [Unreachable("no answer")] * len(requests)


@pytest.mark.parametrize(("timeout", "waited_s"), [("20m", 10), ("4s", 4)])
def test_reasons_take_at_most_ten_seconds_and_end_at_the_timeout(timeout: str, waited_s: float) -> None:
    clock, log = SimulatedClock(), io.StringIO()
    console = Console(log, {})
    given = {"session-id": SESSION_ID, "api-key": "cu_key", "timeout": timeout}
    report = decide(
        read_settings([f"--{name}={value}" for name, value in given.items()], {}),
        PolicyDocument(),
        Silent(clock),
        Context(clock, lambda: 0.5, lambda: STARTED, console.line, console.state),
    )
    assert report.verdict.kind is VerdictKind.FAIL
    assert report.waited_s == pytest.approx(waited_s)
    assert "could not fetch the reasons for 1 result:" in log.getvalue()


def test_requests_for_details_stay_within_the_budget() -> None:
    clock = SimulatedClock()
    budget = Budget(per_minute=6)
    found, error = _explained(Explaining(clock), budget=budget)
    assert (len(found), type(error), budget.spent) == (4, OutOfTime, 6)


def test_details_that_were_read_before_a_signal_are_kept() -> None:
    found, error = _explained(Explaining(SimulatedClock(signal_at_s=LATENCY_S * 1.5)))
    assert len(found) == 4
    assert isinstance(error, Stopped)
    assert error.exit_code is ExitCode.SIGTERM
