"""The web page: its content is in the right order, and it loads no files and runs no scripts."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given

from gate.domain.detail import Detail
from gate.domain.errors import ReportUnwritable, UsageError
from gate.domain.session import Check, Session, SessionKind
from gate.evaluation.verdict import judge
from gate.policy.document import PolicyFile
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.report.page import page
from gate.report.page.markup import Html, element
from gate.report.report import Report
from tests.exhaustive import examples
from tests.hostile.shapes import of_page
from tests.report.reading import reports
from tests.report.reports import DECIDED, of_error, report_of, report_on, unread, with_fault
from tests.samples import SESSION_ID, attempt, finished, result, run_of, session

GREEN = session("PASSED", result("a"), name="green")
RED = session("FAILED", result("b"), attempt("a"), result("a", "failed"), name="red")


def _page(report: Report) -> str:
    return page.render(report).decode()


def _text(report: Report) -> str:
    """Return the text of the page, one element per line."""
    body = _page(report).partition("<body>")[2]
    return "\n".join(unescape(part).strip() for part in re.split(r"<[^>]*>", body) if part.strip())


MISTAKE = of_error(UsageError("timeout: no"), decided_at=DECIDED)


@pytest.mark.parametrize(
    ("report", "title", "kind"),
    [
        (report_on(GREEN), "Checkly gate: open", "pass"),
        (report_on(RED), "Checkly gate: closed", "fail"),
        (report_of(unread()), "Checkly gate: could not tell", "inconclusive"),
        (MISTAKE, "Checkly gate: configuration error", "inconclusive"),
    ],
    ids=["open", "closed", "unread", "usage"],
)
def test_the_verdict_its_reason_and_its_exit_code_come_first(report: Report, title: str, kind: str) -> None:
    assert f"<title>{title}</title>" in _page(report)
    assert f'<header class="verdict {kind}">' in _page(report)
    first, reason, circumstances, *_ = _text(report).splitlines()
    assert (first, reason) == (title, report.verdict.reason.text)
    assert circumstances.startswith(
        f"Exit code {int(report.verdict.exit_code)}. Decided at 2026-01-15 09:05:00 UTC"
    )


def test_faults_and_notices_follow_the_verdict() -> None:
    report = with_fault(report_on(GREEN), ReportUnwritable("x.xml could not be written"))
    lines = _text(replace(report, notices=("a <b>note</b>",))).splitlines()
    assert lines[3:5] == [report.faults[0], "a <b>note</b>"]


def test_sessions_and_rows_are_sorted_worst_first_and_green_sessions_are_folded() -> None:
    text = _page(report_on(GREEN, RED, GREEN))
    rows = re.findall(r'<tr class="(\w+)">', text)
    assert rows == ["red", "green", "green", "green"]
    assert text.index(">red<") < text.index("2 sessions without anything to report") < text.index(">green<")
    assert "without anything to report" not in _page(report_on(GREEN))


def _of_two_checks(session_id: str = SESSION_ID) -> Session:
    """Return a test session of two checks at one location. One of the checks failed."""
    runs = [
        run_of(session("FAILED", result("a", state)))._replace(check=Check(name, name, "API"))
        for name, state in (("Log in", "failed"), ("Search", "passed"))
    ]
    return replace(session("FAILED", session_id=session_id), kind=SessionKind.TEST, checks=tuple(runs))


def _counts(report: Report) -> list[str]:
    (items,) = re.findall(r'<ul class="counts">(.*?)</ul>', _page(report))
    return re.findall(r"<li>(.*?)</li>", items)


def test_locations_are_counted_only_if_all_sessions_are_check_sessions() -> None:
    assert _counts(report_on(RED)) == ["1 check", "2 locations", "1 passed", "1 failed"]
    assert _counts(report_on(_of_two_checks())) == ["2 checks", "1 passed", "1 failed"]
    assert _counts(report_on(RED, _of_two_checks())) == ["3 checks", "2 passed", "2 failed"]


def test_an_overview_of_checks_is_shown_only_for_several_sessions() -> None:
    overview = "1 of 2 checks closes the gate: Log in"
    one, other = _of_two_checks(), _of_two_checks("9" * 8 + SESSION_ID[8:])
    assert overview not in _text(report_on(one))
    assert overview in _text(report_on(one, other))


def test_sessions_and_results_are_linked() -> None:
    _, links = of_page(page.render(report_on(RED)))
    assert links == {RED.link} | {run.link for run in run_of(RED).results if run.location == "b"} | {
        run_of(RED).results[2].link
    }


def test_a_row_shows_its_attempts_on_the_time_axis_of_its_session() -> None:
    drawn = re.findall(r'<svg role="img" aria-label="([^"]*)">(.*?)</svg>', _page(report_on(RED)))
    assert [label.split(", began")[0] for label, _ in drawn] == ["run 1 failed", "run 1 passed"]
    assert [re.findall(r'class="(bar-\w+)"', bars) for _, bars in drawn] == [["bar-red"] * 2, ["bar-green"]]
    positions = [float(x) for _, bars in drawn for x in re.findall(r' x="([\d.]+)%"', bars)]
    assert all(0 <= each <= 100 for each in positions)


@pytest.mark.parametrize(
    ("threshold", "limit", "colour"), [("1", 50, "bar-amber"), ("25%", 25, "bar-red"), ("0", 0, "bar-red")]
)
def test_a_meter_shows_the_count_and_the_threshold(threshold: str, limit: float, colour: str) -> None:
    policy = Policy(failed=(parse_threshold(threshold),))
    (meter,) = re.findall(r'<svg class="meter".*?</svg>', _page(report_on(RED, policy=policy)))
    assert f'class="{colour}" x="0" y="20%" width="50.00%"' in meter
    assert f'class="limit" x="{limit:.2f}%"' in meter
    assert f'aria-label="1 of 2 found, {threshold} allowed"' in meter


def test_a_policy_is_listed_once_with_its_origins_and_its_checks() -> None:
    policy = Policy(
        response_time_ms=3000, required=("a",), skipped={"c": "INC-4711"}, origins={"missing": "p.yml:3"}
    )
    lines = _text(report_on(GREEN, RED, policy=policy)).splitlines()
    assert lines[lines.index("Applied policy") + 1 :] == [
        "For green, red:",
        *(
            "failed",
            "0 allowed (default)",
            "degraded",
            "0 allowed (default)",
            "flaky",
            "any number allowed (default)",
        ),
        *("response time", "more than 3s counts as degraded (default)"),
        *("missing", "closes the gate (p.yml:3)", "cancelled", "closes the gate (default)"),
        *("required", "a (default)", "skipped", "c: INC-4711"),
    ]


@pytest.mark.parametrize(("policies", "left"), [(20, []), (22, ["2 more policies are in the JSON record."])])
def test_policies_beyond_the_twentieth_are_only_counted(policies: int, left: list[str]) -> None:
    sessions = [session("PASSED", result("a"), name=f"check {number}") for number in range(policies)]
    verdict = judge(map(finished, sessions), lambda run: Policy(skipped={"b": run.check.name}))
    lines = _text(Report(verdict, DECIDED)).splitlines()
    below = lines[lines.index(f"{policies} applied policies") :]
    assert sum(line.startswith("For check ") for line in below) == 20
    assert [line for line in below if "more policies" in line] == left


def test_the_policy_file_is_named_with_its_sha_256() -> None:
    report = replace(report_on(GREEN), policy=PolicyFile(".checkly-gate.yml", "0" * 64))
    assert f"Source: .checkly-gate.yml (SHA-256 {'0' * 64})." in _text(report)


def test_only_the_first_reason_of_the_last_attempt_is_visible_without_unfolding() -> None:
    first, final = run_of(RED).results[1:]
    details = {first.id: Detail(("reset",)), final.id: Detail(("answered 503", "slow"), ("trace.zip",))}
    lines = _text(replace(report_on(RED), details=details)).splitlines()
    at = lines.index("answered 503")
    assert lines[at + 1 : at + 6] == [
        "All attempts and reasons",
        "attempt 1 of 2: reset",
        "attempt 2 of 2: answered 503",
        "attempt 2 of 2: slow",
        "attempt 2 of 2: recorded: trace.zip",
    ]


def test_the_page_permits_its_own_style_and_nothing_else() -> None:
    text = _page(report_on(RED))
    (style,) = re.findall("(?s)<style>(.*?)</style>", text)
    (policy,) = re.findall('http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.exhaustive
@examples(60)
@given(reports())
def test_every_location_of_every_report_has_a_row(report: Report) -> None:
    of_page(page.render(report))
    rows = re.findall(r'<tr class="\w+">', _page(report))
    assert len(rows) == sum(len(judged.rows) for judged in report.sessions)


def test_text_is_escaped_in_elements_and_attributes_but_nested_html_is_not() -> None:
    assert (
        element("p", "<b>&", element("i", "x"), class_='a"b')
        == '<p class="a&quot;b">&lt;b&gt;&amp;<i>x</i></p>'
    )
    assert isinstance(element("p"), Html)


def test_several_mistakes_are_shown_as_a_list() -> None:
    report = of_error(UsageError("timeout: no", "policy: <no>"), decided_at=DECIDED)
    assert "<ul><li>timeout: no</li><li>policy: &lt;no&gt;</li></ul>" in _page(report).replace("\n", "")
