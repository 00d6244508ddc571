"""Summary, annotations, outputs, record and log: what people and scripts read of a decision."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import ExitCode, Incomprehensible, ReportUnwritable, UsageError
from gate.events import Event, Looked, Noticed, Paused, TroubleBegan, TroubleEnded
from gate.model import CheckSession, Ending
from gate.policy import Policy, parse_threshold
from gate.report import Report, annotation, closing, of_error, outputs, record, summary, with_fault
from gate.report.lines import Tone
from gate.report.progress import Progress
from gate.text import clean
from gate.verdict import Conclusion
from tests.policy.generated import policies, sessions
from tests.report.reports import DECIDED, report_of, report_on, unfinished, unread
from tests.samples import attempt, finished, result, session

MIXED = session(
    "FAILED",
    result("us-east-1"),
    attempt("eu-central-1"),
    result("eu-central-1"),
    result("ap-south-1", "degraded"),
    result("sa-east-1", "failed"),
    locations=("us-east-1", "eu-central-1", "ap-south-1", "sa-east-1", "af-south-1"),
)
TOLERANT = Policy(degraded=parse_threshold("1"), skipped={"af-south-1": "ignored by the policy (p.yml:3)"})


def test_the_outputs_are_those_of_the_contract_in_its_order() -> None:
    rendered = outputs.render(report_on(MIXED, policy=TOLERANT))
    assert list(rendered.items()) == [
        ("verdict", "fail"),
        ("status", "FAILED"),
        ("reason", "failed 1 of 4 locations (25%) > 0 allowed (default): sa-east-1"),
        ("session-link", MIXED.link),
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
    ]


@pytest.mark.parametrize(
    ("worse", "better"),
    [("FAILED", "PASSED"), ("FAILED", "DEGRADED"), ("TIMED_OUT", "DEGRADED"), ("CANCELLED", "PASSED")],
)
def test_the_worst_session_speaks_for_all(worse: str, better: str) -> None:
    red = session(worse, result("a", "failed"), name="red")
    report = report_on(session(better, result("a"), name="green"), red, session("PASSED", result("a")))
    assert outputs.render(report)["status"] == worse


def test_the_record_begins_with_the_outputs_and_is_plain_json() -> None:
    report = replace(report_on(MIXED, policy=TOLERANT), inputs={"timeout": "1200.0"}, notices=("a note",))
    read = json.loads(record.render(report))
    head = outputs.render(report)
    assert {name: read[name] for name in head} == head
    assert list(read)[: len(head)] == list(head)
    assert (read["exit-code"], read["requests"], read["waited-seconds"]) == (1, 7, 12.5)
    assert (read["inputs"], read["notices"], read["decided-at"]) == (
        {"timeout": "1200.0"},
        ["a note"],
        "2026-01-15T09:05:00Z",
    )
    (of_session,) = read["sessions"]
    assert of_session["policy"]["degraded-threshold"] == {"allowed": "1", "origin": "default"}
    assert [row["state"] for row in of_session["locations"]] == [
        "passed",
        "flaky",
        "degraded",
        "failed",
        "skipped",
    ]
    assert [decision["closes"] for decision in of_session["decisions"]] == [True, False, False]
    assert of_session["locations"][1]["attempts"][0]["state"] == "failed"


def _annotations(report: Report) -> list[tuple[str, str]]:
    return [(each.level, each.message) for each in annotation.render(report)]


def test_a_closed_gate_is_one_error_that_says_it_all_and_a_warning_for_each_thing_to_see() -> None:
    told = _annotations(report_on(MIXED, policy=TOLERANT))
    assert told == [
        ("error", f"failed 1 of 4 locations (25%) > 0 allowed (default): sa-east-1 {MIXED.link}"),
        ("warning", "degraded 1 of 4 locations (25%) ≤ 1 allowed (default): ap-south-1"),
        ("warning", "flaky 1 of 4 locations (25%): eu-central-1"),
    ]


@pytest.mark.parametrize(
    ("report", "levels"),
    [
        (report_on(session("PASSED", result("a"))), []),
        (report_on(session("FAILED", result("a", "failed")), report_only=True), ["warning"]),
        (report_of(unread()), ["error"]),
        (report_on(session("PASSED", result("a", "failed"))), ["error", "warning"]),
        (of_error(UsageError("x"), decided_at=DECIDED), ["error"]),
    ],
    ids=["open", "report only", "cannot tell", "a disagreement", "usage"],
)
def test_how_loud_a_verdict_is(report: Report, levels: list[str]) -> None:
    assert [level for level, _ in _annotations(report)] == levels


def test_no_more_annotations_are_sent_than_are_shown() -> None:
    report = replace(
        report_on(session("FAILED", result("a", "failed"))), notices=tuple(f"note {n}" for n in range(30))
    )
    told = _annotations(report)
    assert len(told) == 10
    assert told[-1] == ("warning", "22 more warnings are in the log and the summary")


def test_the_summary_has_the_verdict_first_and_the_worst_location_on_top() -> None:
    lines = summary.render(report_on(MIXED, policy=TOLERANT)).splitlines()
    assert lines[0] == "## ❌ Checkly gate: closed"
    rows = [line.replace("\\", "") for line in lines if line.startswith("| ") and "Location" not in line]
    assert [re.sub(r"\[(\S+)\]\(\S+\)", r"\1", row) for row in rows] == [
        "| ❌ | sa-east-1 | failed | 1 | 1s |",
        "| ⚠️ | ap-south-1 | degraded | 1 | 1s |",
        "| ⚠️ | eu-central-1 | flaky | 2 | 1s |",
        "| ⏭️ | af-south-1 | skipped (ignored by the policy (p.yml:3)) | 0 |  |",
        "| ✅ | us-east-1 | passed | 1 | 1s |",
    ]
    assert lines[-1] == "<sub>Waited 12s, 7 requests. Exit code 1.</sub>"


def test_the_timeline_has_a_bar_for_each_attempt() -> None:
    text = summary.render(report_on(session("PASSED", attempt("a: b;#c"), result("a: b;#c"))))
    gantt = text.split("```mermaid\n")[1].split("```")[0].splitlines()
    assert gantt == [
        "gantt",
        "    title Checkout API",
        "    dateFormat x",
        "    axisFormat %H:%M:%S",
        "    section a b c",
        "    1. failed :crit, 1768467601000, 1768467602000",
        "    2. passed :done, 1768467604000, 1768467605000",
    ]


hostile = st.text(min_size=1).map(clean).filter(bool) | st.sampled_from(
    ["a|b", "](javascript:x)", "<img src=x>", "```", "\\", "::error::x", "**b**", "a\\|b", "$x$", "@team"]
)


@given(hostile, hostile)
def test_no_name_breaks_out_of_the_table(name: str, location: str) -> None:
    named = session("FAILED", attempt(location), result(location, "failed"), name=name)
    lines = summary.render(report_on(named)).splitlines()
    rows = [line for line in lines if line.startswith("| ❌")]
    assert [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows] == [6]
    assert sum(line.startswith("```") for line in lines) == 2
    outside = [line for line in lines if not line.startswith("<sub>")]
    assert not any(re.search(r"(?<!\\)<", line) for line in outside)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(4_000, 40_000))
def test_a_summary_that_is_too_long_keeps_the_worst_and_counts_what_is_cut(
    locations: int, limit: int
) -> None:
    rows = [
        result(f"location-{number:04}", "failed" if number == locations - 1 else "passed")
        for number in range(locations)
    ]
    text = summary.render(report_on(session("FAILED", *rows)), limit)
    assert len(text.encode()) <= limit
    shown = len(re.findall(r"^\| [❌✅]", text, re.MULTILINE))
    cut = re.search(r"^(\d+) more locations do not fit here", text, re.MULTILINE)
    assert shown + (int(cut.group(1)) if cut else 0) == locations
    assert f"location\\-{locations - 1:04}" in text or shown == 0


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(sessions(), st.sampled_from(Ending)), min_size=1, max_size=3),
    policies(),
    st.booleans(),
)
def test_every_reporter_renders_every_report(
    drawn: list[tuple[CheckSession, Ending]], policy: Policy, report_only: bool
) -> None:
    watched = [finished(of) if ending is Ending.FINISHED else unfinished(of, ending) for of, ending in drawn]
    report = report_of(*watched, policy=policy, report_only=report_only)
    renderers: list[Callable[[Report], object]] = [
        annotation.render,
        closing.tables,
        closing.verdict,
        outputs.render,
        record.render,
        summary.render,
    ]
    assert all(render(report) is not None for render in renderers)
    assert report.counts["locations"] + report.counts["skipped"] == sum(
        len(each.rows) for each in report.sessions
    )


@given(st.lists(hostile, min_size=1, max_size=4, unique=True))
def test_a_table_fits_eighty_columns_whatever_the_names(names: list[str]) -> None:
    for _, lines in closing.tables(report_on(session("PASSED", *(result(name, "failed") for name in names)))):
        assert all(len(line.text) <= 80 for line in lines)


def test_the_log_ends_with_the_verdict_and_where_to_look() -> None:
    lines = [line.text for line in closing.verdict(report_on(MIXED, policy=TOLERANT))]
    assert lines == [
        "The gate is CLOSED (exit code 1): failed 1 of 4 locations (25%) > 0 allowed (default): sa-east-1",
        "  tolerated: degraded 1 of 4 locations (25%) ≤ 1 allowed (default): ap-south-1",
        "  tolerated: flaky 1 of 4 locations (25%): eu-central-1",
        "  skipped: af-south-1 is missing, ignored by the policy (p.yml:3)",
        f"  {MIXED.link}",
        "  waited 12s, 7 requests",
    ]


def test_where_several_decisions_close_the_gate_each_has_a_line() -> None:
    report = report_on(session("FAILED", result("a", "failed"), result("b", "degraded")))
    closing_lines = [line for line in closing.verdict(report) if "closed by: " in line.text]
    assert [line.tone for line in closing_lines] == [Tone.BAD, Tone.BAD]


@pytest.mark.parametrize(
    ("report", "conclusion", "exit_code"),
    [
        (report_on(session("PASSED", result("a"))), Conclusion.INCONCLUSIVE, ExitCode.CANNOT_TELL),
        (report_on(session("FAILED", result("a", "failed"))), Conclusion.FAIL, ExitCode.CLOSED),
        (
            report_of(unfinished(session("PROGRESS"), Ending.TIMEOUT)),
            Conclusion.INCONCLUSIVE,
            ExitCode.CANNOT_TELL,
        ),
        (
            report_of(unfinished(session("PROGRESS"), Ending.STOPPED)),
            Conclusion.INCONCLUSIVE,
            ExitCode.SIGTERM,
        ),
        (
            report_on(session("FAILED", result("a", "failed")), report_only=True),
            Conclusion.FAIL,
            ExitCode.CANNOT_TELL,
        ),
    ],
    ids=["open", "closed", "timeout", "stopped", "report only"],
)
def test_a_report_that_could_not_be_written_turns_open_and_late_into_cannot_tell(
    report: Report, conclusion: Conclusion, exit_code: ExitCode
) -> None:
    faulty = with_fault(report, ReportUnwritable("out.xml could not be written: No space left on device"))
    assert (faulty.conclusion, faulty.exit_code) == (conclusion, exit_code)
    (fault,) = faulty.faults
    assert fault.startswith("out.xml could not be written: No space left on device. Check the path")


def _log(*events: tuple[float, Event], sessions: int = 1) -> list[str]:
    progress = Progress(sessions, 1200)
    return [line.text.strip() for at_s, event in events for line in progress.lines(event, at_s)]


def test_the_log_says_what_changed_and_only_that() -> None:
    started = session("STARTED", locations=("a", "b"))
    retried = session("PROGRESS", attempt("a"), locations=("a", "b"))
    ended = session("PASSED", attempt("a"), result("a"), result("b"), locations=("a", "b"))
    assert _log(
        (0, Looked(started)),
        (10, Looked(started)),
        (20, Looked(retried)),
        (21, Looked(retried)),
        (65, Looked(ended)),
    ) == [
        "0s  Checkout API is STARTED",
        "20s  Checkout API is PROGRESS",
        "20s  a: 1 failed attempt so far",
        "1m 05s  Checkout API is PASSED",
        "1m 05s  a: flaky in 1s after 1 failed attempt",
        "1m 05s  b: passed in 1s",
    ]


def test_where_nothing_changes_the_log_shows_that_the_gate_is_alive() -> None:
    running = session("PROGRESS", result("a"), locations=("a", "b"))
    events: list[tuple[float, Event]] = [
        (0, Looked(running)),
        *((at_s, Paused()) for at_s in range(10, 71, 10)),
    ]
    assert _log(*events)[2:] == [
        "30s  waiting: Checkout API is PROGRESS, 1 of 2 locations, waited 30s of 20m",
        "1m  waiting: Checkout API is PROGRESS, 1 of 2 locations, waited 1m of 20m",
    ]


def test_before_anything_was_read_and_of_many_sessions_the_heartbeat_says_so() -> None:
    assert _log((31, Paused())) == ["31s  waiting: not read yet, 0 of 0 locations, waited 31s of 20m"]
    log = _log((0, Looked(session("PASSED", result("a")))), (31, Paused()), sessions=3)
    assert log[-1] == "31s  waiting: 1 of 3 sessions have ended, 1 of 1 locations, waited 31s of 20m"
    assert log[1] == "0s  Checkout API · a: passed in 1s"


def test_trouble_is_told_as_it_comes_and_goes() -> None:
    assert _log(
        (1, TroubleBegan(Incomprehensible("not JSON"))), (9, TroubleEnded(3)), (10, Noticed("odd"))
    ) == [
        "1s  trouble: not JSON; asking again",
        "9s  trouble is over, after 3 failures",
        "10s  note: odd",
    ]
