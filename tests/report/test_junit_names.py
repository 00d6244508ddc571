"""A test case is named only after its check and location, so that CI systems can show its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.session import Session
from gate.policy.effective import Policy
from gate.polling.result import Ending, PollResult
from gate.report.report import Report
from tests.evaluation.generated import RUN_LOCATIONS, policies, sessions
from tests.exhaustive import examples
from tests.report.reading import location_of, root_of
from tests.report.reports import report_of, unfinished
from tests.samples import STARTED, finished, run_of, with_run

CHECKS = {"Pay": "id-1", "Search & find": "id-2", "[[Basket]]": "id-3", "!!!": "id-4"}


@st.composite
def runs(draw: st.DrawFn) -> list[PollResult]:
    """Draw the results of one run of the gate: some checks in any order, each in a separate session."""
    names = draw(st.lists(st.sampled_from(list(CHECKS)), min_size=1, unique=True))
    return [draw(_sessions_of(name)) for name in names]


@st.composite
def _sessions_of(draw: st.DrawFn, name: str) -> PollResult:
    drawn: Session = draw(sessions())
    named = with_run(
        drawn,
        id=CHECKS[name],
        name=name,
        run_locations=tuple(draw(st.permutations(run_of(drawn).run_locations))),
        results=tuple(draw(st.permutations(run_of(drawn).results))),
    )
    session = replace(
        named,
        id=str(draw(st.uuids())),
        link=draw(st.sampled_from(["", "https://app.checklyhq.com/a", drawn.link])),
        started_at=STARTED + timedelta(seconds=draw(st.integers(0, 10**6))),
    )
    ending = draw(st.sampled_from(Ending))
    return finished(session) if ending is Ending.FINISHED else unfinished(session, ending)


def _names(report: Report) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return the JUnit names of each test case, by the ID of the check and the location."""
    named = {}
    for judged, suite in zip(report.sessions, root_of(report), strict=True):
        assert judged.session is not None
        cases = suite.findall("testcase")
        for row, case in zip(judged.rows, cases, strict=False):  # cases without a row come last
            key = (run_of(judged.session).check.id, row.outcome.location)
            named[key] = (suite.get("name", ""), case.get("classname", ""), case.get("name", ""))
        for case in cases[len(judged.rows) :]:
            key = (run_of(judged.session).check.id, f"extra {location_of(case)}")
            named[key] = (suite.get("name", ""), case.get("classname", ""), case.get("name", ""))
            assert location_of(case) in ("session", *RUN_LOCATIONS)
    return named


@pytest.mark.exhaustive
@examples(150)
@given(runs(), runs(), policies(), policies())
def test_a_check_at_a_location_has_the_same_names_in_two_runs(
    one: list[PollResult], other: list[PollResult], policy: Policy, other_policy: Policy
) -> None:
    """The runs may differ in session IDs, links, times, results, order, policies and their other checks."""
    before = _names(report_of(*one, policy=policy))
    after = _names(report_of(*other, policy=other_policy))
    for key in before.keys() & after.keys():
        assert before[key] == after[key]
