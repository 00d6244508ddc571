"""The JUnit report, as its consumers read it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from xml.etree import ElementTree as ET

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import UsageError
from gate.domain.exit_code import ExitCode
from gate.domain.session import Session
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.result import Ending
from gate.report.junit import xml
from gate.report.report import Report
from gate.text.clean import clean
from tests.evaluation.generated import policies, sessions
from tests.exhaustive import examples
from tests.report.reports import DECIDED, of_error, report_of, report_on, unfinished, unread
from tests.samples import attempt, finished, result, run_of, session


def _root(report: Report) -> ET.Element:
    return ET.fromstring(xml.render(report))


def _case(report: Report, location: str) -> ET.Element:
    (case,) = [
        each for each in _root(report).iter("testcase") if each.get("name", "").endswith(f" [{location}]")
    ]
    return case


def _tags(case: ET.Element) -> list[str]:
    return [f"{child.tag} {child.get('type', '')}".strip() for child in case]


LOOSE = Policy(
    failed=(parse_threshold("100%"),),
    degraded=(parse_threshold("100%"),),
    allow_missing=True,
    allow_cancelled=True,
)
STRICT = Policy(flaky=(parse_threshold("0"),))
OK = result("a")
OUTCOMES: dict[str, tuple[Session, Policy, list[str]]] = {
    "passed": (session("PASSED", OK), STRICT, ["system-out"]),
    "failed": (session("FAILED", result("a", "failed")), STRICT, ["failure CheckFailure", "system-out"]),
    "failed after attempts": (
        session("FAILED", attempt("a"), attempt("a", "errored", after_s=3), result("a", "failed")),
        STRICT,
        ["failure CheckFailure", "rerunFailure CheckFailure", "rerunFailure ChecklyError", "system-out"],
    ),
    "failed, tolerated": (
        session("FAILED", attempt("a"), result("a", "failed")),
        LOOSE,
        ["system-out"],
    ),
    "flaky": (session("PASSED", attempt("a"), OK), LOOSE, ["flakyFailure CheckFailure", "system-out"]),
    "flaky beyond its threshold": (
        session("PASSED", attempt("a"), OK),
        STRICT,
        ["failure Flaky", "rerunFailure CheckFailure", "system-out"],
    ),
    "degraded, tolerated": (session("DEGRADED", result("a", "degraded")), LOOSE, ["system-out"]),
    "degraded": (session("DEGRADED", result("a", "degraded")), STRICT, ["failure Degraded", "system-out"]),
    "errored after an attempt": (
        session("FAILED", attempt("a"), result("a", "errored")),
        STRICT,
        ["rerunFailure CheckFailure", "error ChecklyError", "system-out"],
    ),
    "aborted": (session("FAILED", result("a", "aborted")), STRICT, ["error Aborted", "system-out"]),
    "cancelled": (session("CANCELLED", result("a", "cancelled")), STRICT, ["error Cancelled", "system-out"]),
    "cancelled, allowed": (session("CANCELLED", result("a", "cancelled")), LOOSE, ["skipped", "system-out"]),
    "missing": (session("PASSED", locations=("a",)), STRICT, ["error MissingResult", "system-out"]),
    "missing, allowed": (session("PASSED", locations=("a",)), LOOSE, ["skipped", "system-out"]),
    "skipped by the policy": (
        session("FAILED", attempt("a"), result("a", "failed")),
        replace(STRICT, skipped={"a": "ignored by the policy"}),
        ["skipped", "system-out"],
    ),
    "required, but degraded": (
        session("DEGRADED", result("a", "degraded")),
        replace(LOOSE, required=("a",)),
        ["failure Required", "system-out"],
    ),
}


@pytest.mark.parametrize(("of", "policy", "tags"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_the_outcome_determines_the_elements_of_a_test_case(
    of: Session, policy: Policy, tags: list[str]
) -> None:
    assert _tags(_case(report_on(of, policy=policy), "a")) == tags


@pytest.mark.parametrize(
    ("ending", "kind"),
    [(Ending.TIMEOUT, "GateTimeout"), (Ending.STOPPED, "Interrupted"), (Ending.INCONCLUSIVE, "Inconclusive")],
)
def test_a_location_without_a_final_result_in_an_unfinished_session_has_an_error(
    ending: Ending, kind: str
) -> None:
    running = session("PROGRESS", OK, attempt("b"), locations=("a", "b", "c"))
    report = report_of(unfinished(running, ending))
    assert _tags(_case(report, "a")) == ["system-out"]
    assert _tags(_case(report, "b")) == ["rerunFailure CheckFailure", f"error {kind}", "system-out"]
    assert _tags(_case(report, "c")) == [f"error {kind}", "system-out"]


EXTRA: dict[str, tuple[Report, str, str]] = {
    "FAILED without an explanation": (report_on(session("FAILED", OK)), "[session]", "failure Unexplained"),
    "TIMED_OUT with all results": (report_on(session("TIMED_OUT", OK)), "[session]", "error TimedOut"),
    "CANCELLED with all results": (report_on(session("CANCELLED", OK)), "[session]", "error Cancelled"),
    "nothing counted": (report_on(session("PASSED")), "[session]", "error NothingCounted"),
    "a required location without a row": (
        report_on(session("PASSED", OK), policy=Policy(required=("b",))),
        "[b]",
        "failure Required",
    ),
    "still running, with all results": (
        report_of(unfinished(session("PROGRESS", OK), Ending.TIMEOUT)),
        "[session]",
        "error GateTimeout",
    ),
    "never read": (report_of(unread()), "Checkly session [session]", "error Inconclusive"),
    "a usage error": (
        of_error(UsageError("timeout: 'soon' is not allowed"), decided_at=DECIDED),
        "checkly-gate [inputs]",
        "error GateError",
    ),
}


@pytest.mark.parametrize(("report", "name", "tag"), EXTRA.values(), ids=EXTRA.keys())
def test_a_problem_that_no_row_shows_has_its_own_test_case(report: Report, name: str, tag: str) -> None:
    (case,) = [case for case in _root(report).iter("testcase") if case.get("name", "").endswith(name)]
    assert _tags(case) == [tag]


def test_there_is_no_extra_case_if_a_location_explains_the_verdict() -> None:
    late = session("TIMED_OUT", OK, locations=("a", "b"), version="v2")
    names = [case.get("name") for case in _root(report_on(late)).iter("testcase")]
    assert names == ["Checkout API [a]", "Checkout API [b]"]


def test_the_text_of_a_failure_starts_with_the_message_and_contains_the_link() -> None:
    case = _case(report_on(session("FAILED", result("a", "failed"))), "a")
    failure = case.find("failure")
    assert failure is not None
    text = failure.text or ""
    assert failure.get("message") == "failed"
    assert text.startswith(failure.get("message", "?"))
    assert "result: https://app.checklyhq.com/" in text


def test_facts_of_a_location_are_machine_readable_properties() -> None:
    tolerated = session("DEGRADED", result("a", "degraded", took_s=1.5), result("b"))
    report = report_on(tolerated, policy=LOOSE)
    green = _facts(report, "b")
    assert green.pop("checkly.result_url").startswith("https://app.checklyhq.com/")
    assert green == {
        "checkly.state": "passed",
        "checkly.attempts": "1",
        "checkly.response_time_ms": "1000",
    }
    assert _facts(report, "a") == {
        "checkly.state": "degraded",
        "checkly.tolerated": "degraded",
        "checkly.degraded": "true",
        "checkly.attempts": "1",
        "checkly.response_time_ms": "1500",
    }
    out = _case(report, "a").findtext("system-out", "")
    assert out.startswith("degraded\nrule: 1 of 2 locations is degraded (50%), at most 100% allowed")
    assert "\nresult: https://app.checklyhq.com/" in out


def _facts(report: Report, location: str) -> dict[str, str]:
    out = _case(report, location).findtext("system-out", "")
    return dict(re.findall(r"^\[\[PROPERTY\|([\w.]+)=(.*)\]\]$", out, re.MULTILINE))


def test_a_suite_has_the_verdict_of_its_session_not_of_the_whole_gate() -> None:
    green = session("PASSED", OK, name="Pay")
    red = session("FAILED", result("a", "failed"), name="Search")
    running = unfinished(session("PROGRESS", attempt("a"), locations=("a",), name="Basket"), Ending.TIMEOUT)
    root = _root(report_of(finished(green), finished(red), running))
    said = [{each.get("name"): each.get("value", "") for each in suite.iter("property")} for suite in root]
    assert [each["checkly.verdict"] for each in said] == ["pass", "fail", "inconclusive"]
    reasons = [each["checkly.reason"] for each in said]
    assert reasons[0] == "1 of 1 location green"
    assert reasons[1].startswith("1 of 1 location failed")
    assert reasons[2].startswith("the gate's own timeout of 20m expired")


def test_the_properties_of_a_suite_describe_its_session() -> None:
    of = session("PASSED", OK)
    policy = Policy(degraded=(parse_threshold("25%"),), flaky=(parse_threshold("2"),))
    suite = _root(report_on(of, policy=policy)).find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("timestamp")) == ("Checkout API", "2026-01-15T09:00:00Z")
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert properties == {
        "checkly.session_id": of.id,
        "checkly.session_link": of.link,
        "checkly.check_id": run_of(of).check.id,
        "checkly.check_type": "API",
        "checkly.status": "PASSED",
        "checkly.verdict": "pass",
        "checkly.reason": "1 of 1 location green",
        "checkly.degraded_threshold": "25%",
        "checkly.failed_threshold": "0",
        "checkly.flaky_threshold": "2",
    }
    assert suite[0].tag == "properties"


@pytest.mark.parametrize(
    ("checks", "class_names"),
    [
        ([("id-1", "Checkout API")], ["checkly.checkout-api"]),
        ([("id-1", "  Über: Größe v2.1!")], ["checkly.ber-gr-e-v2-1"]),
        ([("id-1", "支払い")], ["checkly.id-1"]),
        ([("id-1", "")], ["checkly.id-1"]),
        (
            [("id-1", "Pay!"), ("id-2", "pay"), ("id-3", "Home")],
            ["checkly.id-1", "checkly.id-2", "checkly.home"],
        ),
        ([("id-1", "Pay"), ("id-1", "Pay")], ["checkly.pay", "checkly.pay"]),
    ],
)
def test_the_class_name_is_the_slug_of_the_check_name_or_the_check_id(
    checks: list[tuple[str, str]], class_names: list[str]
) -> None:
    root = _root(report_on(*(session("PASSED", OK, check_id=each, name=name) for each, name in checks)))
    assert [case.get("classname") for case in root.iter("testcase")] == class_names


def _names(report: Report) -> list[tuple[str | None, ...]]:
    root = _root(report)
    return [
        (suite.get("name"), case.get("classname"), case.get("name"))
        for suite in root.iter("testsuite")
        for case in suite.iter("testcase")
    ]


def test_names_depend_only_on_the_check_and_the_location() -> None:
    once = session("PASSED", OK, result("b"))
    again = session(
        "FAILED",
        attempt("a", after_s=9),
        result("a", "failed", after_s=77, took_s=8),
        result("b", "degraded"),
        version="v1",
        session_id="00000000-0000-0000-0000-000000000001",
    )
    assert once.started_at
    later = replace(again, started_at=once.started_at + timedelta(days=3), link="")
    assert _names(report_on(once)) == _names(report_on(later)) == _names(report_on(once, policy=STRICT))


HOSTILE = [
    "]]>",
    "a&b<c>",
    '"quoted"',
    "🎉 v2",
    "\u202egnp.exe",
    "::error::x",
    "a\nb\x1b[31m",
    "x" * 500,
    "[[PROPERTY|a=b]]",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_read_back_unchanged_as_one_line(name: str) -> None:
    shown = clean(name)
    hostile = session("FAILED", result(shown, "failed"), name=shown)
    report = report_on(hostile, policy=Policy(skipped={shown: shown}))
    read = junitparser.JUnitXml.fromstring(xml.render(report))
    assert [suite.name for suite in read] == [shown]
    assert [case.name for suite in read for case in suite] == [f"{shown} [{shown}]", f"{shown} [session]"]


def test_text_contains_no_character_that_some_dashboards_show_as_an_entity() -> None:
    odd = session("FAILED", result("<a> & b > c", "failed"), name="<b>&")
    for element in _root(report_on(odd)).iter():
        assert not re.search(r"[<>&]", element.text or "")


_ENDINGS = st.sampled_from(list(Ending))


@pytest.mark.exhaustive
@examples(400)
@given(st.lists(st.tuples(sessions(), _ENDINGS), min_size=1, max_size=3), policies(), st.booleans())
def test_every_report_follows_the_rules_of_its_consumers(
    drawn: list[tuple[Session, Ending]], policy: Policy, report_only: bool
) -> None:
    watched = [finished(of) if ending is Ending.FINISHED else unfinished(of, ending) for of, ending in drawn]
    report = report_of(*watched, policy=policy, report_only=report_only)
    root = _root(report)
    _check_sums(root)
    _check_shapes(root)
    red = int(root.get("failures", "")) + int(root.get("errors", ""))
    tolerated = report_only and report.verdict.exit_code is ExitCode.OPEN
    assert (report.verdict.exit_code is not ExitCode.OPEN) == (red > 0) or tolerated
    read = junitparser.JUnitXml.fromstring(xml.render(report))
    assert (read.tests, read.failures, read.errors) == tuple(
        int(root.get(name, "")) for name in ("tests", "failures", "errors")
    )


def _check_sums(root: ET.Element) -> None:
    assert list(root.attrib) == ["name", "tests", "failures", "errors", "time"]
    for name in ("tests", "failures", "errors"):
        assert int(root.get(name, "")) == sum(int(suite.get(name, "")) for suite in root)
    for suite in root:
        assert list(suite.attrib) == ["name", "tests", "failures", "errors", "skipped", "time", "timestamp"]
        cases = suite.findall("testcase")
        assert len(cases) == int(suite.get("tests", "")) > 0
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(name, "")) == sum(case.find(tag) is not None for case in cases)
        assert abs(float(suite.get("time", "")) - sum(float(case.get("time", "")) for case in cases)) < 0.0015
        assert len({case.get("name") for case in cases}) == len(cases)


_ORDER = {
    tag: rank
    for rank, tag in enumerate(["failure", "rerunFailure", "flakyFailure", "skipped", "error", "system-out"])
}
_VERDICTS = {"failure", "error", "skipped"}


def _check_shapes(root: ET.Element) -> None:
    for case in root.iter("testcase"):
        tags = [child.tag for child in case]
        assert set(case.attrib) == {"name", "classname", "time"}
        assert re.fullmatch(r"\d+\.\d{3}", case.get("time", ""))
        assert [_ORDER[tag] for tag in tags] == sorted(_ORDER[tag] for tag in tags)
        assert sum(tag in _VERDICTS for tag in tags) <= 1
        assert not any(
            {a, b} <= set(tags) for a, b in permutations(("flakyFailure", "rerunFailure", "skipped"), 2)
        )
        for child in case:
            if child.tag in _VERDICTS:
                assert (child.text or "").startswith(child.get("message") or "?")
                assert ("type" in child.attrib) == (child.tag != "skipped")
            elif child.tag != "system-out":
                assert child.get("type")
                assert child.findtext("stackTrace")
