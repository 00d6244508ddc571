"""The log: a line for each change, a heartbeat between changes, and finally a table and the verdict."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.detail import Detail
from gate.domain.errors import ReportUnwritable, Unreachable
from gate.domain.session import Session
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.events import Event, Fetched, Noticed, Paused, TroubleBegan, TroubleEnded
from gate.polling.result import Ending
from gate.report.log import closing
from gate.report.log.progress import HEARTBEAT_S, Progress
from gate.report.report import Report
from gate.text.style import Line, Tone
from tests.checkly.test_test_sessions import document, read
from tests.checkly.test_test_sessions import result as suite_result
from tests.evaluation.generated import sessions
from tests.exhaustive import examples
from tests.report.reading import RUNNING, hostile_names, reports
from tests.report.reports import report_of, report_on, unfinished, unread, with_fault
from tests.samples import attempt, result, run_of, session, with_run

HOME = session("PROGRESS", locations=("a", "b"), name="Home")
CART = session("PROGRESS", locations=("a",), name="Cart", session_id="0" * 8)


def _said(progress: Progress, *events: tuple[float, Event]) -> list[Line]:
    return [line for at_s, event in events for line in progress.lines(event, at_s)]


looks = sessions().flatmap(
    lambda drawn: st.sampled_from([drawn.status, *RUNNING]).map(lambda status: replace(drawn, status=status))
)


@pytest.mark.exhaustive
@examples(80)
@given(st.lists(looks, min_size=1, max_size=4))
def test_an_unchanged_session_adds_no_line_to_the_log(seen: list[Session]) -> None:
    progress = Progress(1, 1200)
    _said(progress, *((0, Fetched(each)) for each in seen))
    assert _said(progress, (1, Fetched(seen[-1]))) == []


def test_a_result_that_disappears_from_a_response_causes_no_line_without_a_state() -> None:
    ended = with_run(HOME, results=(result("a"),))
    said = _said(Progress(1, 1200), (0, Fetched(ended)), (1, Fetched(HOME)), (2, Fetched(ended)))
    assert not [line for line in said if line.text.rstrip().endswith(":")]


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=60), st.booleans())
def test_heartbeats_keep_their_interval(pauses_s: list[float], looking: bool) -> None:
    progress = Progress(1, 1200)
    assert _said(progress, (0, Fetched(HOME)))
    now_s, spoke_at_s = 0.0, [0.0]
    for pause_s in pauses_s:
        now_s += pause_s
        if _said(progress, (now_s, Fetched(HOME) if looking else Paused())):
            spoke_at_s.append(now_s)
    assert all(later - earlier >= HEARTBEAT_S for earlier, later in pairwise(spoke_at_s))
    assert now_s - spoke_at_s[-1] < HEARTBEAT_S


def test_a_change_postpones_the_heartbeat() -> None:
    changed = with_run(HOME, results=(result("a"),))
    said = _said(
        Progress(1, 1200), (0, Fetched(HOME)), (29, Fetched(changed)), (58, Paused()), (59, Paused())
    )
    assert [line.text for line in said] == [
        "     0s  Home is PROGRESS",
        "    29s  a: passed in 1s",
        "    59s  waiting: 59s of 20m, 1 of 2 locations, PROGRESS: Home",
    ]


def test_the_status_line_shows_times_and_counts_before_the_name() -> None:
    progress = Progress(1, 5400)
    _said(progress, (0, Fetched(with_run(HOME, status="PROGRESS_DEGRADED", name="Checkout " * 20))))
    assert progress.state(3725)[:65] == "waiting: 1h 02m of 1h 30m, 0 of 2 locations, PROGRESS_DEGRADED: C"


SAID: dict[str, tuple[Event, str, Tone]] = {
    "passed": (
        Fetched(with_run(HOME, results=(result("a", took_s=0.412),))),
        "a: passed in 0.4s",
        Tone.GOOD,
    ),
    "failed": (Fetched(with_run(HOME, results=(result("a", "failed"),))), "a: failed in 1s", Tone.BAD),
    "degraded": (Fetched(with_run(HOME, results=(result("a", "degraded"),))), "a: degraded in 1s", Tone.WARN),
    "retried": (
        Fetched(with_run(HOME, results=(attempt("a"), attempt("a", after_s=3)))),
        "a: 2 failed attempts so far",
        Tone.FAINT,
    ),
    "flaky": (
        Fetched(with_run(HOME, results=(attempt("a"), result("a")))),
        "a: flaky in 1s after 1 failed attempt",
        Tone.WARN,
    ),
    "finished elsewhere": (
        Fetched(with_run(HOME, results=(attempt("a"), result("z")))),
        "a: flaky in 1s after 1 failed attempt, finished in z",
        Tone.WARN,
    ),
    "the end": (
        Fetched(with_run(HOME, status="FAILED", results=(result("a"), result("b")))),
        "Home is FAILED",
        Tone.BAD,
    ),
    "a notice": (Noticed("v1 is deprecated"), "note: v1 is deprecated", Tone.WARN),
    "requests succeed again": (TroubleEnded(1), "the API responds again after 1 failure", Tone.GOOD),
}


@pytest.mark.parametrize(("event", "text", "tone"), SAID.values(), ids=SAID.keys())
def test_each_event_is_logged(event: Event, text: str, tone: Tone) -> None:
    progress = Progress(1, 1200)
    _said(progress, (0, Fetched(HOME)))
    assert Line(f"     5s  {text}", tone) in _said(progress, (5, event))


def test_failing_requests_are_logged_when_the_failures_begin_and_when_they_end() -> None:
    began = TroubleBegan(Unreachable("connection refused"))
    said = _said(Progress(1, 1200), (1, began), (2, Paused()), (9, TroubleEnded(4)), (10, Paused()))
    assert [line.tone for line in said] == [Tone.WARN, Tone.GOOD]
    assert "connection refused" in said[0].text
    assert "after 4 failures" in said[1].text


def test_with_several_sessions_each_location_is_logged_with_its_check() -> None:
    seen = (with_run(HOME, results=(result("a"),)), with_run(CART, results=(result("a", "failed"),)))
    said = [line.text.strip() for line in _said(Progress(2, 1200), *((0, Fetched(each)) for each in seen))]
    assert said == [
        "0s  Home is PROGRESS",
        "0s  Home · a: passed in 1s",
        "0s  Cart is PROGRESS",
        "0s  Cart · a: failed in 1s",
    ]


def _columns(text: str) -> int:
    """Return the width on a terminal: two columns for wide characters and emoji, none for combining marks."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


@pytest.mark.exhaustive
@examples(80)
@given(reports(), st.lists(hostile_names, min_size=1, max_size=3, unique=True))
def test_a_table_has_a_line_for_each_location_in_the_order_of_the_session(
    report: Report, names: list[str]
) -> None:
    named = report_on(session("FAILED", *(result(each, "failed") for each in names)))
    for each in (report, named):
        for judged, table in zip(
            [judged for judged in each.sessions if judged.rows], closing.tables(each), strict=True
        ):
            elsewhere = sum(bool(row.outcome.finished_in) for row in judged.rows)
            assert len(table.lines) == 1 + len(judged.rows) + elsewhere
            for row, line in zip(judged.rows, table.lines[1:], strict=False):
                assert line.text.startswith(f"  {row.outcome.location[:10]}")
                assert re.search(rf" {row.outcome.state.value} ", line.text)


def test_recordings_are_listed_with_the_reasons() -> None:
    of = session("FAILED", result("a", "failed"))
    detail = Detail(("no button",), ("trace.zip", "video.webm"))
    (lines,) = [
        table.lines
        for table in closing.tables(replace(report_on(of), details={run_of(of).results[0].id: detail}))
    ]
    assert [line.text for line in lines[2:]] == ["  a: no button", "  a: recorded trace.zip, video.webm"]


@pytest.mark.parametrize(
    "name",
    ["us-east-1", "x" * 200, "東京リージョン" * 5, "🚀" * 32, "e\u0301" * 30],
    ids=["short", "long", "wide", "emoji", "marks"],
)
def test_a_table_fits_in_eighty_columns(name: str) -> None:
    of = session("FAILED", attempt(name), result(name, "errored"), locations=(name, "b"))
    (lines,) = [table.lines for table in closing.tables(report_on(of))]
    assert max(_columns(line.text) for line in lines) <= 80


LAST: dict[str, tuple[Report, str, Tone]] = {
    "open": (report_on(session("PASSED", result("a"))), "The gate is OPEN (exit code 0): ", Tone.GOOD),
    "closed": (
        report_on(session("FAILED", result("a", "failed"))),
        "The gate is CLOSED (exit code 1): ",
        Tone.BAD,
    ),
    "report only": (
        report_on(session("FAILED", result("a", "failed")), report_only=True),
        "The gate is CLOSED (report only, exit code 0): ",
        Tone.BAD,
    ),
    "late": (
        report_of(unfinished(HOME, Ending.TIMEOUT)),
        "The gate COULD NOT TELL (exit code 3): ",
        Tone.WARN,
    ),
    "unread": (report_of(unread()), "The gate COULD NOT TELL (exit code 4): ", Tone.WARN),
}


@pytest.mark.parametrize(("report", "begins", "tone"), LAST.values(), ids=LAST.keys())
def test_the_verdict_is_one_line_with_the_exit_code_and_the_reason(
    report: Report, begins: str, tone: Tone
) -> None:
    assert closing.verdict(report)[0] == Line(begins + report.verdict.reason.text, tone)


def test_skipped_locations_contradictions_and_links_follow_the_verdict() -> None:
    of = session("PASSED", result("a"), result("b", "failed"))
    skipping = report_on(of, policy=Policy(skipped={"b": "INC-4711"}))
    lines = [line.text for line in closing.verdict(with_fault(skipping, ReportUnwritable("x.xml: full")))[1:]]
    assert lines == [
        "  skipped: b (failed), INC-4711",
        "  contradiction: Checkly reports PASSED, but b failed; the gate uses the worse of the two",
        "  Checkout API in Checkly",
        "  waited 12s, 7 requests",
    ]


@pytest.mark.parametrize("red", [0, 1])
def test_many_green_checks_of_one_session_are_only_counted(red: int) -> None:
    results = [suite_result(checkId=None, name=f"check {number}") for number in range(13)]
    results += [suite_result(checkId=None, name="late", hasFailures=True)] * red
    (table,) = closing.tables(report_on(read(document(*results))))
    named = [line.text.split()[0] for line in table.lines]
    assert named == [*["check", "late"][: red * 2], "13"]
    assert table.lines[-1] == Line("  13 checks passed", Tone.GOOD)


def test_a_table_is_followed_by_the_locations_in_which_retries_finished() -> None:
    of = session("PASSED", attempt("a"), result("z"), result("b"), locations=("a", "b"))
    (lines,) = [table.lines for table in closing.tables(report_on(of))]
    assert [line.text for line in lines[3:]] == ["  a: finished in z"]


def _below_the_verdict(report: Report) -> list[str]:
    """Return the lines of the log below the verdict, except the last line and lines that contain a URL."""
    lines = [line.text.strip() for line in closing.verdict(report)[1:-1]]
    return [line for line in lines if "https://" not in line]


TWO_RULES = session("PASSED", result("a", "degraded"), result("b", "failed"), locations=("a", "b", "c"))
GREEN = session("PASSED", result("a"), name="Home")


def test_decisions_in_the_reason_are_not_repeated_below_it() -> None:
    for sessions_ in ((TWO_RULES,), (GREEN, TWO_RULES), (TWO_RULES, GREEN, TWO_RULES)):
        report = report_on(*sessions_)
        assert report.verdict.reason.text.count("1 of 3 locations is missing") == sessions_.count(TWO_RULES)
        assert not [line for line in _below_the_verdict(report) if line.startswith("closed by")]


def test_decisions_cut_from_a_long_reason_are_listed_below_it() -> None:
    long = with_run(TWO_RULES, name="Search " * 25)
    report = report_on(GREEN, long, with_run(TWO_RULES, name="Cart"))
    assert report.verdict.reason.text.endswith("…")
    assert [line for line in _below_the_verdict(report) if line.startswith("closed by")] == [
        "closed by: Cart: 1 of 3 locations is missing (33.3%), none allowed (default): c"
    ]


def test_a_decision_is_listed_even_if_the_reason_contains_the_same_words() -> None:
    orders, api = (session("PASSED", attempt("a"), result("a"), name=name) for name in ("Orders API", "API"))
    red = with_run(session("FAILED", result("a", "failed")), name="X" * 200)
    policy = Policy(flaky=(parse_threshold("0"),))
    strict = report_on(red, with_run(orders, name="Orders " * 20 + "API"), api, policy=policy)
    assert "API: 1 of 1 location is flaky (100%), none allowed (default): a" in strict.verdict.reason.text
    assert "closed by: API: 1 of 1 location is flaky (100%), none allowed (default): a" in _below_the_verdict(
        strict
    )


@pytest.mark.parametrize("faults", [0, 1, 2])
def test_faults_do_not_displace_the_rest_of_the_reason(faults: int) -> None:
    report = report_on(session("PASSED", attempt("a"), result("a")), GREEN)
    for number in range(faults):
        report = with_fault(report, ReportUnwritable(f"{number}.xml: full"))
    assert report.verdict.reason.text.endswith("; Checkout API: 1 of 1 location is flaky (100%): a")
    assert not [line for line in _below_the_verdict(report) if "flaky" in line]


def test_a_fault_that_does_not_change_the_exit_code_is_listed_below_the_reason() -> None:
    report = with_fault(report_of(unread()), ReportUnwritable("x.xml: full"))
    assert _below_the_verdict(report) == ["x.xml: full. Check the path, its permissions and the free space"]


@pytest.mark.parametrize(
    ("first", "final", "said"),
    [
        ("timed out", "timed out", ["  a: timed out"]),
        ("reset", "timed out", ["  a, attempt 1 of 2: reset", "  a, attempt 2 of 2: timed out"]),
        (None, "timed out", ["  a, attempt 2 of 2: timed out"]),
    ],
    ids=["alike", "different", "one unknown"],
)
def test_a_reason_shared_by_all_attempts_is_logged_once(
    first: str | None, final: str, said: list[str]
) -> None:
    of = session("FAILED", attempt("a"), result("a", "failed"))
    known = zip(run_of(of).results, (first, final), strict=True)
    details = {run.id: Detail((why,)) for run, why in known if why}
    (lines,) = [table.lines for table in closing.tables(replace(report_on(of), details=details))]
    assert [line.text for line in lines[2:]] == said


def test_sessions_with_a_decision_are_linked_and_closing_sessions_come_first() -> None:
    sessions = (
        session("PASSED", result("a"), name="green"),
        session("PASSED", attempt("b"), result("b"), name="flaky"),
        session("FAILED", result("c", "failed"), name="red"),
    )
    linked = report_on(*(replace(of, link=f"https://a.example/{run_of(of).check.name}") for of in sessions))
    assert [line.text for line in closing.verdict(linked)[1:-1]] == [
        "  red in Checkly",
        "  tolerated: flaky: 1 of 1 location is flaky (100%): b",
        "  flaky in Checkly",
    ]
