"""The text of a test case in the JUnit report: messages, attempts, bodies and facts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from gate.domain.detail import Detail
from gate.domain.errors import ReportUnwritable
from gate.domain.session import Session
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.result import Ending
from gate.report.report import Report
from tests.report.reading import cases_of, hostile_names, reports, root_of, said_in
from tests.report.reports import report_of, report_on, unfinished, unread, with_fault
from tests.samples import attempt, result, run_of, session

ALL = parse_threshold("100%")
LOOSE = Policy(failed=(ALL,), degraded=(ALL,), allow_missing=True, allow_cancelled=True)
FLAKY_CLOSES = Policy(flaky=(parse_threshold("0"),))
TWICE = (attempt("a", after_s=2), attempt("a", "errored", after_s=3))
FAILED = "1 of 1 location failed (100%), none allowed (default): a"
LINES: dict[str, tuple[Session, Policy, list[str]]] = {
    "passed, no line": (session("PASSED", result("a")), Policy(), []),
    "failed, with its attempts in chronological order": (
        session("FAILED", TWICE[1], TWICE[0], result("a", "failed")),
        Policy(),
        [
            "failure CheckFailure | failed",
            "rerunFailure CheckFailure | attempt 1 of 3: failed",
            "rerunFailure ChecklyError | attempt 2 of 3: errored",
        ],
    ),
    "failed and tolerated": (
        session("FAILED", *TWICE, result("a", "failed")),
        LOOSE,
        [],  # the location never passed, so its attempts are only lines in the log
    ),
    "flaky": (
        session("PASSED", *TWICE, result("a")),
        Policy(),
        [
            "flakyFailure CheckFailure | attempt 1 of 3: failed",
            "flakyFailure ChecklyError | attempt 2 of 3: errored",
        ],
    ),
    "flaky beyond its threshold": (
        session("PASSED", attempt("a"), result("a")),
        FLAKY_CLOSES,
        [
            "failure Flaky | flaky",
            "rerunFailure CheckFailure | attempt 1 of 2: failed",
        ],
    ),
    "errored: the error follows the attempts": (
        session("FAILED", attempt("a"), result("a", "errored")),
        Policy(),
        [
            "rerunFailure CheckFailure | attempt 1 of 2: failed",
            "error ChecklyError | errored",
        ],
    ),
    "cancelled and allowed, so it is skipped": (
        session("CANCELLED", result("a", "cancelled")),
        LOOSE,
        ["skipped - | skipped (cancelled): allowed by the policy"],
    ),
    "skipped by the policy, without its attempts": (
        session("FAILED", attempt("a"), result("a", "failed")),
        Policy(skipped={"a": "INC-4711 & <more>"}, required=()),
        ["skipped - | skipped (failed): INC-4711 + (more)"],
    ),
    "skipped by the policy and required": (
        session("FAILED", result("a", "failed"), result("b")),
        Policy(skipped={"a": "INC-4711"}, required=("a",)),
        ["failure Required | failed"],
    ),
    "finished elsewhere": (
        session("FAILED", attempt("a"), result("z", "failed"), locations=("a",)),
        Policy(),
        [
            "failure CheckFailure | failed",
            "rerunFailure CheckFailure | attempt 1 of 2: failed",
        ],
    ),
}


@pytest.mark.parametrize(("of", "policy", "lines"), LINES.values(), ids=LINES.keys())
def test_the_outcome_determines_the_elements_and_their_messages(
    of: Session, policy: Policy, lines: list[str]
) -> None:
    assert said_in(cases_of(report_on(of, policy=policy))[0]) == lines


def test_the_test_case_of_an_unfinished_location_contains_the_reason() -> None:
    running = session("PROGRESS", attempt("a"), locations=("a",))
    (case,) = cases_of(report_of(unfinished(running, Ending.TIMEOUT)))
    attempt_line, error_line = said_in(case)
    assert attempt_line == "rerunFailure CheckFailure | attempt 1 of 1: failed"
    assert error_line.startswith("error GateTimeout | unfinished: the gate's own timeout of 20m expired")


def test_an_attempt_elsewhere_names_its_location_and_lists_all_reasons() -> None:
    of = session("FAILED", attempt("a"), attempt("z", after_s=3), result("z", "failed"), locations=("a",))
    why = Detail(("no answer", "too slow"), ("trace.zip", "video.webm"))
    report = replace(report_on(of), details={run_of(of).results[1].id: why})
    first, second = cases_of(report)[0].findall("rerunFailure")
    assert (first.get("message"), first.findtext("stackTrace")) == ("attempt 1 of 3: failed",) * 2
    assert second.get("message") == "attempt 2 of 3: failed in z: no answer"
    assert (second.findtext("stackTrace") or "").splitlines() == [
        second.get("message"),
        "also: too slow",
        "recorded: trace.zip, video.webm",
    ]


def test_the_text_names_the_location_in_which_a_retry_finished() -> None:
    (case,) = cases_of(
        report_on(session("FAILED", attempt("a"), result("z", "failed"), locations=("a",)), policy=Policy())
    )
    assert (case.findtext("failure") or "").splitlines()[1] == "finished in z"


@given(reports())
def test_every_attempt_has_a_type_and_a_stack_trace_equal_to_its_message(report: Report) -> None:
    for case in cases_of(report):
        for tag in ("rerunFailure", "flakyFailure"):
            for each in case.findall(tag):
                assert each.get("type")
                assert [child.tag for child in each] == ["stackTrace"]
                assert each.findtext("stackTrace") == each.get("message")


@given(reports())
def test_messages_are_one_line_and_the_text_starts_with_them(report: Report) -> None:
    for case in cases_of(report):
        for child in case:
            message = child.get("message")
            if message is not None:
                assert message == message.strip() != ""
                assert len(message.splitlines()) == 1
                assert "".join(child.itertext()).strip().startswith(message)


@given(reports(), hostile_names)
def test_no_text_contains_a_character_that_some_dashboards_show_as_an_entity(
    report: Report, name: str
) -> None:
    named = session("FAILED", attempt(name), result(name, "failed"), result("b"), name=name)
    skipping = Policy(skipped={"b": name}, required=(name,))
    for each in (report, report_on(named, policy=skipping), report_on(named, policy=LOOSE)):
        for element in root_of(each).iter():
            assert not set("<>&") & set(element.text or "")


def test_reasons_attempts_rule_and_link_follow_the_message() -> None:
    of = session("FAILED", *TWICE, result("z", "failed"), locations=("a",))
    first, _, final = run_of(of).results
    reasons = Detail(("connect ETIMEDOUT",)), Detail(("503", "no body"), ("trace.zip",))
    details = dict(zip((first.id, final.id), reasons, strict=True))
    (case,) = cases_of(replace(report_on(of), details=details))
    failure = case.findtext("failure") or ""
    assert failure.splitlines() == [
        "failed: 503",
        "also: no body",
        "recorded: trace.zip",
        "finished in z",
        "attempt 1 of 3: failed: connect ETIMEDOUT",
        "attempt 2 of 3: errored",
        f"rule: {FAILED}",
        f"result: {final.link}",
    ]


def test_a_truncated_message_is_repeated_in_full_in_the_text() -> None:
    of = session("FAILED", result("a", "failed"))
    long = " ".join(["word"] * 60)
    (case,) = cases_of(replace(report_on(of), details={run_of(of).results[0].id: Detail((long,))}))
    failure = case.find("failure")
    assert failure is not None
    first, second, *_ = (failure.text or "").splitlines()
    assert len(first) <= 120
    assert (failure.get("message"), second) == (first, f"failed: {long}")


def test_a_location_without_a_result_links_to_the_session() -> None:
    of = session("PASSED", result("a"), locations=("a", "b"))
    _, lost = cases_of(report_on(of))
    assert f"\nsession: {of.link}" in (lost.findtext("error") or "")


def test_the_attempts_of_a_tolerated_failure_are_lines_in_its_log() -> None:
    (case,) = cases_of(report_on(session("FAILED", *TWICE, result("a", "failed")), policy=LOOSE))
    assert case.findtext("system-out", "").splitlines()[:3] == [
        "failed",
        "attempt 1 of 3: failed",
        "attempt 2 of 3: errored",
    ]


def test_a_link_in_the_text_is_complete_or_absent() -> None:
    of = session(
        "FAILED", replace(result("a", "failed"), link_form="https://app.checklyhq.com/r?check=1&result=2")
    )
    bodies = " ".join(text for case in cases_of(report_on(of)) for text in case.itertext())
    assert "result=2" not in bodies


PROPERTY = re.compile(r"\[\[PROPERTY\|([\w.]+)=(.*)\]\]")


@pytest.mark.parametrize(
    "location", ["a", "a]b", "a]]b", "a]]]b", "[[PROPERTY|checkly.state=passed]]", "a=b|c"]
)
def test_machine_readable_facts_end_the_log_and_names_cannot_forge_them(location: str) -> None:
    degraded = session("DEGRADED", result(location, "degraded"))
    (case,) = cases_of(report_on(degraded, policy=LOOSE))
    lines = case.findtext("system-out", "").splitlines()
    facts = [match.groups() for line in lines[-5:] if (match := PROPERTY.fullmatch(line))]
    assert [name for name, _ in facts] == [
        "checkly.state",
        "checkly.tolerated",
        "checkly.degraded",
        "checkly.attempts",
        "checkly.response_time_ms",
    ]
    assert not any("]]" in value for _, value in facts)
    assert not any("[[PROPERTY|" in words for words in lines[:-5])


@pytest.mark.parametrize(
    ("started_at", "written"),
    [
        (datetime(2026, 1, 15, 9, 0, 0, 999_999, tzinfo=UTC), "2026-01-15T09:00:00Z"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01T00:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (None, "2026-01-15T09:05:00Z"),
    ],
    ids=[
        "fractions",
        "epoch",
        "the first day of the calendar",
        "unknown, so the time of the verdict is used",
    ],
)
def test_a_suites_timestamp_is_iso_8601(started_at: datetime | None, written: str) -> None:
    (suite,) = root_of(report_on(replace(session("PASSED", result("a")), started_at=started_at)))
    assert suite.get("timestamp") == written


def test_an_error_that_belongs_to_no_session_has_its_own_suite() -> None:
    green = report_on(session("PASSED", result("a")))
    faulty = root_of(with_fault(green, ReportUnwritable("out.json could not be written: No space left")))
    assert [suite.get("name") for suite in faulty] == ["Checkout API", "checkly-gate"]
    (line,) = said_in(faulty[1].findall("testcase")[0])
    assert line.startswith("error GateError | out.json could not be written: No space left")
    assert (faulty.get("tests"), faulty.get("errors")) == ("2", "1")


def test_the_test_case_of_a_session_that_was_never_read_contains_the_reason() -> None:
    report = report_of(unread(), unfinished(session("PROGRESS", locations=("a",)), Ending.STOPPED))
    first, second = cases_of(report)
    assert said_in(first)[0].startswith(
        "error Inconclusive | Checkly's API answered with something that is not JSON"
    )
    advice = "The job was cancelled, or it reached its own time limit; keep that limit above timeout"
    assert said_in(second) == [f"error Interrupted | unfinished: stopped by SIGTERM. {advice}"]
