"""The shipped scenarios, and loading scenarios by name or from files."""

from __future__ import annotations

from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from gate.domain.errors import UsageError
from gate.domain.session import SessionKind
from gate.simulator import Simulator, load, parse, shipped
from gate.simulator.scenario.sessions import PlannedSession

from .asking import HandClock, ask

SHIPPED = {  # the final statuses of the sessions by scenario; those of check sessions are from v2
    "api-trouble": ["PASSED"],
    "both-kinds": ["PASSED", "FAILED"],
    "cancelled": ["CANCELLED"],
    "contradiction": ["PASSED"],
    "degraded": ["DEGRADED"],
    "failing": ["FAILED"],
    "flaky": ["PASSED"],
    "foreign-final": ["PASSED"],
    "many-sessions": [*["PASSED"] * 6, "FAILED", "PASSED"],
    "missing-location": ["PASSED"],
    "passing": ["PASSED"],
    "reasons": [*["FAILED"] * 8, "DEGRADED", *["FAILED"] * 3],
    "slow-start": ["PASSED"],
    "tests-cancelled": ["CANCELLED"],
    "tests-degraded": ["PASSED"],
    "tests-failing": ["FAILED"],
    "tests-growing": ["PASSED"],
    "tests-never-reported": ["PASSED"],
    "tests-not-deployed": ["FAILED"],
    "tests-passing": ["PASSED"],
    "tests-sixty": ["FAILED"],
    "timed-out": ["TIMED_OUT"],
    "worldwide": ["FAILED"],
}


def test_the_shipped_scenarios_are_listed_in_order() -> None:
    assert shipped() == tuple(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_has_a_one_line_description(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert "the gate" in scenario.description
    assert "\n" not in scenario.description
    assert len(scenario.description) <= 110


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_takes_two_to_four_seconds(name: str) -> None:
    scenario = load(name)
    clock = HandClock()
    with Simulator(scenario, clock=clock) as simulator:
        for session in scenario.sessions:
            ask_in_spite_of_trouble(simulator, "v1", session)
        clock.now_s += 1.9
        early = [document(simulator, "v2", session) for session in scenario.sessions]
        clock.now_s += 2.1
        late = {
            version: [document(simulator, version, session)["status"] for session in scenario.sessions]
            for version in ("v1", "v2")
        }
    assert None in [each["stoppedAt"] for each in early]
    assert late["v2"] == SHIPPED[name]
    in_v1 = {SessionKind.CHECK: "TIMED_OUT", SessionKind.TEST: "CANCELLED"}
    assert late["v1"] == [
        status.replace("CANCELLED", in_v1[session.kind])
        for status, session in zip(SHIPPED[name], scenario.sessions, strict=True)
    ]


def document(simulator: Simulator, version: str, session: PlannedSession) -> Any:  # noqa: ANN401 - JSON
    """Return a session's document. Retry if a fault occurs, because every shipped fault ends."""
    tries = (ask_in_spite_of_trouble(simulator, version, session) for _ in range(8))
    return next(found for found in tries if found is not None)


def ask_in_spite_of_trouble(simulator: Simulator, version: str, session: PlannedSession) -> Any:  # noqa: ANN401 - JSON
    path = f"/{version}/check-sessions/{session.id}"
    if session.kind is SessionKind.TEST:
        path = f"/v1/test-sessions/{session.id}"
    with suppress(HTTPException, OSError):
        reply = ask(simulator, path)
        return reply.json if reply.status == 200 else None
    return None


MINE = """
description: Mine
speed: 2.5
inputs: {degraded-threshold: 25%, details: false, timeout: 20s, failed-threshold: 1}
sessions:
  - {check: {name: Ünïcode}, locations: [x], statuses: [{at: 1, is: PASSED}]}
"""


@pytest.mark.parametrize("file_name", ["mine.yml", "mine.yaml"])
def test_a_scenario_can_be_a_file(tmp_path: Path, file_name: str) -> None:
    path = tmp_path / file_name
    path.write_text(MINE, encoding="utf-8")
    scenario = load(str(path))
    assert scenario == parse(MINE, name="mine")
    assert (scenario.name, scenario.description, scenario.speed) == ("mine", "Mine", 2.5)
    assert scenario.inputs == {
        "degraded-threshold": "25%",
        "details": "false",
        "timeout": "20s",
        "failed-threshold": "1",
    }


def test_a_scenario_without_speed_and_inputs_has_speed_one_and_no_inputs() -> None:
    scenario = parse(MINE.replace("speed: 2.5\ninputs:", "inputs: {} #"), name="mine")
    assert (scenario.speed, scenario.inputs) == (1, {})


def test_problems_with_a_scenario_file_start_with_the_given_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(MINE.replace("speed", "sped"), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load(str(path))
    assert caught.value.problems == (f"{path}:3:1: unknown key 'sped'; did you mean 'speed'?",)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("pasing", "did you mean 'passing'?"),
        ("zzz", "known: api-trouble, both-kinds, cancelled, "),
        ("", "known: "),
        ("passing.yml", "passing.yml: cannot be read: No such file or directory"),
        ("../passing", "did you mean 'passing'?"),
        ("a\0b.yml", "cannot be read: "),
    ],
)
def test_an_unknown_scenario_is_refused_with_a_suggestion(asked: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(asked)
    (problem,) = caught.value.problems
    assert told in problem


def test_a_folder_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    folder, latin = tmp_path / "folder.yml", tmp_path / "latin.yml"
    folder.mkdir()
    latin.write_bytes(MINE.encode("latin-1"))
    for path in (folder, latin):
        with pytest.raises(UsageError, match=f"{path.name}: cannot be read: "):
            load(str(path))
