"""Outputs and record: what scripts read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given

from gate.domain.detail import Detail
from gate.domain.errors import ReportUnwritable, UsageError
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.result import Ending
from gate.report import outputs, record
from gate.report.report import Report
from tests.exhaustive import examples
from tests.report.reading import hostile_names, reports
from tests.report.reports import DECIDED, of_error, report_of, report_on, unfinished, unread, with_fault
from tests.samples import attempt, finished, result, run_of, session

TEXTS = ("verdict", "status", "reason", "session-link", "junit-path", "json-path")
COUNTS = (
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
def test_outputs_have_their_names_their_order_and_numbers_that_are_numbers(report: Report) -> None:
    rendered = outputs.render(report)
    assert tuple(rendered) == (*TEXTS[:4], *COUNTS, *TEXTS[4:])
    assert all(type(rendered[name]) is str for name in TEXTS)
    assert all(type(rendered[name]) is int for name in COUNTS)
    assert (rendered["verdict"], rendered["reason"]) == (
        report.verdict.kind.value,
        report.verdict.reason.text,
    )
    assert len(report.verdict.reason.text.splitlines()) == 1
    rows = sum(len(each.rows) for each in report.sessions)
    counted = [int(rendered[name]) for name in COUNTS]
    assert counted[0] == sum(counted[1:-1]) == rows - counted[-1]


WORST: dict[str, tuple[Report, str]] = {
    "closed beats failed and tolerated": (
        report_on(
            session("FAILED", result("a"), result("b", "failed")),
            session("DEGRADED", result("a", "degraded")),
            policy=Policy(failed=(parse_threshold("50%"),)),
        ),
        "DEGRADED",
    ),
    "closed beats unread": (report_of(unread(), finished(session("CANCELLED", result("a")))), "CANCELLED"),
    "unread beats passed": (report_of(finished(GREEN), unread()), ""),
    "running beats passed": (report_of(finished(GREEN), unfinished(RUNNING, Ending.TIMEOUT)), "PROGRESS"),
    "nothing to judge": (of_error(UsageError("x"), decided_at=DECIDED), ""),
}


@pytest.mark.parametrize(("report", "status"), WORST.values(), ids=WORST.keys())
def test_the_status_is_the_worst_sessions(report: Report, status: str) -> None:
    assert outputs.render(report)["status"] == status


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_the_record_is_json_whose_head_is_the_outputs(report: Report) -> None:
    read = json.loads(record.render(report).decode(), parse_constant=_refuse)
    head = outputs.render(report)
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


def test_the_record_holds_of_the_inputs_what_it_is_given_and_no_more() -> None:
    inputs = {"session-id": "8166fa86-c9b4-4162-8541-d380c6c212d8", "account-id": "demo", "timeout": "1200.0"}
    read = json.loads(record.render(replace(report_on(GREEN), inputs=inputs)))
    assert read["inputs"] == inputs
    assert set(read) == {*TEXTS, *COUNTS} | {
        "exit-code",
        "gate-version",
        "decided-at",
        "waited-seconds",
        "requests",
        "inputs",
        "faults",
        "notices",
        "sessions",
    }


def test_the_record_says_the_policy_as_it_was_applied() -> None:
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
def test_the_record_says_what_was_counted_and_what_is_allowed(
    allow_missing: bool, closes: bool, allowed: str
) -> None:
    of = session("PASSED", result("a"), locations=("a", "b", "c"))
    report = report_on(of, policy=Policy(allow_missing=allow_missing))
    (decision,) = json.loads(record.render(report))["sessions"][0]["decisions"]
    said = [decision[key] for key in ("rule", "closes", "locations", "number", "of", "allowed", "origin")]
    assert said == ["missing", closes, ["b", "c"], 2, 3, allowed, "default"]


def test_the_record_tells_each_run_of_a_location() -> None:
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


def test_a_record_without_any_session_says_what_went_wrong() -> None:
    read = json.loads(record.render(of_error(UsageError("timeout: no", "key: no"), decided_at=DECIDED)))
    assert (read["verdict"], read["exit-code"], read["sessions"]) == ("inconclusive", 2, [])
    assert read["faults"] == ["timeout: no; key: no"]


@given(hostile_names)
def test_text_from_outside_arrives_as_it_is(name: str) -> None:
    of = session("FAILED", result(name, "failed"), name=name)
    report = with_fault(replace(report_on(of), notices=(name,)), ReportUnwritable(name))
    read = json.loads(record.render(report))
    assert read["sessions"][0]["checks"][0]["name"] == read["notices"][0] == name
    assert read["sessions"][0]["locations"][0]["location"] == name


def test_a_path_whose_bytes_are_not_utf_8_keeps_no_record_from_being_written() -> None:
    odd = replace(report_on(GREEN), junit_path="r\udcff.xml", inputs={"junit-path": "r\udcff.xml"})
    assert json.loads(record.render(odd))["verdict"] == "pass"
