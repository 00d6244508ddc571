"""Laws of the JUnit report that hold for every session, every policy and every ending of polling."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import junitparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.domain.errors import ReportUnwritable
from gate.domain.exit_code import ExitCode
from gate.domain.session import Session
from gate.evaluation.decision import Rule
from gate.evaluation.judged import JudgedSession
from gate.policy.effective import Policy
from gate.report.junit import xml
from gate.report.junit.kinds import SESSION_TYPES
from gate.report.report import Report
from tests.evaluation.generated import policies, sessions
from tests.exhaustive import examples
from tests.report.reading import HOSTILE, cases_of, hostile_names, is_red, location_of, reports, root_of
from tests.report.reports import report_on, with_fault
from tests.samples import attempt, result, session


@pytest.mark.exhaustive
@examples(80)
@given(reports(), st.booleans())
def test_there_is_a_red_test_case_if_and_only_if_the_gate_closes_or_could_not_tell(
    report: Report, unwritable: bool
) -> None:
    if unwritable:
        report = with_fault(report, ReportUnwritable("x could not be written: y"))
    red = any(is_red(case) for case in cases_of(report))
    let_through = report.verdict.exit_code is ExitCode.OPEN and any(each.closing for each in report.sessions)
    assert red == (report.verdict.exit_code is not ExitCode.OPEN or let_through)


# A session type is the type of the test case `[session]`, which shows a rule that names no location.
_ALWAYS_WITH_PLACES = {Rule.FAILED, Rule.DEGRADED, Rule.FLAKY, Rule.MISSING, Rule.REQUIRED}


def test_a_rule_has_a_session_type_if_and_only_if_it_need_not_name_a_location() -> None:
    assert SESSION_TYPES.keys() == set(Rule) - _ALWAYS_WITH_PLACES


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_rules_without_a_session_type_always_name_a_location(
    report: Report,
) -> None:
    decisions = [decision for judged in report.sessions for decision in judged.decisions]
    assert all(decision.places for decision in decisions if decision.rule in _ALWAYS_WITH_PLACES)


def _expected_extra_cases(judged: JudgedSession, suite: ET.Element) -> set[str]:
    """Return the locations of the extra test cases: they show decisions and errors that no row shows."""
    rows = {row.outcome.location for row in judged.rows}
    red_rows = {location_of(case) for case in suite.iter("testcase") if is_red(case)} & rows
    orphans = [
        decision
        for decision in judged.closing
        if not rows.intersection({place.location for place in decision.places})
    ]
    owed = {decision.places[0].location if decision.places else "session" for decision in orphans}
    return owed | ({"session"} if judged.error and not red_rows else set())


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_each_row_has_a_case_and_there_are_no_unexpected_extra_cases(report: Report) -> None:
    for judged, suite in zip(report.sessions, root_of(report), strict=True):
        rows = [row.outcome.location for row in judged.rows]
        named = [location_of(case) for case in suite.iter("testcase")]
        assert named[: len(rows)] == rows
        extra = named[len(rows) :]
        assert Counter(extra) == Counter(_expected_extra_cases(judged, suite))
        red = {location_of(case) for case in suite.iter("testcase") if is_red(case)}
        assert red.issuperset(extra)
        assert red.issuperset(
            each for decision in judged.closing for each in {place.location for place in decision.places}
        )


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_times_have_three_decimals_and_add_up_exactly(report: Report) -> None:
    root = root_of(report)
    written = [
        element.get("time", "")
        for tag in ("testsuites", "testsuite", "testcase")
        for element in root.iter(tag)
    ]
    assert all(re.fullmatch(r"\d+\.\d{3}", each) for each in written)
    for parent in (root, *root):
        children = parent.findall("testsuite") or parent.findall("testcase")
        assert Decimal(parent.get("time", "")) == sum(Decimal(each.get("time", "")) for each in children)


def test_totals_are_sums_of_rounded_times() -> None:
    brief = session("PASSED", *(result(place, took_s=0.000_4) for place in "abc"))
    root = root_of(report_on(brief, brief))
    assert {element.get("time") for element in root.iter() if "time" in element.attrib} == {"0.000"}


@pytest.mark.exhaustive
@examples(80)
@given(reports(), hostile_names)
def test_the_file_is_utf_8_xml_without_cdata_or_character_references(report: Report, name: str) -> None:
    hostile = report_on(session("FAILED", attempt(name), result(name, "failed"), name=name))
    for each in (report, hostile):
        text = xml.render(each).decode()
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
        assert "<![CDATA[" not in text
        assert "&#" not in text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff]", text)
        assert not re.search(r"<(?!property )[^<>]*/>", text)


_ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"message"},
    "rerunFailure": {"type", "message"},
    "flakyFailure": {"type", "message"},
    "stackTrace": set(),
    "system-out": set(),
}
_PARENTS = {"testsuite": "testsuites", "properties": "testsuite", "testcase": "testsuite"}


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_only_known_elements_and_attributes_appear(report: Report) -> None:
    root = root_of(report)
    for parent in root.iter():
        assert set(parent.attrib) == _ATTRIBUTES[parent.tag]
        assert all(_PARENTS.get(child.tag, parent.tag) == parent.tag for child in parent)
        assert sum(child.tag in ("failure", "error", "skipped") for child in parent) <= 1
        assert sum(child.tag == "system-out" for child in parent) <= 1
        assert sum(child.tag == "properties" for child in parent) == (parent.tag == "testsuite")
        assert parent.tag != "testsuite" or parent.find("testcase") is not None


@pytest.mark.exhaustive
@examples(80)
@given(st.lists(hostile_names, min_size=1, max_size=4, unique=True), hostile_names)
@example(HOSTILE, HOSTILE[0])
def test_hostile_names_are_read_back_unchanged_and_every_location_appears_once(
    locations: list[str], check: str
) -> None:
    report = report_on(session("FAILED", *(result(each, "failed") for each in locations), name=check))
    (suite,) = junitparser.JUnitXml.fromstring(xml.render(report))
    assert suite.name == check
    assert [case.name for case in suite] == [f"{check} [{location}]" for location in locations]
    assert all(len(case.name.splitlines()) == 1 for case in suite)
    assert suite.tests == suite.failures == len(locations)


def _names(report: Report) -> dict[str, tuple[str | None, ...]]:
    return {
        location_of(case): (suite.get("name"), case.get("classname"), case.get("name"))
        for suite in root_of(report)
        for case in suite.iter("testcase")
    }


@pytest.mark.exhaustive
@examples(80)
@given(sessions(), sessions(), policies(), st.uuids(), st.integers(1, 10**6))
def test_the_names_of_a_case_do_not_depend_on_its_outcome(
    one: Session, other: Session, policy: Policy, session_id: object, later_s: int
) -> None:
    """Compare only test cases that are in both reports, because outcomes determine which cases exist."""
    assert one.started_at is not None
    moved = replace(
        other, id=str(session_id), link="", started_at=one.started_at + timedelta(seconds=later_s)
    )
    before, after = _names(report_on(one)), _names(report_on(moved, policy=policy))
    assert {key: before[key] for key in before.keys() & after} == {
        key: after[key] for key in before.keys() & after
    }
    assert all(name[:2] == ("Checkout API", "checkly.checkout-api") for name in (before | after).values())


@pytest.mark.parametrize(
    ("check_id", "name", "suite_and_class"),
    [
        ("id-1", "Pay", ("Pay", "checkly.pay")),
        ("id-1", "--Pay -- now!--", ("--Pay -- now!--", "checkly.pay-now")),
        ("id-1", "v2.1/Pay", ("v2.1/Pay", "checkly.v2-1-pay")),
        ("id-1", "!!!", ("!!!", "checkly.id-1")),
        ("id-1", "", ("id-1", "checkly.id-1")),
        ("", "Pay", ("Pay", "checkly.pay")),
    ],
)
def test_suites_and_classes_are_named_after_the_check(
    check_id: str, name: str, suite_and_class: tuple[str, str]
) -> None:
    (suite,) = root_of(report_on(session("PASSED", result("a"), check_id=check_id, name=name)))
    (case,) = suite.findall("testcase")
    assert (suite.get("name"), case.get("classname")) == suite_and_class
    assert case.get("name") == f"{suite_and_class[0]} [a]"


@given(
    st.lists(
        st.tuples(st.uuids().map(str), hostile_names), min_size=1, max_size=5, unique_by=lambda each: each[0]
    )
)
def test_each_check_has_a_different_class_name_with_only_one_dot(checks: list[tuple[str, str]]) -> None:
    report = report_on(*(session("PASSED", result("a"), check_id=each, name=name) for each, name in checks))
    classes = [case.get("classname", "") for case in cases_of(report)]
    assert len(set(classes)) == len(checks)
    assert all(re.fullmatch(r"checkly\.[a-z0-9-]+", each) for each in classes)
