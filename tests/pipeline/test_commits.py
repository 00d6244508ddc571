"""A gate on a commit: sessions that appear later, a list that cannot be fetched, and signals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from gate.checkly.http import Request, Response
from gate.config.settings import read_settings
from gate.domain.errors import Stopped, Unreachable
from gate.domain.exit_code import ExitCode
from gate.pipeline import decide
from gate.policy.document import PolicyDocument
from gate.publish.console import Console
from gate.report.report import Report
from gate.waiting import Context
from tests.checkly.test_test_sessions import ID, document
from tests.evaluation.test_test_sessions import RED, check
from tests.polling.world import SimulatedClock

SHA = "4f2a1c9e0d6b8a7c5f3e1d2b4a6c8e0f1a3b5c7d"
GIVEN = "22be3b52-5ec2-4894-9086-b5b4a8b00a89"
LISTED = {"id": ID, "provider": "GITHUB", "commitId": SHA, "startedAt": "2026-01-15T09:00:00Z"}
FAILED = document(check("A", **RED), status="FAILED")
PASSED = document(check("A"))
LATER = LISTED | {"id": GIVEN, "name": "later"}


@dataclass(slots=True)
class Api:
    """Checkly's list of test sessions. Every session has the document `session`.

    Each list call returns the next of `pages`; after the last page, each call returns that page again. A
    signal interrupts list call number `stops_at`, and list call number `lost_at` gets no response. If
    `has_more` is true, each page refers to a next page.
    """

    clock: SimulatedClock
    pages: Sequence[Sequence[dict[str, str]]] = ((),)
    stops_at: int = 0
    lost_at: int = 0
    has_more: bool = False
    session: dict[str, Any] = field(default_factory=lambda: FAILED)
    paths: list[str] = field(default_factory=list)

    @property
    def lists(self) -> int:
        """Return the number of list calls."""
        return sum(path.startswith("/v1/test-sessions?") for path in self.paths)

    def send(self, request: Request, *, within_s: float) -> Response:
        (response,) = self.send_each([request], within_s=within_s)
        assert isinstance(response, Response)
        return response

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        self.clock.sleep_s(min(0.1, within_s))
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Response | Unreachable:
        self.paths.append(request.path)
        if request.method == "POST":
            return Response(500, {}, b"{}")
        if request.path.startswith("/v1/test-sessions?"):
            if self.lists == self.stops_at:
                raise Stopped(ExitCode.SIGTERM)
            if self.lists == self.lost_at:
                return Unreachable("connection reset")
            page = self.pages[min(self.lists, len(self.pages)) - 1]
            more = {"nextId": f"{self.lists}"} if self.has_more else {}
            return Response(200, {}, json.dumps({"entries": list(page)} | more).encode())
        session_id = request.path.rpartition("/")[2]
        return Response(200, {}, json.dumps(self.session | {"testSessionId": session_id}).encode())


def _decided(api: Api, *argv: str) -> Report:
    console = Console(StringIO(), {})
    context = Context(
        api.clock, lambda: 0.5, lambda: datetime(2026, 1, 15, tzinfo=UTC), console.line, console.state
    )
    flags = [f"--commit={SHA}", "--api-key=cu_x", "--account-id=a", *argv]
    return decide(read_settings(flags, {}), PolicyDocument(), api, context)


def test_a_signal_ends_the_search_for_sessions() -> None:
    api = Api(SimulatedClock(signal_at_s=7))
    report = _decided(api)
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert api.clock.elapsed_s() == 7


def test_a_signal_during_the_search_takes_precedence_over_a_failed_trigger() -> None:
    api = Api(SimulatedClock(signal_at_s=7))
    report = _decided(api, GIVEN, "--trigger-tags=production")
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert not [path for path in api.paths if GIVEN in path], "a session was fetched after the signal"


def test_a_signal_during_the_second_search_keeps_the_sessions_and_fetches_no_reasons() -> None:
    api = Api(SimulatedClock(), pages=[[LISTED]], stops_at=2)
    report = _decided(api)
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert [session.status for session in report.sessions] == ["FAILED"]
    assert not [path for path in api.paths if "/results/" in path]


def test_a_session_that_appears_during_the_wait_is_polled_too() -> None:
    api = Api(SimulatedClock(), pages=[[LISTED], [LISTED, LATER]], session=PASSED)
    report = _decided(api)
    assert report.verdict.exit_code is ExitCode.OPEN
    assert [session.ref.id for session in report.sessions] == [ID, GIVEN]
    assert api.lists == 3, "the search must end when a list contains no new session"


def test_a_list_that_gets_no_response_is_requested_again() -> None:
    api = Api(SimulatedClock(), pages=[[LISTED]], lost_at=1, session=PASSED)
    assert _decided(api).verdict.exit_code is ExitCode.OPEN


def test_the_gate_does_not_open_if_the_second_list_gets_no_response() -> None:
    api = Api(SimulatedClock(), pages=[[LISTED]], lost_at=2, session=PASSED)
    report = _decided(api)
    assert report.verdict.exit_code is ExitCode.INCONCLUSIVE
    assert "connection reset" in report.verdict.reason.text


def test_each_search_reads_at_most_fifty_pages_of_the_list() -> None:
    api = Api(SimulatedClock(), pages=[[LISTED], [LATER]], has_more=True)
    report = _decided(api)
    assert [session.ref.id for session in report.sessions] == [ID, GIVEN]
    assert api.lists == 2 * 50, "fifty pages before the wait, and fifty after it"
