"""Limits and failures of the requests for error groups and private locations."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from gate.background import MOST_GROUPS, absences, error_groups, with_background
from gate.checkly.budget import Budget
from gate.checkly.client import Checkly
from gate.checkly.http import Request, Response
from gate.config.settings import read_settings
from gate.domain.detail import Detail
from gate.domain.errors import OutOfTime, RequestFailed, Stopped, Unreachable
from gate.domain.session import Result
from gate.evaluation.judged import JudgedSession, VerdictKind
from gate.evaluation.verdict import judge
from gate.pipeline import decide
from gate.policy.document import PolicyDocument
from gate.policy.effective import Policy
from gate.publish.console import Console
from gate.waiting import Context
from tests.polling.scripts import body_of
from tests.polling.world import SimulatedClock
from tests.samples import SESSION_ID, STARTED, finished, result, run_of, session

LATENCY_S = 0.2
KNOWN = {"firstSeen": "2025-12-03", "cleanedErrorMessage": "reset"}
IDLE = Response(200, {}, json.dumps([{"slugName": "berlin", "agentCount": 0}]).encode())
NO_AGENT = Detail(("no agent is running at this private location",))
Trouble = Callable[[int], Response | Unreachable | None]


@dataclass(slots=True)
class Background:
    """A stand-in for Checkly that returns error groups and private locations.

    `trouble` gets each request's number, from 0.
    """

    trouble: Trouble = lambda _: None
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    asked: list[str] = field(default_factory=list)
    at_once: list[int] = field(default_factory=list)
    groups: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

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
        if trouble or request.path == "/v1/private-locations":
            return trouble or IDLE
        group_id = request.path.rpartition("/")[2]
        body = {"id": group_id, **KNOWN, **self.groups.get(group_id, {})}
        return Response(200, {}, json.dumps(body).encode())


def _judged(*results: Result, locations: tuple[str, ...] | None = None) -> Sequence[JudgedSession]:
    return judge([finished(session("FAILED", *results, locations=locations))], lambda _: Policy()).sessions


def _group_id(number: int) -> str:
    return str(UUID(int=number))


FAILED = _judged(*(result(f"r{number}", "failed") for number in range(30)))
IDS = tuple(each.id for each in run_of(FAILED[0].session).results) if FAILED[0].session else ()


def _fetched(
    api: Background,
    details: Mapping[str, Detail],
    *,
    budget: Budget | None = None,
    within_s: float = 10,
) -> tuple[list[str], RequestFailed | Stopped | None]:
    """Return the IDs of the groups that were read, and the error that was raised, if any."""
    checkly = Checkly(api, api.clock, budget=budget or Budget())
    found = []
    try:
        for ref, _ in error_groups(details, FAILED, checkly, until_s=api.clock.now_s() + within_s):
            found.append(ref.id)
    except (RequestFailed, Stopped) as error:
        return found, error
    return found, None


def _details(number: int) -> dict[str, Detail]:
    """Return the details of the first `number` results, each with its own error group."""
    return {
        each: Detail(("x",), error_groups=(_group_id(at),)) for at, each in enumerate(IDS[:number], start=1)
    }


def test_at_most_twenty_groups_are_fetched_once_each_and_four_at_a_time() -> None:
    api = Background()
    shared = {IDS[-1]: Detail(("x",), error_groups=(_group_id(1),))}
    found, error = _fetched(api, _details(25) | shared)
    assert (found, error) == ([_group_id(number) for number in range(1, MOST_GROUPS + 1)], None)
    assert api.at_once == [4] * 5
    assert MOST_GROUPS == 20


@pytest.mark.parametrize("status", [403, 405, 410])
def test_requests_end_without_an_error_if_the_key_may_not_read_groups(status: int) -> None:
    api = Background(lambda _: Response(status, {}, b"{}"))
    assert _fetched(api, _details(9)) == ([], None)
    assert len(api.asked) == 4


def test_a_deleted_group_is_skipped_without_an_error() -> None:
    api = Background(lambda number: Response(404, {}, b"{}") if number == 1 else None)
    assert _fetched(api, _details(3)) == ([_group_id(1), _group_id(3)], None)


@pytest.mark.parametrize(
    "trouble", [Response(502, {}, b""), Response(200, {}, b"<html>"), Unreachable("reset")]
)
def test_an_error_for_one_group_is_raised_after_all_others_are_fetched(
    trouble: Response | Unreachable,
) -> None:
    api = Background(lambda number: trouble if number == 1 else None)
    found, error = _fetched(api, _details(6))
    assert found == [_group_id(number) for number in (1, 3, 4, 5, 6)]
    assert isinstance(error, RequestFailed)


def test_the_rate_limit_ends_the_requests() -> None:
    api = Background(lambda number: Response(429, {}, b"") if number == 1 else None)
    found, error = _fetched(api, _details(9))
    assert found == [_group_id(1)]
    assert isinstance(error, RequestFailed)
    assert len(api.asked) == 4


def test_requests_for_groups_stay_within_the_budget() -> None:
    budget = Budget(per_minute=6)
    found, error = _fetched(Background(), _details(9), budget=budget)
    assert (len(found), type(error), budget.spent) == (4, OutOfTime, 6)


def test_requests_for_groups_end_at_their_time_limit() -> None:
    api = Background()
    found, error = _fetched(api, _details(9), within_s=0.3)
    assert (len(found), type(error)) == (8, OutOfTime)
    assert api.clock.elapsed_s() == pytest.approx(0.3)


def test_groups_that_were_read_before_a_signal_are_kept() -> None:
    api = Background(clock=SimulatedClock(signal_at_s=LATENCY_S * 1.5))
    found, error = _fetched(api, _details(9))
    assert len(found) == 4
    assert isinstance(error, Stopped)


def _lines(reasons: tuple[str, ...], *groups: Mapping[str, object]) -> tuple[str, ...]:
    """Return the reasons of a result, with the background from the groups of its error."""
    ids = tuple(map(_group_id, range(1, len(groups) + 1)))
    details = {IDS[0]: Detail(reasons, ("trace.zip",), ids)}
    api = Background(groups=dict(zip(ids, groups, strict=True)))
    checkly = Checkly(api, api.clock)
    found = dict(error_groups(details, FAILED, checkly, until_s=api.clock.now_s() + 10))
    (detail,) = with_background(details, found, FAILED).values()
    assert detail.recordings == ("trace.zip",)
    return detail.reasons


ANALYSIS = {"rootCauseAnalyses": [{"analysis": {"rootCause": "the disk is full"}}]}
AI = "AI analysis by Checkly, not verified: the disk is full"
SINCE = "known error since 2025-12-03"


@pytest.mark.parametrize(
    ("reasons", "groups", "told"),
    [
        (("a", "b"), [{}], ("a", "b", SINCE)),
        (("a",), [ANALYSIS], ("a", SINCE, AI)),
        (
            ("a",),
            [{}, {"firstSeen": "2026-01-16", "cleanedErrorMessage": "down"}],
            ("a", f"{SINCE}: reset", "new error, first seen on 2026-01-16: down"),
        ),
        (("a",), [ANALYSIS, ANALYSIS], ("a", f"{SINCE}: reset", AI)),
        (("Checkly gives no reason",), [{}], (f"{SINCE}: reset",)),
        ((), [{"firstSeen": None}], ("reset",)),
        (("a",), [{"firstSeen": None, "cleanedErrorMessage": None}], ("a",)),
        (
            ("Checkly gives no reason",),
            [{"firstSeen": None, "cleanedErrorMessage": None}],
            ("Checkly gives no reason",),
        ),
    ],
)
def test_reasons_are_followed_by_the_ages_of_groups_and_one_analysis(
    reasons: tuple[str, ...], groups: list[Mapping[str, object]], told: tuple[str, ...]
) -> None:
    assert _lines(reasons, *groups) == told


def test_a_result_without_a_group_is_unchanged() -> None:
    details = {IDS[0]: Detail(("a",)), "another result": Detail(("b",), error_groups=(_group_id(1),))}
    assert with_background(details, {}, FAILED) == details


MISSING = _judged(result("a"), locations=("a", "berlin", "eu-west-1"))


def _absent(sessions: Sequence[JudgedSession], api: Background) -> dict[str, Detail]:
    return absences(sessions, Checkly(api, api.clock), until_s=api.clock.now_s() + 10)


def test_a_missing_result_at_a_location_without_an_agent_is_explained() -> None:
    assert _absent(MISSING, Background()) == {"berlin": NO_AGENT}


def test_private_locations_are_not_fetched_if_no_result_is_missing() -> None:
    api = Background()
    assert _absent(FAILED, api) == {}
    assert api.asked == []


def test_private_locations_are_not_fetched_for_a_skipped_location() -> None:
    api = Background()
    skipping = Policy(skipped={"berlin": "moving"})
    of = finished(session("PASSED", result("a"), locations=("a", "berlin")))
    assert _absent(judge([of], lambda _: skipping).sessions, api) == {}
    assert api.asked == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_no_error_is_raised_if_the_key_may_not_read_private_locations(status: int) -> None:
    assert _absent(MISSING, Background(lambda _: Response(status, {}, b"{}"))) == {}


@pytest.mark.parametrize("trouble", [Response(502, {}, b""), Response(200, {}, b"{}"), Unreachable("reset")])
def test_other_errors_in_requests_for_private_locations_are_raised(trouble: Response | Unreachable) -> None:
    with pytest.raises(RequestFailed):
        _absent(MISSING, Background(lambda _: trouble))


class SilentBackground:
    """A Checkly that returns the details of a failure, but does not respond to requests for error groups."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock

    def send(self, request: Request, *, within_s: float) -> Response:
        assert within_s > 0
        of = session("FAILED", result("a", "failed"))
        detail = {"id": run_of(of).results[0].id, "errorGroupIds": [_group_id(1)]}
        body = json.dumps(detail).encode() if "/check-results/" in request.path else body_of(of)
        return Response(200, {}, body)

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        if not any("/error-groups/" in request.path for request in requests):
            return [self.send(request, within_s=within_s) for request in requests]
        self.clock.sleep_s(within_s)
        return [Unreachable("no answer")] * len(requests)


@pytest.mark.parametrize(("timeout", "waited_s"), [("20m", 10), ("4s", 4)])
def test_reasons_and_background_together_take_at_most_ten_seconds(timeout: str, waited_s: float) -> None:
    clock, log = SimulatedClock(), io.StringIO()
    console = Console(log, {})
    given = {"session-id": SESSION_ID, "api-key": "cu_key", "account-id": "account", "timeout": timeout}
    report = decide(
        read_settings([f"--{name}={value}" for name, value in given.items()], {}),
        PolicyDocument(),
        SilentBackground(clock),
        Context(clock, lambda: 0.5, lambda: STARTED, console.line, console.state),
    )
    assert report.verdict.kind is VerdictKind.FAIL
    assert report.waited_s == pytest.approx(waited_s)
    assert [detail.error_groups for detail in report.details.values()] == [(_group_id(1),)]
    assert "could not fetch error groups or private locations" in log.getvalue()
