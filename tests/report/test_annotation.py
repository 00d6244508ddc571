"""Annotations: one error that explains why the job fails, and a warning for each further problem."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.detail import Detail
from gate.domain.errors import ReportUnwritable, UsageError
from gate.domain.exit_code import ExitCode
from gate.evaluation.judged import VerdictKind
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.result import Ending
from gate.report import annotation
from gate.report.annotation import Level
from gate.report.report import Report
from tests.exhaustive import examples
from tests.report.reading import clean_text, reports
from tests.report.reports import DECIDED, of_error, report_of, report_on, unfinished, unread, with_fault
from tests.samples import attempt, result, run_of, session

RED = session("FAILED", result("a", "failed"))
LATE = unfinished(session("PROGRESS", locations=("a",)), Ending.TIMEOUT)
VERDICTS: dict[str, tuple[Report, list[tuple[str, str]]]] = {
    "open, no annotation": (report_on(session("PASSED", result("a"))), []),
    "closed": (report_on(RED), [("error", "Checkly gate closed")]),
    "closed, report only": (report_on(RED, report_only=True), [("warning", "Checkly gate closed")]),
    "late": (report_of(LATE), [("error", "Checkly gate could not tell")]),
    "late, report only": (report_of(LATE, report_only=True), [("error", "Checkly gate could not tell")]),
    "unread": (report_of(unread()), [("error", "Checkly gate could not tell")]),
    "stopped": (report_of(unread(Ending.STOPPED)), [("error", "Checkly gate could not tell")]),
    "usage": (
        of_error(UsageError("timeout: no"), decided_at=DECIDED),
        [("error", "Checkly gate: configuration error")],
    ),
    "open, but unwritable": (
        with_fault(report_on(session("PASSED", result("a"))), ReportUnwritable("x")),
        [("error", "Checkly gate could not tell")],
    ),
}


@pytest.mark.parametrize(("report", "expected"), VERDICTS.values(), ids=VERDICTS.keys())
def test_the_verdict_determines_the_level_and_the_title_of_the_annotation(
    report: Report, expected: list[tuple[str, str]]
) -> None:
    assert [(each.level.value, each.title) for each in annotation.render(report)] == expected


def test_the_error_contains_the_reason_and_the_link() -> None:
    (error,) = annotation.render(report_on(RED))
    assert error.message == f"1 of 1 location failed (100%), none allowed (default): a {RED.link}"


def test_the_error_links_to_the_worst_of_several_sessions() -> None:
    green = session("PASSED", result("a"), name="Home")
    (error,) = annotation.render(report_on(replace(green, link="https://app.checklyhq.com/green"), RED))
    assert error.message.endswith(f" {RED.link}")
    assert error.message.startswith("Checkout API: 1 of 1 location failed")


def test_the_error_shows_the_first_three_known_reasons_of_closing_locations() -> None:
    red = [result(place, "failed") for place in "abcde"]
    slow = result("s", "degraded")
    report = report_on(session("FAILED", slow, *red), policy=Policy(degraded=(SEVERAL,)))
    details = {run.id: Detail((f"no {run.location}", "and more")) for run in (slow, *red[1:])}
    error, *_ = annotation.render(replace(report, details=details))
    reasons = error.message.removeprefix(report.verdict.reason.text).removesuffix(RED.link)
    assert reasons == ". b: no b. c: no c. d: no d "


def _reasons_in(report: Report) -> str:
    error, *_ = annotation.render(report)
    assert error.message.startswith(report.verdict.reason.text)
    return error.message.removeprefix(report.verdict.reason.text).rpartition(" https://")[0]


def test_reasons_of_several_sessions_name_their_checks_and_the_worst_come_first() -> None:
    cart = session("DEGRADED", result("a", "degraded"), result("b", "degraded", after_s=6), name="Cart")
    pay = session("FAILED", result("a", "failed", after_s=7), result("b", "errored", after_s=8), name="Pay")
    details = {
        run.id: Detail((f"why {run.location}{run.stopped_at:%S}",))
        for run in (*run_of(cart).results, *run_of(pay).results)
    }
    assert _reasons_in(replace(report_on(cart, pay), details=details)) == (
        ". Pay, b: why b08. Pay, a: why a07. Cart, a: why a05"
    )


def test_a_reason_shared_by_several_locations_appears_once() -> None:
    of = session("FAILED", *(result(place, "failed") for place in "abcde"))
    details = {
        run.id: Detail(("all the same" if run.location in "abd" else "another",))
        for run in run_of(of).results
    }
    assert _reasons_in(replace(report_on(of), details=details)) == (
        ". a and 2 more: all the same. c and 1 more: another"
    )


def test_if_a_flaky_location_closes_the_gate_the_error_shows_why_its_attempt_failed() -> None:
    of = session("PASSED", attempt("a"), result("a"))
    flaky = report_on(of, policy=Policy(flaky=(parse_threshold("0"),)))
    told = annotation.render(replace(flaky, details={run_of(of).results[0].id: Detail(("reset",))}))
    assert [each.level for each in told] == [Level.ERROR], "no warning repeats the error"
    assert _reasons_in(replace(flaky, details={run_of(of).results[0].id: Detail(("reset",))})) == ". a: reset"


SEVERAL = parse_threshold("3")
WARNINGS: dict[str, tuple[Report, list[str]]] = {
    "flaky": (
        report_on(session("PASSED", attempt("a"), result("a"))),
        ["1 of 1 location is flaky (100%): a"],
    ),
    "degraded and tolerated": (
        report_on(session("DEGRADED", result("a", "degraded")), policy=Policy(degraded=(SEVERAL,))),
        ["1 of 1 location is degraded (100%), at most 3 allowed (default): a"],
    ),
    "failed and tolerated": (
        report_on(RED, policy=Policy(failed=(SEVERAL,))),
        ["1 of 1 location failed (100%), at most 3 allowed (default): a"],
    ),
    "a contradiction": (
        report_on(session("PASSED", result("a", "failed")), policy=Policy(failed=(SEVERAL,))),
        [
            "1 of 1 location failed (100%), at most 3 allowed (default): a",
            "Checkly reports PASSED, but a failed; the gate uses the worse of the two",
        ],
    ),
    "a notice, such as the deprecated API": (
        replace(report_on(session("PASSED", result("a"))), notices=("v1 answered",)),
        ["v1 answered"],
    ),
    "a repeated notice appears once": (
        replace(report_on(session("PASSED", result("a"))), notices=("v1 answered", "v1 answered")),
        ["v1 answered"],
    ),
    "several sessions, each named": (
        report_on(
            session("PASSED", attempt("a"), result("a"), name="Home"),
            session("PASSED", attempt("a"), result("a"), name="Cart"),
        ),
        ["Home: 1 of 1 location is flaky (100%): a", "Cart: 1 of 1 location is flaky (100%): a"],
    ),
}


@pytest.mark.parametrize(("report", "warnings"), WARNINGS.values(), ids=WARNINGS.keys())
def test_a_problem_that_does_not_close_the_gate_causes_a_warning(report: Report, warnings: list[str]) -> None:
    told = annotation.render(report)
    assert [each.message for each in told] == warnings
    assert {each.level for each in told} == {Level.WARNING}


@pytest.mark.parametrize("report_only", [False, True])
def test_warnings_beyond_the_limit_are_counted(report_only: bool) -> None:
    noisy = replace(report_on(RED, report_only=report_only), notices=tuple(f"note {n}" for n in range(30)))
    verdict, *warnings = annotation.render(noisy)
    assert verdict.level is (Level.WARNING if report_only else Level.ERROR)
    assert [each.message for each in warnings[:-1]] == [f"note {n}" for n in range(8)]
    assert warnings[-1].message.startswith("22 more warnings ")


@pytest.mark.exhaustive
@examples(80)
@given(reports(), st.lists(clean_text, max_size=25))
def test_there_are_at_most_ten_annotations_per_level_and_each_is_one_line(
    report: Report, notices: list[str]
) -> None:
    told = annotation.render(replace(report, notices=tuple(notices)))
    levels = [each.level for each in told]
    assert levels.count(Level.ERROR) <= 1
    assert levels.count(Level.WARNING) <= 10
    assert all(len(text.splitlines()) == 1 for each in told for text in (each.title, each.message))
    assert all(len(each.message) <= 4096 for each in told)


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_there_is_an_error_if_and_only_if_the_job_fails(report: Report) -> None:
    told = annotation.render(report)
    assert any(each.level is Level.ERROR for each in told) == (report.verdict.exit_code is not ExitCode.OPEN)
    if report.verdict.kind is not VerdictKind.PASS:
        assert told[0].message.startswith(report.verdict.reason.text)
