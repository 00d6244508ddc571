"""A gate on test sessions: looking up a bare ID, polling, and the contents of the reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from gate.checkly.http import Request, Response
from gate.config.settings import read_settings
from gate.domain.exit_code import ExitCode
from gate.pipeline import decide
from gate.policy.document import PolicyDocument
from gate.publish.console import Console
from gate.report.junit import xml
from gate.report.log import closing
from gate.report.report import Report
from gate.report.summary import summary
from gate.waiting import Context
from tests.checkly.test_test_sessions import ABSENT, ID, LINK, document, result
from tests.evaluation.test_test_sessions import RED, check
from tests.polling.world import SimulatedClock
from tests.polling.world import document as check_session

OTHER_ID = "00000000-0000-0000-0000-00000000000f"
LATENCY_S = 0.1


@dataclass(slots=True)
class Api:
    """A stand-in for Checkly. `documents` contains, for each test session, a document for each state."""

    clock: SimulatedClock
    documents: dict[str, list[dict[str, Any]]]
    check_sessions: dict[str, Response] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)

    def send(self, request: Request, *, within_s: float) -> Response:
        (response,) = self.send_each([request], within_s=within_s)
        return response

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response]:
        self.clock.sleep_s(min(LATENCY_S, within_s))
        self.paths += [request.path for request in requests]
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Response:
        _, _, collection, session_id, *rest = request.path.partition("?")[0].split("/")
        if collection == "check-sessions":
            return self.check_sessions.get(session_id, Response(404, {}, b"{}"))
        if collection != "test-sessions" or session_id not in self.documents:
            return Response(404, {}, b"{}")
        left = self.documents[session_id]
        if rest == ["completion"] and left[0]["status"] == "RUNNING":
            self.clock.sleep_s(5)
            left.pop(0)
            if left[0]["status"] == "RUNNING":
                return Response(408, {}, b"{}")
        if rest[:1] == ["results"]:
            body = {"id": rest[1], "scheduleError": "no agent is running at this location"}
            return Response(200, {}, json.dumps(body).encode())
        return Response(200, {}, json.dumps(left[0]).encode())


def gate_on(*results: dict[str, Any], session_id: str = ID, **api: Any) -> tuple[Report, str, list[str]]:  # noqa: ANN401
    """Return the report on a session, the log, and the requested paths."""
    clock, log = SimulatedClock(), StringIO()
    console = Console(log, {})
    status = "FAILED" if any(each["status"] == "FAILED" for each in results) else "PASSED"
    served = Api(clock, api.pop("documents", {ID: [document(*results, status=status)]}), **api)
    argv = ["--session-id", session_id, "--api-key", "cu_x", "--account-id", "a"]
    context = Context(
        clock, lambda: 0.5, lambda: datetime(2026, 1, 15, tzinfo=UTC), console.line, console.state
    )
    report = decide(read_settings(argv, {}), PolicyDocument(), served, context)
    return report, log.getvalue(), served.paths


def test_a_session_given_by_link_needs_one_request() -> None:
    report, _, paths = gate_on(check("A"), session_id=LINK)
    assert report.verdict.exit_code is ExitCode.OPEN
    assert paths == [f"/v1/test-sessions/{ID}"]


def test_a_bare_id_is_looked_up_as_a_check_session_first() -> None:
    report, _, paths = gate_on(check("A"))
    assert report.verdict.exit_code is ExitCode.OPEN
    assert paths == [f"/v1/check-sessions/{ID}", f"/v2/check-sessions/{ID}", f"/v1/test-sessions/{ID}"]


def test_the_kind_of_a_session_is_looked_up_only_once() -> None:
    growing = [
        document(check("A", resultType="PENDING", status="RUNNING"), status="RUNNING", stoppedAt=None),
        document(check("A"), check("B", status="RUNNING"), status="RUNNING", stoppedAt=None),
        document(check("A"), check("B", **RED), status="FAILED"),
    ]
    report, log, paths = gate_on(documents={ID: growing})
    assert report.verdict.exit_code is ExitCode.CLOSED
    assert sum("check-sessions" in path for path in paths) == 2
    assert "B: failed in 1s" in log
    assert "2 of 2 checks finished, 1 failed" in log


def test_an_id_that_no_session_has_causes_an_error_after_the_grace_period() -> None:
    report, _, paths = gate_on(session_id=OTHER_ID)
    assert report.verdict.exit_code is ExitCode.INCONCLUSIVE
    assert (
        "No check session and no test session has this ID. Check that it was copied"
        in report.verdict.reason.text
    )
    assert report.waited_s == pytest.approx(10, abs=2)
    assert {path.split("/")[2] for path in paths} == {"check-sessions", "test-sessions"}


def test_check_sessions_and_test_sessions_can_be_mixed() -> None:
    report, _, _ = gate_on(
        check("A"),
        check("B", **RED),
        session_id=f"{OTHER_ID} {LINK}",
        check_sessions={OTHER_ID: check_session("PASSED", OTHER_ID)},
    )
    assert report.verdict.exit_code is ExitCode.CLOSED
    suites = [suite.get("name") for suite in ET.fromstring(xml.render(report)).iter("testsuite")]
    assert suites == ["a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a", "A", "B"]


def test_the_junit_report_has_a_suite_per_check_and_a_case_per_location() -> None:
    report, _, _ = gate_on(check("A"), check("B", **RED), check("A", runLocation="eu-west-1"))
    root = ET.fromstring(xml.render(report))
    named = {
        suite.get("name"): [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
        for suite in root.iter("testsuite")
    }
    assert named == {
        "A": [("checkly.a", "A [us-east-1]"), ("checkly.a", "A [eu-west-1]")],
        "B": [("checkly.b", "B [us-east-1]")],
    }
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert "no agent is running at this location" in (failure.text or "")


def test_a_session_without_results_has_its_own_test_case() -> None:
    report, _, _ = gate_on(documents={ID: [document(results=ABSENT)]})
    (case,) = ET.fromstring(xml.render(report)).iter("testcase")
    assert (case.get("name"), case.get("classname")) == ("Checkly session [session]", "checkly.session")
    assert report.verdict.exit_code is ExitCode.CLOSED


def test_log_and_summary_count_many_green_checks_instead_of_listing_them() -> None:
    green = [result(name=f"Check {number}", checkId=None) for number in range(60)]
    report, _, _ = gate_on(*green, check("Login", **RED))
    (lines,) = [table.lines for table in closing.tables(report)]
    texts = [line.text for line in lines]
    assert any(text.startswith("  Login ") and "closes the gate" in text for text in texts)
    assert "  60 checks passed" in texts
    text = summary.render(report)
    assert "61 checks: 1 failed, 60 passed" in text
    assert text.index("Login") < text.index("Check 1")
    assert "mermaid" not in text
