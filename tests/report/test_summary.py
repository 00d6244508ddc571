"""The job summary has the right order, stays within its limit, and never turns names into markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.domain.detail import Detail
from gate.domain.errors import ReportUnwritable, UsageError
from gate.domain.session import Check, CheckRun, Result, Session, SessionKind
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.result import Ending
from gate.report.report import Report
from gate.report.summary import summary
from gate.text.escape import markdown
from tests.exhaustive import examples
from tests.report.reading import HOSTILE, hostile_names, reports
from tests.report.reports import DECIDED, of_error, report_of, report_on, unfinished, unread, with_fault
from tests.samples import attempt, finished, result, run_of, session

MARKS = ("❌", "❔", "⚠️", "⏭️", "✅")  # worst first
HEAD = "| | Location | State | Attempts | Time |"
FOLD = re.compile(r"<details><summary>(.*)</summary>|</details>")
LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\((https://[^()\s|]+)\)")


def _rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(tuple(f"| {mark} |" for mark in MARKS))]


def _mark(row: str) -> int:
    return MARKS.index(row.split(" | ", maxsplit=1)[0].removeprefix("| "))


def _unescaped(line: str) -> str:
    """Remove links and escaped characters from a line of Markdown; any markup that is left is active."""
    return re.sub(r"\\.", "", LINK.sub("", line))


@pytest.mark.parametrize(
    ("report", "heading"),
    [
        (report_on(session("PASSED", result("a"))), "## ✅ Checkly gate: open"),
        (report_on(session("FAILED", result("a", "failed"))), "## ❌ Checkly gate: closed"),
        (report_on(session("FAILED", result("a", "failed")), report_only=True), "## ❌ Checkly gate: closed"),
        (report_of(unread()), "## ⚠️ Checkly gate: could not tell"),
        (of_error(UsageError("timeout: no"), decided_at=DECIDED), "## ⚠️ Checkly gate: configuration error"),
    ],
    ids=["open", "closed", "report only", "unread", "usage"],
)
def test_the_verdict_and_its_reason_come_first(report: Report, heading: str) -> None:
    lines = summary.render(report).splitlines()
    assert lines[:2] == [heading, ""]
    assert re.sub(r"\\(.)", r"\1", lines[2]) == report.verdict.reason.text


def test_a_session_lists_its_decisions_contradictions_and_error() -> None:
    odd = session("PASSED", result("a", "failed"), result("b", "degraded"))
    policy = Policy(degraded=(parse_threshold("1"),))
    running = unfinished(session("PROGRESS", locations=("a",)), Ending.TIMEOUT)
    said = (
        "1 of 2 locations failed (50%), none allowed (default): a",
        "1 of 2 locations is degraded (50%), at most 1 allowed (default): b",
        "Checkly reports PASSED, but a failed; the gate uses the worse of the two",
    )
    both = summary.render(report_on(odd, odd, policy=policy)).replace("\\", "").splitlines()
    points = [line for line in both if line.startswith("- ")]
    assert points == [f"- ❌ [Checkout API]({odd.link}): PASSED, {'; '.join(said)}"] * 2
    alone = summary.render(report_on(odd, policy=policy)).replace("\\", "").splitlines()
    points = [line for line in alone if line.startswith("- ")]
    assert points == [f"- ⚠️ {text}" for text in said[1:]]  # the first decision is already in the reason
    error = "the gate's own timeout of 20m expired and Checkly still reports PROGRESS"
    late = summary.render(report_of(running, running)).replace("\\", "")
    assert f", {error}" in late
    assert f"- ❔ [Checkout API]({odd.link}): PROGRESS, {error}" in late


@pytest.mark.parametrize("ending", [Ending.TIMEOUT, Ending.STOPPED])
def test_the_error_of_the_only_session_is_not_repeated_below_the_reason(ending: Ending) -> None:
    report = report_of(unfinished(session("PROGRESS", locations=("a",)), ending))
    (judged,) = report.sessions
    assert judged.error is not None
    assert summary.render(report).count(markdown(judged.error.sentence)) == 1


def test_several_mistakes_are_shown_as_a_list() -> None:
    refused = of_error(UsageError("timeout: no; never", "policy: no"), decided_at=DECIDED)
    report = with_fault(refused, ReportUnwritable("out.json cannot be written"))
    lines = summary.render(report).replace("\\", "").splitlines()
    assert lines[2:6] == ["- timeout: no; never", "- policy: no", "", f"> {report.faults[1]}"]
    assert lines[6:] == ["", "<sub>Waited 0s, 0 requests. Exit code 2.</sub>"]


def test_a_decision_cut_from_a_long_reason_is_shown_as_a_list_item() -> None:
    names = tuple(f"{number}".ljust(100, "x") for number in range(9))
    of = session("FAILED", *(result(name, "failed") for name in names), locations=(*names, "lost"))
    text = summary.render(report_on(of)).replace("\\", "").splitlines()
    assert text[2].endswith("…")
    assert [line[:15] for line in text if line.startswith("- ")] == ["- ❌ 9 of 9 loca", "- ❌ 1 of 10 loc"]


def test_a_row_shows_where_a_retry_finished_and_why_a_location_is_skipped() -> None:
    of = session("FAILED", attempt("a"), result("z"), result("b", "failed"), locations=("a", "b"))
    rows = _rows(summary.render(report_on(of, policy=Policy(skipped={"b": "INC-4711"}))).replace("\\", ""))
    assert [row.split(" | ")[2] for row in rows] == ["flaky (finished in z)", "skipped, failed (INC-4711)"]


def test_sessions_that_close_the_gate_come_before_flaky_ones() -> None:
    lost = session("TIMED_OUT", result("a"), name="lost")
    flaky = session("PASSED", attempt("b"), result("b"), name="flaky")
    text = summary.render(report_on(flaky, lost))
    assert text.index("- ❌ [lost]") < text.index("- ⚠️ [flaky]")


def test_faults_and_notices_follow_the_reason() -> None:
    report = with_fault(
        report_on(session("PASSED", result("a"))), ReportUnwritable("x.xml could not be written: y")
    )
    text = summary.render(replace(report, notices=("a <b>note</b>",)))
    assert "\n> x\\.xml could not be written\\: y\\. Check the path" in text
    assert "\n> a \\<b\\>note\\</b\\>\n" in text


def test_the_session_and_each_final_result_are_linked() -> None:
    of = session("FAILED", result("a", "failed"), locations=("a", "b"))
    links = dict(LINK.findall(summary.render(report_on(of)).replace("\\", "")))
    assert links == {"Checkout API": of.link, "a": run_of(of).results[0].link}


def test_an_entity_in_a_link_is_escaped() -> None:
    link = "https://app.checklyhq.com/x?a=1&lt=2&lt;b"
    text = summary.render(report_on(replace(session("PASSED", result("a")), link=link)))
    assert f"]({link.replace('&', '&amp;')})" in text


@pytest.mark.exhaustive
@examples(60)
@given(reports())
def test_the_worst_location_comes_first(report: Report) -> None:
    marks = [_mark(row) for row in _rows(summary.render(report))]
    assert marks == sorted(marks)
    assert len(_rows(summary.render(report))) == sum(len(each.rows) for each in report.sessions)


@pytest.mark.exhaustive
@examples(60)
@given(
    hostile_names, st.lists(hostile_names, min_size=1, max_size=3, unique=True), hostile_names, st.booleans()
)
@example(HOSTILE[0], HOSTILE, HOSTILE[1], True)
def test_no_name_becomes_markup(check: str, locations: list[str], reason: str, several: bool) -> None:
    runs = [run for place in locations for run in (attempt(place), result(place, "failed"))]
    of = session("FAILED", *runs, locations=(*locations, "left-out"), name=check)
    green = session("PASSED", result("a"), name=check)
    report = report_on(of, *[green] * several, policy=Policy(skipped={"left-out": reason}))
    details = {run.id: Detail((reason, check), (reason,)) for run in runs}
    text = summary.render(replace(report, notices=(reason,), details=details))
    outside = re.sub(r"(?ms)^```mermaid$.*?^```$", "", text).splitlines()
    for row in _rows(text):
        assert _unescaped(row).count("|") in (6, 7, 8)
    for line in outside:
        if fold := FOLD.fullmatch(line):
            assert not re.search(r"[<>]", fold.group(1) or "")
            continue
        markup = _unescaped(line.removesuffix("</sub>").removeprefix("<sub>"))
        allowed = r"## .*|### : .*|> .*|- .*|\|.*\||[^#>|-].*|"
        assert re.fullmatch(allowed, markup)
        assert not re.search(r"[*_`<>\[\]{}()$@~!]", markup.lstrip("> ")), line


@pytest.mark.exhaustive
@examples(60)
@given(hostile_names, st.lists(hostile_names, min_size=1, max_size=3, unique=True))
@example(HOSTILE[0], HOSTILE)
def test_a_timeline_contains_only_safe_characters(check: str, locations: list[str]) -> None:
    of = session("PASSED", *(result(place) for place in locations), name=check)
    (diagram,) = re.findall(r"(?ms)^```mermaid\n(.*?)\n```$", summary.render(report_on(of)))
    look, kind, title, date_format, marker, axis_format, tick_interval, *tasks = diagram.splitlines()
    assert set(json.loads(look.removeprefix("%%{init: ").removesuffix("}%%"))) == {"gantt", "themeVariables"}
    assert (kind, date_format, marker) == ("gantt", "    dateFormat x", "    todayMarker off")
    assert (axis_format, tick_interval) == ("    axisFormat %M:%S.%L", "    tickInterval 500millisecond")
    assert re.fullmatch(r"    title [\w .,/()+…-]{1,80}", title)
    assert len(tasks) == 2 * len(locations)
    for section, task in zip(tasks[::2], tasks[1::2], strict=True):
        assert re.fullmatch(r"    section [\w .,/()+…-]{1,32}", section)
        assert re.fullmatch(r"    1\. passed :done, \d+, \d+", task)


def _bars(report: Report) -> list[str]:
    """Return the number, state and style of each bar of the timeline."""
    return re.findall(r"^    (\d\. \w+ :\w+), \d+, \d+$", summary.render(report), re.MULTILINE)


BARS: dict[str, tuple[Session, Policy, list[str]]] = {
    "passed": (session("PASSED", result("a")), Policy(), ["1. passed :done"]),
    "failed": (session("FAILED", result("a", "failed")), Policy(), ["1. failed :crit"]),
    "degraded": (session("DEGRADED", result("a", "degraded")), Policy(), ["1. degraded :active"]),
    "degraded only by the policy": (
        session("PASSED", attempt("a"), result("a", took_s=4)),
        Policy(response_time_ms=3000),
        ["1. failed :crit", "2. degraded :active"],
    ),
    "degraded only by the status of the session": (
        session("DEGRADED", result("a")),
        Policy(),
        ["1. degraded :active"],
    ),
    "flaky": (session("PASSED", attempt("a"), result("a")), Policy(), ["1. failed :crit", "2. passed :done"]),
    "skipped by the policy": (
        session("FAILED", result("a", "failed")),
        Policy(skipped={"a": "INC-4711"}),
        ["1. failed :crit"],
    ),
    "the worse of two final results": (
        session("FAILED", result("a", "failed", after_s=4), result("a", after_s=9)),
        Policy(),
        ["1. failed :crit"],
    ),
}


@pytest.mark.parametrize(("of", "policy", "bars"), BARS.values(), ids=BARS.keys())
def test_the_bars_of_a_location_have_the_states_of_its_runs(
    of: Session, policy: Policy, bars: list[str]
) -> None:
    assert _bars(report_on(of, policy=policy)) == bars


def test_passed_bars_are_green_degraded_bars_amber_and_failed_bars_red() -> None:
    (look,) = re.findall(r"%%\{init: (.*)\}%%", summary.render(report_on(session("PASSED", result("a")))))
    colours = json.loads(look)["themeVariables"]
    kinds = {"doneTaskBkgColor": "#2da44e", "activeTaskBkgColor": "#d4a72c", "critBkgColor": "#cf222e"}
    assert {kind: colours[kind] for kind in kinds} == kinds


@pytest.mark.parametrize(
    ("name", "pixels"), [("a", 75), ("ap-southeast-2", 118), ("x" * 32, 244), ("x" * 200, 244)]
)
def test_the_space_for_names_beside_the_bars_fits_the_longest_name_up_to_a_limit(
    name: str, pixels: int
) -> None:
    (padding,) = re.findall(
        r'"leftPadding": (\d+)', summary.render(report_on(session("PASSED", result(name))))
    )
    assert int(padding) == pixels


@pytest.mark.parametrize("seconds", [0, 0.3, 0.9, 3, 6, 9, 39, 61, 130, 1800, 7000, 28_000, 200_000, 1e9])
def test_the_axis_has_a_few_ticks_with_different_labels(seconds: float) -> None:
    text = summary.render(report_on(session("PASSED", result("a", after_s=seconds, took_s=seconds))))
    (label,) = re.findall(r"^    axisFormat (.*)$", text, re.MULTILINE)
    interval = re.findall(r"^    tickInterval (\d+)(\w+)$", text, re.MULTILINE)
    if seconds > 28_800:
        assert (label, interval) == ("%Y-%m-%d", [])
        return
    ((number, unit),) = interval
    tick_s = int(number) * {"millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600}[unit]
    finest_s = 0.001 if "%L" in label else 1 if "%S" in label else 60
    assert finest_s <= tick_s
    assert seconds / tick_s <= 8
    assert seconds / tick_s > 1 or seconds < 0.5, "there are enough ticks to read a time"


@pytest.mark.parametrize(
    ("rows", "said"), [(20, []), (21, ["The timeline shows only the worst 20 of 21 rows."])]
)
def test_a_long_timeline_shows_only_the_worst_rows_and_counts_them(rows: int, said: list[str]) -> None:
    text = summary.render(report_on(_large("one", rows, 1)))
    assert text.count("    section ") == 20
    assert re.findall("^The timeline shows.*", text, re.MULTILINE) == said


def test_a_run_without_times_has_no_bar_but_a_run_of_zero_seconds_has_one() -> None:
    untimed = replace(attempt("a"), started_at=None)
    text = summary.render(report_on(session("PASSED", untimed, result("a", took_s=0))))
    (bar,) = re.findall(r"^    2\. passed :done, (\d+), (\d+)$", text, re.MULTILINE)
    assert int(bar[1]) - int(bar[0]) == 1
    assert "1. failed" not in text


def _large(check: str, rows: int, red: int, *, length: int = 10) -> Session:
    names = [f"{check}-{number:04}".ljust(length, "x") for number in range(rows)]
    runs = [result(name, "failed" if index >= rows - red else "passed") for index, name in enumerate(names)]
    return session("FAILED", *runs, name=check)


@pytest.mark.exhaustive
@examples(40)
@given(
    st.lists(st.tuples(st.integers(1, 120), st.integers(0, 3)), min_size=1, max_size=4),
    st.integers(6_000, 60_000),
)
def test_a_summary_stays_within_its_limit_and_counts_omitted_rows(
    sizes: list[tuple[int, int]], limit: int
) -> None:
    checks = [_large(f"check{index}", rows, min(red, rows)) for index, (rows, red) in enumerate(sizes)]
    text = summary.render(report_on(*checks), limit)
    cut = re.search(
        r"^(\d+) more (?:location|result)s? (?:is|are) only in the JUnit report\.$", text, re.MULTILINE
    )
    assert len(text.encode()) <= limit
    assert len(_rows(text)) + int(cut.group(1) if cut else 0) == sum(rows for rows, _ in sizes)


def test_a_summary_stays_within_its_limit_and_counts_omitted_notices() -> None:
    notices = tuple(f"quarantine {number} is over and no longer holds: remove it" for number in range(200))
    report = replace(report_on(session("PASSED", result("a"))), notices=notices)
    text = summary.render(report, 10_000)
    assert len(text.encode()) <= 10_000
    (more,) = re.findall(r"^> (\d+) more notes are in the log\.$", text, re.MULTILINE)
    assert int(more) + text.count("> quarantine") == 200


def test_a_truncated_summary_keeps_the_red_locations_of_every_session() -> None:
    text = summary.render(report_on(_large("one", 100, 1), _large("two", 100, 1)), 12_000)
    assert [_mark(row) for row in _rows(text)].count(0) == 2


def test_rows_are_never_shown_without_the_header_of_their_table() -> None:
    report = report_on(_large("one", 40, 2), _large("two", 20, 20, length=150))
    for limit in range(8_000, 24_000, 500):
        text = summary.render(report, limit)
        assert not _rows(text.partition("\n| | Check | Location |")[0]), limit


def test_sessions_that_do_not_fit_are_counted() -> None:
    text = summary.render(report_of(*[unread()] * 100), 8_000)
    shown = sum(line.startswith("- ❔ ") for line in text.splitlines())
    (hidden,) = re.findall(
        r"^(\d+) more sessions? (?:is|are) only in the JUnit report\.$", text, re.MULTILINE
    )
    assert shown + int(hidden) == 100


def test_the_default_limit_of_a_summary_is_below_the_limit_of_the_runner() -> None:
    checks = [_large(f"check{number}", 1000, 1000, length=190) for number in range(4)]
    size = len(summary.render(report_on(*checks)).encode())
    assert 800_000 < size < 1024 * 1024


@pytest.mark.parametrize(
    ("rows", "red", "folds"),
    [
        (20, 3, []),
        (100, 0, ["80 more locations: 80 passed"]),
        (100, 30, ["70 more locations: 70 passed"]),
        (100, 60, ["50 more locations: 10 failed, 40 passed"]),
    ],
)
def test_the_last_rows_of_a_long_table_are_folded_and_counted(rows: int, red: int, folds: list[str]) -> None:
    text = summary.render(report_on(_large("one", rows, red)))
    assert len(_rows(text)) == rows
    assert re.findall("<summary>(.*)</summary>", text) == folds


def test_green_sessions_are_folded_below_the_others() -> None:
    green = session("PASSED", result("a"), result("b"), name="<b>green</b>")
    flaky = session("PASSED", attempt("d"), result("d"), name="flaky")
    red = session("FAILED", result("c", "failed"), name="red")
    text = summary.render(report_on(green, flaky, red, green))
    points = [line.partition("](")[0] for line in text.splitlines() if line.startswith("- ")]
    assert points[:4] == ["- ❌ [red", "- ⚠️ [flaky", *["- ✅ [\\<b\\>green\\</b\\>"] * 2]
    assert re.findall("<summary>(.*)</summary>", text)[0] == "2 more sessions"
    assert "session" not in re.sub(r"\]\(.*?\)", "", summary.render(report_on(green)))


def test_of_many_sessions_only_those_without_rows_are_listed_above_the_table() -> None:
    red = [session("FAILED", result("c", "failed"), name=f"red {number}") for number in range(4)]
    text = summary.render(report_of(*map(finished, red), unread()))
    assert [line for line in text.partition("<details>")[0].splitlines() if line.startswith("- ")] == [
        line for line in text.splitlines() if line.startswith("- ❔")
    ]
    assert "<summary>4 more sessions</summary>" in text


def _suite(*names_and_states: tuple[str, str, str], **more: object) -> Session:
    """Return a test session with a result for each check name, location and state."""
    runs: dict[str, list[Result]] = {}
    for name, location, state in names_and_states:
        if state == "flaky":
            runs.setdefault(name, []).append(attempt(location))
        runs.setdefault(name, []).append(result(location, "passed" if state == "flaky" else state))
    checks = tuple(
        CheckRun(Check(f"id of {name}", name, "BROWSER"), tuple({r.location: 1 for r in of}), tuple(of))
        for name, of in runs.items()
    )
    status = "FAILED" if any(state == "failed" for *_, state in names_and_states) else "PASSED"
    return replace(session(status), kind=SessionKind.TEST, checks=checks, name="Release", **more)  # type: ignore[arg-type]


def test_many_checks_share_one_table_without_redundant_columns() -> None:
    text = summary.render(report_on(_suite(("Login", "a", "passed"), ("Cart", "a", "failed"))))
    assert "| | Check | State | Attempts | Time |" in text
    assert [row.split("](")[0] for row in _rows(text)] == ["| ❌ | [Cart", "| ✅ | [Login"]
    assert "2 checks: 1 failed, 1 passed" in text
    assert "```mermaid" not in text  # a timeline is useless if every check ran only once


def test_an_overview_of_several_sessions_names_closing_and_tolerated_checks() -> None:
    here = _suite(("Login", "a", "failed"), ("Cart", "a", "passed"), ("Pay", "a", "flaky"))
    there = _suite(("Login", "b", "failed"), ("Cart", "b", "passed"), ("Pay", "b", "passed"))
    text = summary.render(report_on(here, there)).replace("\\", "")
    assert "\n1 of 3 checks closes the gate: Login (a, b); 1 tolerated: Pay (a)\n" in text
    assert text.count("| | Check | Location | State |") == 1


def test_a_check_that_is_not_green_has_a_folded_timeline_if_it_ran_several_times() -> None:
    of = _suite(
        ("Pay", "a", "flaky"), ("Login", "a", "failed"), ("Cart", "a", "passed"), ("Cart", "b", "passed")
    )
    text = summary.render(report_on(of))
    assert re.findall("<summary>(.*)</summary>", text) == ["⚠️ Pay: 1 flaky"]
    assert text.count("```mermaid") == 1


def test_only_the_worst_checks_have_folded_details() -> None:
    of = _suite(*((f"check {number:02}", place, "failed") for number in range(30) for place in "ab"))
    text = summary.render(report_on(of))
    assert text.count("```mermaid") == 20
    assert "The attempts of 10 more checks are in the JUnit report." in text


def test_folded_details_that_do_not_fit_are_counted() -> None:
    of = _suite(*((f"check {number:02}", place, "failed") for number in range(9) for place in "ab"))
    shown = set()
    for limit in range(6_000, 14_000, 500):
        text = summary.render(report_on(of), limit)
        assert len(text.encode()) <= limit
        folds = text.count("```mermaid")
        left = re.findall("The attempts of ([0-9]+) more checks are in the JUnit report", text)
        assert folds + sum(map(int, left)) in (0, 9), "a table that is cut has no folded details below it"
        shown.add(folds)
    assert {0, 9} < shown


def test_the_table_shows_one_reason_and_the_folded_details_show_all_attempts() -> None:
    of = session("FAILED", attempt("a"), result("a", "failed"), result("b"))
    first, final, _ = run_of(of).results
    details = {
        first.id: Detail(("connect ETIMEDOUT",)),
        final.id: Detail(("answered 503", "too slow"), ("trace.zip",)),
    }
    text = summary.render(replace(report_on(of), details=details)).replace("\\", "")
    assert f"{HEAD} Why |" in text
    cells = [row.rpartition("| ")[0].rpartition("| ")[2] for row in (f"{row} " for row in _rows(text))]
    assert cells == ["answered 503 ", " "]
    assert "- a, attempt 1 of 2: connect ETIMEDOUT\n" in text
    assert "- a, attempt 2 of 2: answered 503; too slow; recorded: trace.zip\n" in text


def test_there_is_no_column_for_reasons_if_none_is_known() -> None:
    assert "Why" not in summary.render(report_on(session("FAILED", result("a", "failed"))))
