"""Every shipped scenario over real HTTP, as GitHub runs the gate: exit code, counts, cases and requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.simulator import Simulator, load, shipped
from tests.end_to_end.running import github, inputs_for, run
from tests.openapi.spec import request_problems
from tests.report.reading import record_problems

# Exit code, status, and the number of rows in each state.
ENDS = {
    "api-trouble": (0, "PASSED", "passed 2"),
    "both-kinds": (1, "FAILED", "passed 5, failed 1"),
    "cancelled": (1, "TIMED_OUT", "passed 1, cancelled 2"),  # v1 has no status CANCELLED
    "contradiction": (1, "PASSED", "passed 2, failed 1"),
    "degraded": (1, "DEGRADED", "passed 3, degraded 2"),
    "failing": (1, "FAILED", "passed 3, failed 1"),
    "flaky": (0, "PASSED", "passed 1, flaky 2"),
    "foreign-final": (0, "PASSED", "passed 1, flaky 1"),
    "many-sessions": (1, "FAILED", "passed 14, failed 1, flaky 1"),
    "missing-location": (1, "PASSED", "passed 2, missing 1"),
    "passing": (0, "PASSED", "passed 3"),
    "reasons": (1, "FAILED", "failed 13, degraded 2"),
    "slow-start": (0, "PASSED", "passed 2"),
    "tests-cancelled": (1, "CANCELLED", "passed 2, cancelled 1"),
    "tests-degraded": (1, "PASSED", "passed 3, degraded 2"),
    "tests-failing": (1, "FAILED", "passed 3, failed 2, flaky 1"),
    "tests-growing": (0, "PASSED", "passed 4"),
    "tests-never-reported": (1, "PASSED", "passed 3, missing 1"),
    "tests-not-deployed": (1, "FAILED", "passed 2, errored 1, flaky 1"),
    "tests-passing": (0, "PASSED", "passed 6"),
    "tests-sixty": (1, "FAILED", "passed 54, failed 3, degraded 2, flaky 1"),
    "timed-out": (1, "TIMED_OUT", "passed 2, missing 1"),
    "worldwide": (1, "FAILED", "passed 6, failed 2, degraded 3, flaky 1"),
}
STATES = ("passed", "failed", "errored", "aborted", "degraded", "flaky", "missing", "cancelled")


def test_every_shipped_scenario_is_tested() -> None:
    assert tuple(ENDS) == shipped()


def test_the_demo_lists_every_scenario_with_its_description(tmp_path: Path) -> None:
    listed = run(tmp_path, {}, "demo", "--list")
    assert listed.code == 0
    described = dict(line.split(maxsplit=1) for line in listed.log.splitlines())
    assert tuple(described) == shipped()
    assert described["degraded"] == load("degraded").description


@pytest.mark.parametrize(
    ("speed", "remark"), [(1, ""), (20, " (simulated time runs 20 times as fast as the clock)")]
)
def test_the_first_line_of_the_demo_mentions_accelerated_time(
    tmp_path: Path, speed: float, remark: str
) -> None:
    (tmp_path / "own.yml").write_text(
        f"description: Passes at once.\nspeed: {speed}\nsessions:\n"
        "  - check: {name: x, type: API}\n    locations: [eu]\n"
        "    results: [{at: 0s, location: eu, is: passed, took: 1ms}]\n"
    )
    first, *_ = run(tmp_path, {}, "demo", "own.yml").log.splitlines()
    assert first == f"demo: own{remark}: Passes at once."


@pytest.mark.parametrize("name", ENDS)
def test_a_scenario_ends_as_documented(name: str, tmp_path: Path) -> None:
    code, status, counts = ENDS[name]
    scenario = load(name)
    with Simulator(scenario, speed=scenario.speed * 3) as api:
        inputs = inputs_for(api, scenario.session_ids) | dict(scenario.inputs)
        ended = run(tmp_path, github(tmp_path, inputs))
        problems = [request_problems(each.method, each.path, each.body) for each in api.requests]
    assert ended.code == code, ended.log
    assert ended.outputs["status"] == status
    assert _counts(ended.outputs) == counts
    assert ended.outputs["verdict"] == ("fail" if code else "pass")
    cases = list(ended.junit.iter("testcase"))
    assert ended.outputs["locations"] == str(len(cases))
    assert all(len(each.get("message", "")) <= 120 for each in ended.junit.iter())
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    red = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    rows = [row for session in ended.record["sessions"] for row in session["locations"]]
    assert len(red) == sum(row["standing"] == "red" for row in rows)
    assert record_problems(ended.record) == []
    assert not any(problems), "each request must be valid according to Checkly's OpenAPI document"


def _counts(outputs: dict[str, str]) -> str:
    return ", ".join(f"{state} {outputs[state]}" for state in STATES if outputs[state] != "0")
