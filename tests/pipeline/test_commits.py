"""A signal to a gate on a commit ends it at once, without further requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO

from gate.checkly.http import Request, Response
from gate.config.settings import read_settings
from gate.domain.errors import Stopped
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


@dataclass(slots=True)
class Api:
    """Lists sessions, and serves a failed one. A signal interrupts the list call number `stops_at`."""

    clock: SimulatedClock
    entries: Sequence[dict[str, str]] = ()
    stops_at: int = 0
    paths: list[str] = field(default_factory=list)

    def send(self, request: Request, *, within_s: float) -> Response:
        (response,) = self.send_each([request], within_s=within_s)
        return response

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response]:
        self.clock.sleep_s(min(0.1, within_s))
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Response:
        self.paths.append(request.path)
        if request.method == "POST":
            return Response(500, {}, b"{}")
        if request.path.startswith("/v1/test-sessions?"):
            if sum("?" in path for path in self.paths) == self.stops_at:
                raise Stopped(ExitCode.SIGTERM)
            return Response(200, {}, json.dumps({"entries": list(self.entries)}).encode())
        return Response(200, {}, json.dumps(FAILED).encode())


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
    assert not [path for path in api.paths if GIVEN in path], "no session is fetched after a signal"


def test_a_signal_during_the_second_search_keeps_the_verdict_and_fetches_no_reasons() -> None:
    api = Api(SimulatedClock(), entries=[LISTED], stops_at=2)
    report = _decided(api)
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert [session.status for session in report.sessions] == ["FAILED"]
    assert not [path for path in api.paths if "/results/" in path]
