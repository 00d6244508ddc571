"""The outputs, annotations, summary and log show the same verdict, and every report can be rendered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import ReportUnwritable
from gate.domain.exit_code import ExitCode
from gate.domain.session import Session
from gate.evaluation.judged import VerdictKind
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.events import Event, Fetched, Paused
from gate.polling.result import Ending
from gate.report import annotation, outputs, record
from gate.report.log import closing
from gate.report.log.progress import Progress
from gate.report.report import Report
from gate.report.summary import summary
from gate.text.clean import clean
from gate.text.style import Tone
from tests.evaluation.generated import policies, sessions
from tests.exhaustive import examples
from tests.report.reading import reports
from tests.report.reports import report_of, report_on, unfinished, with_fault
from tests.samples import CHECK_ID, attempt, finished, result, session

MIXED = session(
    "FAILED",
    result("us-east-1"),
    attempt("eu-central-1"),
    result("eu-central-1"),
    result("ap-south-1", "degraded"),
    result("sa-east-1", "failed"),
    locations=("us-east-1", "eu-central-1", "ap-south-1", "sa-east-1", "af-south-1"),
)
TOLERANT = Policy(degraded=(parse_threshold("1"),), skipped={"af-south-1": "ignored by the policy (p.yml:3)"})


def _annotations(report: Report) -> list[tuple[str, str]]:
    return [(each.level, each.message) for each in annotation.render(report)]


def _log(*events: tuple[float, Event], sessions: int = 1) -> list[str]:
    progress = Progress(sessions, 1200)
    return [line.text.strip() for at_s, event in events for line in progress.lines(event, at_s)]


def test_the_outputs_have_the_documented_names_and_order() -> None:
    rendered = outputs.render(report_on(MIXED, policy=TOLERANT))
    assert list(rendered.items()) == [
        ("verdict", "fail"),
        ("status", "FAILED"),
        ("reason", "1 of 4 locations failed (25%), none allowed (default): sa-east-1"),
        ("cause", "failed"),
        ("exit-code", 1),
        ("session-link", MIXED.link),
        ("session-ids", MIXED.id),
        ("failed-checks", json.dumps([{"id": CHECK_ID, "name": "Checkout API", "locations": ["sa-east-1"]}])),
        ("checks", 1),
        ("locations", 4),
        ("passed", 1),
        ("failed", 1),
        ("errored", 0),
        ("aborted", 0),
        ("degraded", 1),
        ("flaky", 1),
        ("missing", 0),
        ("cancelled", 0),
        ("unfinished", 0),
        ("skipped", 1),
        ("junit-path", "test-results/checkly-junit.xml"),
        ("json-path", ""),
        ("summary-path", ""),
        ("html-path", ""),
    ]


def test_a_closed_gate_has_one_error_and_a_warning_per_tolerated_problem() -> None:
    told = _annotations(report_on(MIXED, policy=TOLERANT))
    assert told == [
        ("error", f"1 of 4 locations failed (25%), none allowed (default): sa-east-1 {MIXED.link}"),
        ("warning", "1 of 4 locations is degraded (25%), at most 1 allowed (default): ap-south-1"),
        ("warning", "1 of 4 locations is flaky (25%): eu-central-1"),
    ]


def test_the_summary_shows_the_verdict_first_and_sorts_locations_worst_first() -> None:
    lines = summary.render(report_on(MIXED, policy=TOLERANT)).splitlines()
    assert lines[0] == "## ❌ Checkly gate: closed"
    rows = [line.replace("\\", "") for line in lines if line.startswith("| ") and "Location" not in line]
    assert [re.sub(r"\[(\S+)\]\(\S+\)", r"\1", row) for row in rows] == [
        "| ❌ | sa-east-1 | failed | 1 | 1s |",
        "| ⚠️ | ap-south-1 | degraded | 1 | 1s |",
        "| ⚠️ | eu-central-1 | flaky | 2 | 1s |",
        "| ⏭️ | af-south-1 | skipped, missing (ignored by the policy (p.yml:3)) | 0 |  |",
        "| ✅ | us-east-1 | passed | 1 | 1s |",
    ]
    assert lines[-1] == "<sub>Waited 12s, 7 requests. Exit code 1.</sub>"


def test_the_timeline_has_a_bar_for_each_attempt() -> None:
    text = summary.render(report_on(session("PASSED", attempt("a: b;#c"), result("a: b;#c"))))
    look, *gantt = text.split("```mermaid\n")[1].split("```")[0].splitlines()
    assert look.startswith('%%{init: {"gantt": {"leftPadding": 75}, ')
    assert gantt == [
        "gantt",
        "    title Checkout API",
        "    dateFormat x",
        "    todayMarker off",
        "    axisFormat %M:%S.%L",
        "    tickInterval 500millisecond",
        "    section a b c",
        "    1. failed :crit, 1768467601000, 1768467602000",
        "    2. passed :done, 1768467604000, 1768467605000",
    ]


hostile = st.text(min_size=1).map(clean).filter(bool) | st.sampled_from(
    ["a|b", "](javascript:x)", "<img src=x>", "```", "\\", "::error::x", "**b**", "a\\|b", "$x$", "@team"]
)


def test_the_log_ends_with_the_verdict_and_its_details() -> None:
    lines = [line.text for line in closing.verdict(report_on(MIXED, policy=TOLERANT))]
    assert lines == [
        "The gate is CLOSED (exit code 1): 1 of 4 locations failed (25%), none allowed (default): sa-east-1",
        "  tolerated: 1 of 4 locations is degraded (25%), at most 1 allowed (default): ap-south-1",
        "  tolerated: 1 of 4 locations is flaky (25%): eu-central-1",
        "  skipped: af-south-1 (missing), ignored by the policy (p.yml:3)",
        "  Checkout API in Checkly",
        "  waited 12s, 7 requests",
    ]


def test_a_decision_that_does_not_fit_into_the_reason_has_its_own_line() -> None:
    failed, degraded = "1 of 21 locations failed", "20 of 21 locations are degraded"
    slow = [result(f"a-private-location-with-quite-a-long-name-{number}", "degraded") for number in range(20)]
    (first, *lines) = closing.verdict(report_on(session("FAILED", result("a", "failed"), *slow)))
    assert failed in first.text
    assert [line.tone for line in lines if line.text.startswith(f"  closed by: {degraded}")] == [Tone.BAD]
    assert not [line for line in lines if failed in line.text]


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_the_end_of_the_log_contains_all_decisions_errors_and_notices(report: Report) -> None:
    report = replace(report, notices=("v1 answered", "v1 answered"))
    lines = [line.text for line in closing.verdict(report)]
    assert lines.count("  note: v1 answered") == 1
    for judged in report.sessions:
        name = judged.label if len(report.sessions) > 1 else ""
        said = [*(decision.text for decision in judged.decisions), *judged.contradictions]
        said += [judged.error.sentence] if judged.error else []
        assert all(any(name in line and text in line for line in lines) for text in said)


@pytest.mark.parametrize(
    ("report", "kind", "exit_code"),
    [
        (report_on(session("PASSED", result("a"))), VerdictKind.INCONCLUSIVE, ExitCode.INCONCLUSIVE),
        (report_on(session("FAILED", result("a", "failed"))), VerdictKind.FAIL, ExitCode.CLOSED),
        (
            report_of(unfinished(session("PROGRESS"), Ending.TIMEOUT)),
            VerdictKind.INCONCLUSIVE,
            ExitCode.INCONCLUSIVE,
        ),
        (
            report_of(unfinished(session("PROGRESS"), Ending.STOPPED)),
            VerdictKind.INCONCLUSIVE,
            ExitCode.SIGTERM,
        ),
        (
            report_on(session("FAILED", result("a", "failed")), report_only=True),
            VerdictKind.FAIL,
            ExitCode.INCONCLUSIVE,
        ),
    ],
    ids=["open", "closed", "timeout", "stopped", "report only"],
)
def test_the_gate_never_opens_if_a_report_could_not_be_written(
    report: Report, kind: VerdictKind, exit_code: ExitCode
) -> None:
    faulty = with_fault(report, ReportUnwritable("out.xml could not be written: No space left on device"))
    assert (faulty.verdict.kind, faulty.verdict.exit_code) == (kind, exit_code)
    (fault,) = faulty.faults
    assert fault.startswith("out.xml could not be written: No space left on device. Check the path")


def test_a_heartbeat_is_logged_while_nothing_changes() -> None:
    running = session("PROGRESS", result("a"), locations=("a", "b"))
    events: list[tuple[float, Event]] = [
        (0, Fetched(running)),
        *((at_s, Paused()) for at_s in range(10, 71, 10)),
    ]
    assert _log(*events)[2:] == [
        "30s  waiting: 30s of 20m, 1 of 2 locations, PROGRESS: Checkout API",
        "1m  waiting: 1m of 20m, 1 of 2 locations, PROGRESS: Checkout API",
    ]


def test_the_heartbeat_shows_that_no_session_was_read_and_how_many_have_ended() -> None:
    assert _log((31, Paused())) == ["31s  waiting: 31s of 20m, 0 of 0 locations, not read yet"]
    log = _log((0, Fetched(session("PASSED", result("a")))), (31, Paused()), sessions=3)
    assert log[-1] == "31s  waiting: 31s of 20m, 1 of 1 locations, 1 of 3 sessions have ended"
    assert log[1] == "0s  Checkout API · a: passed in 1s"


@pytest.mark.exhaustive
@examples(150)
@given(
    st.lists(st.tuples(sessions(), st.sampled_from(Ending)), min_size=1, max_size=3),
    policies(),
    st.booleans(),
)
def test_every_report_can_be_rendered(
    drawn: list[tuple[Session, Ending]], policy: Policy, report_only: bool
) -> None:
    watched = [finished(of) if ending is Ending.FINISHED else unfinished(of, ending) for of, ending in drawn]
    report = report_of(*watched, policy=policy, report_only=report_only)
    renderers: list[Callable[[Report], object]] = [
        annotation.render,
        lambda report: tuple(closing.tables(report)),
        closing.verdict,
        outputs.render,
        record.render,
        summary.render,
    ]
    assert all(render(report) is not None for render in renderers)
    assert report.counts["locations"] + report.counts["skipped"] == sum(
        len(each.rows) for each in report.sessions
    )
