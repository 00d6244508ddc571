"""Triggering checks and gating on them in one step, over real HTTP."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import Run, finish, github, inputs_for, run, start

CHECK = "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a"
SCENARIO = f"""
description: three checks
speed: 20
sessions:
  - check: {{name: Checkout API, tags: [production, shop], id: {CHECK}}}
    locations: [us-east-1]
    results: [{{at: 4s, location: us-east-1, is: passed}}]
  - check: {{name: Home page, tags: [production]}}
    locations: [us-east-1]
    results: [{{at: 6s, location: us-east-1, is: passed}}]
  - check: {{name: Slow report, tags: [production, slow]}}
    locations: [us-east-1]
    results: [{{at: 2s, location: us-east-1, is: failed}}]
"""


def _triggered(workspace: Path, more: str = "", **inputs: str) -> tuple[Run, list[str]]:
    with Simulator(parse(SCENARIO + more, name="trigger")) as api:
        given = {**inputs_for(api, ()), **{name.replace("_", "-"): value for name, value in inputs.items()}}
        done = run(workspace, github(workspace, given))
        return done, [request.body.decode() for request in api.requests if request.method == "POST"]


@pytest.mark.parametrize(
    ("inputs", "code", "cases"),
    [
        ({"trigger_tags": "production, !slow"}, 0, {"Checkout API", "Home page"}),
        ({"trigger_tags": "shop\nslow"}, 1, {"Checkout API", "Slow report"}),
        ({"trigger_check_id": CHECK, "refresh_cache": "true"}, 0, {"Checkout API"}),
        ({"trigger_check_id": CHECK, "trigger_tags": "production"}, 0, {"Checkout API"}),
    ],
    ids=["all and not", "alternatives", "a check", "both"],
)
def test_the_gate_waits_for_all_sessions_that_it_started(
    inputs: dict[str, str], code: int, cases: set[str], tmp_path: Path
) -> None:
    done, posted = _triggered(tmp_path, **inputs)
    assert done.code == code, done.log
    assert {name.rpartition(" [")[0] for name in done.cases} == cases
    assert len(posted) == 1
    assert ("refreshCache" in json.loads(posted[0])) == ("refresh_cache" in inputs)
    first_lines = done.log.splitlines()[1 : 1 + len(cases)]
    assert all(line.startswith("started ") and "https://app.checklyhq.com/" in line for line in first_lines)


def test_the_gate_does_not_open_if_the_filter_matches_no_check(tmp_path: Path) -> None:
    done, posted = _triggered(tmp_path, trigger_tags="staging")
    assert (done.code, len(posted)) == (4, 1)
    assert "No checks matched the target" in done.outputs["reason"]
    assert "trigger-tags" in done.outputs["reason"]


@pytest.mark.parametrize("effect", ["status: 502", "cut: reset", "cut: truncated"])
def test_a_trigger_call_that_may_have_arrived_is_not_repeated(effect: str, tmp_path: Path) -> None:
    done, posted = _triggered(tmp_path, f"faults: [{{on: trigger, {effect}}}]\n", trigger_tags="production")
    assert (done.code, len(posted)) == (4, 1)
    assert "run this job again" in done.outputs["reason"]
    assert done.cases == {"Checkly session [session]": "error GateError"}


def test_nothing_is_triggered_without_a_filter(tmp_path: Path) -> None:
    done, posted = _triggered(tmp_path, refresh_cache="true")
    assert (done.code, posted) == (2, [])
    assert "without a filter, every check in the account would run" in done.log


def test_a_signal_during_a_trigger_call_determines_the_exit_code(tmp_path: Path) -> None:
    with Simulator(parse(SCENARIO + "faults: [{on: trigger, cut: stall}]\n", name="trigger")) as api:
        inputs = {**inputs_for(api, ()), "trigger-tags": "production"}
        process = start(tmp_path, github(tmp_path, inputs))
        assert api.wait_for_request("/trigger", 20)
        process.send_signal(signal.SIGTERM)
        done = finish(process, tmp_path)
    assert done.code == 143
    assert done.outputs["verdict"] == "inconclusive"
