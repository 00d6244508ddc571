"""The outputs and the JSON record, which scripts read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given

from gate.domain.detail import Detail
from gate.domain.errors import ReportUnwritable, UsageError
from gate.domain.session import Session
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.result import Ending
from gate.report import outputs, record
from gate.report.report import Report, ReportFile
from tests.exhaustive import examples
from tests.report.reading import hostile_names, reports
from tests.report.reports import DECIDED, of_error, report_of, report_on, unfinished, unread, with_fault
from tests.samples import CHECK_ID, attempt, finished, result, run_of, session

TEXTS = (
    "verdict",
    "status",
    "reason",
    "cause",
    "session-link",
    "session-ids",
    "failed-checks",
    "junit-path",
    "json-path",
    "summary-path",
    "html-path",
)
COUNTS = (
    "checks",
    "locations",
    "passed",
    "failed",
    "errored",
    "aborted",
    "degraded",
    "flaky",
    "missing",
    "cancelled",
    "unfinished",
    "skipped",
)
GREEN = session("PASSED", result("a"), name="green")
RUNNING = session("PROGRESS", locations=("a",))


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_outputs_have_fixed_names_in_a_fixed_order_and_counts_are_integers(report: Report) -> None:
    rendered = outputs.render(report)
    assert tuple(rendered) == (*TEXTS[:4], "exit-code", *TEXTS[4:7], *COUNTS, *TEXTS[7:])
    assert all(type(rendered[name]) is str for name in TEXTS)
    assert all(type(rendered[name]) is int for name in COUNTS)
    assert (rendered["verdict"], rendered["reason"]) == (
        report.verdict.kind.value,
        report.verdict.reason.text,
    )
    assert len(report.verdict.reason.text.splitlines()) == 1
    rows = sum(len(each.rows) for each in report.sessions)
    counted = [int(rendered[name]) for name in COUNTS]
    assert counted[1] == sum(counted[2:-1]) == rows - counted[-1]


WORST: dict[str, tuple[Report, str]] = {
    "a closing session is worse than a tolerated failure": (
        report_on(
            session("FAILED", result("a"), result("b", "failed")),
            session("DEGRADED", result("a", "degraded")),
            policy=Policy(failed=(parse_threshold("50%"),)),
        ),
        "DEGRADED",
    ),
    "a closing session is worse than an unread one": (
        report_of(unread(), finished(session("CANCELLED", result("a")))),
        "CANCELLED",
    ),
    "an unread session is worse than a passed one": (report_of(finished(GREEN), unread()), ""),
    "a running session is worse than a passed one": (
        report_of(finished(GREEN), unfinished(RUNNING, Ending.TIMEOUT)),
        "PROGRESS",
    ),
    "nothing to judge": (of_error(UsageError("x"), decided_at=DECIDED), ""),
}


@pytest.mark.parametrize(("report", "status"), WORST.values(), ids=WORST.keys())
def test_the_status_output_is_the_status_of_the_worst_session(report: Report, status: str) -> None:
    assert outputs.render(report)["status"] == status


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_the_record_is_json_and_begins_with_its_version_and_the_outputs(report: Report) -> None:
    read = json.loads(record.render(report).decode(), parse_constant=_refuse)
    head: dict[str, Any] = {"version": record.VERSION, **outputs.render(report)}
    head["session-ids"] = [each.ref.id for each in report.sessions]
    head["failed-checks"] = json.loads(head["failed-checks"])
    assert list(read.items())[: len(head)] == list(head.items())
    assert read["exit-code"] == int(report.verdict.exit_code)
    assert datetime.fromisoformat(read["decided-at"]) == report.decided_at
    assert [each["id"] for each in read["sessions"]] == [each.ref.id for each in report.sessions]
    for judged, written in zip(report.sessions, read["sessions"], strict=True):
        assert written["ending"] == judged.ending.value
        assert [each["location"] for each in written["locations"]] == [
            row.outcome.location for row in judged.rows
        ]
        assert [each["rule"] for each in written["decisions"]] == [
            each.rule.value for each in judged.decisions
        ]


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def test_the_record_contains_exactly_the_given_inputs() -> None:
    inputs = {"session-id": "8166fa86-c9b4-4162-8541-d380c6c212d8", "account-id": "demo", "timeout": "1200.0"}
    read = json.loads(record.render(replace(report_on(GREEN), inputs=inputs)))
    assert read["inputs"] == inputs
    assert set(read) == {*TEXTS, *COUNTS} | {
        "version",
        "exit-code",
        "gate-version",
        "decided-at",
        "waited-seconds",
        "requests",
        "inputs",
        "policy-file",
        "faults",
        "notices",
        "sessions",
    }


def test_the_record_contains_the_applied_policy() -> None:
    policy = Policy(
        failed=(parse_threshold("25%", "p.yml:1"),),
        flaky=(parse_threshold("2", "p.yml:2"),),
        response_time_ms=1500,
        allow_missing=True,
        required=("a",),
        skipped={"b": "INC-4711"},
        origins={"missing": "p.yml:3"},
    )
    (of_session,) = json.loads(record.render(report_on(GREEN, policy=policy)))["sessions"]
    assert of_session["checks"][0]["policy"] == {
        "failed-threshold": {"allowed": "25%", "origin": "p.yml:1"},
        "degraded-threshold": {"allowed": "0", "origin": "default"},
        "flaky-threshold": {"allowed": "2", "origin": "p.yml:2"},
        "response-time-ms": 1500,
        "missing": "pass",
        "cancelled": "fail",
        "required": ["a"],
        "skipped": {"b": "INC-4711"},
        "origins": {"missing": "p.yml:3"},
    }
    (of_session,) = json.loads(record.render(report_on(GREEN)))["sessions"]
    assert of_session["checks"][0]["policy"]["flaky-threshold"] == {"allowed": "any", "origin": "default"}


@pytest.mark.parametrize(
    ("allow_missing", "closes", "allowed"), [(False, True, "0"), (True, False, "any")], ids=["fail", "pass"]
)
def test_a_decision_in_the_record_contains_the_count_and_the_limit(
    allow_missing: bool, closes: bool, allowed: str
) -> None:
    of = session("PASSED", result("a"), locations=("a", "b", "c"))
    report = report_on(of, policy=Policy(allow_missing=allow_missing))
    (decision,) = json.loads(record.render(report))["sessions"][0]["decisions"]
    said = [decision[key] for key in ("rule", "closes", "locations", "number", "of", "allowed", "origin")]
    assert said == ["missing", closes, ["b", "c"], 2, 3, allowed, "default"]


def test_the_record_contains_each_run_at_a_location() -> None:
    of = session("PASSED", attempt("a"), result("z"), locations=("a",))
    details = {run_of(of).results[0].id: Detail(("STATUS_CODE EQUALS 200, received 503",), ("trace.zip",))}
    report = replace(report_on(of), details=details)
    (row,) = json.loads(record.render(report))["sessions"][0]["locations"]
    assert (row["state"], row["standing"], row["finished-in"]) == ("flaky", "tolerated", "z")
    assert row["result"] == {
        "id": run_of(of).results[1].id,
        "link": run_of(of).results[1].link,
        "location": "z",
        "state": "passed",
        "response-time-ms": 1000,
        "started-at": "2026-01-15T09:00:04Z",
        "stopped-at": "2026-01-15T09:00:05Z",
        "why": [],
        "recordings": [],
    }
    (tried,) = row["attempts"]
    assert (tried["location"], tried["state"]) == ("a", "failed")
    assert (tried["why"], tried["recordings"]) == (["STATUS_CODE EQUALS 200, received 503"], ["trace.zip"])


def test_a_record_without_sessions_contains_the_errors() -> None:
    read = json.loads(record.render(of_error(UsageError("timeout: no", "key: no"), decided_at=DECIDED)))
    assert (read["verdict"], read["exit-code"], read["sessions"]) == ("inconclusive", 2, [])
    assert read["faults"] == ["timeout: no; key: no"]


@given(hostile_names)
def test_names_and_notices_are_read_back_unchanged(name: str) -> None:
    of = session("FAILED", result(name, "failed"), name=name)
    report = with_fault(replace(report_on(of), notices=(name,)), ReportUnwritable(name))
    read = json.loads(record.render(report))
    assert read["sessions"][0]["checks"][0]["name"] == read["notices"][0] == name
    assert read["sessions"][0]["locations"][0]["location"] == name


def test_a_record_can_contain_a_path_that_is_not_utf_8() -> None:
    odd = replace(
        report_on(GREEN),
        files=(ReportFile("junit-path", "JUnit report", "r\udcff.xml"),),
        inputs={"junit-path": "r\udcff.xml"},
    )
    assert json.loads(record.render(odd))["verdict"] == "pass"


CAUSES = {
    "open": (session("PASSED", result("a")), Policy(), ""),
    "failed": (session("FAILED", result("a", "failed")), Policy(), "failed"),
    "errored and aborted": (
        session("FAILED", result("a", "aborted"), result("b", "errored")),
        Policy(),
        "errored,aborted",
    ),
    "missing beside a tolerated failure": (
        session("FAILED", result("a", "failed"), locations=("a", "b")),
        Policy(failed=(parse_threshold("1"),)),
        "missing",
    ),
    "degraded and flaky": (
        session("DEGRADED", attempt("a"), result("a", "degraded")),
        Policy(flaky=(parse_threshold("0"),)),
        "degraded,flaky",
    ),
    "timed out with every result present": (session("TIMED_OUT", result("a")), Policy(), "timed-out"),
    "cancelled": (session("CANCELLED", result("a", "cancelled")), Policy(), "cancelled,nothing-counted"),
    "unexplained": (session("FAILED", result("a")), Policy(), "unexplained"),
    "required": (session("PASSED", result("a")), Policy(required=("b",)), "required"),
}


@pytest.mark.parametrize(("of", "policy", "cause"), CAUSES.values(), ids=CAUSES.keys())
def test_the_cause_lists_the_rules_that_close_the_gate(of: Session, policy: Policy, cause: str) -> None:
    assert outputs.render(report_on(of, policy=policy))["cause"] == cause


def test_an_inconclusive_verdict_has_no_cause() -> None:
    assert outputs.render(report_of(unread()))["cause"] == ""


def test_the_output_failed_checks_lists_the_checks_with_a_red_location() -> None:
    red = session("FAILED", result("a", "failed"), result("b"), result("c", "failed"), name="Pay")
    listed = json.loads(str(outputs.render(report_on(red, GREEN))["failed-checks"]))
    assert listed == [{"id": CHECK_ID, "name": "Pay", "locations": ["a", "c"]}]


def test_the_output_failed_checks_is_limited_in_number_and_size() -> None:
    many = [
        session(
            "FAILED",
            *(result(f"{'x' * 300}{place}", "failed") for place in range(40)),
            name="n" * 300,
            check_id=f"id-{number}-{'x' * 300}",
        )
        for number in range(150)
    ]
    text = str(outputs.render(report_on(*many))["failed-checks"])
    assert len(json.loads(text)) == 100
    assert len(text) < 400_000, "GitHub limits all outputs together to 1 MB"
