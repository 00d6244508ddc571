"""A run loads only the modules that it needs, because a short run spends most of its time on loading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.simulator import Simulator, load
from tests.end_to_end.running import github, inputs_for, run

# Modules that only some runs need: for other commands, triggers, a commit, a session file, a policy file,
# results that are not green, or a web page.
SELDOM = {
    "gate.background",
    "gate.checkly.error_groups",
    "gate.checkly.failure_reasons",
    "gate.checkly.private_locations",
    "gate.checkly.results",
    "gate.checkly.session_list",
    "gate.checkly.suite_triggers",
    "gate.checkly.trigger_call",
    "gate.checkly.triggers",
    "gate.commands.demo",
    "gate.commands.help",
    "gate.commands.policy",
    "gate.commands.simulate",
    "gate.config.session_file",
    "gate.domain.trigger_errors",
    "gate.explain",
    "gate.policy.match",
    "gate.policy.quarantine",
    "gate.policy.schema",
    "gate.policy.starter",
    "gate.reasons",
    "gate.report.page.page",
    "gate.simulator",
    "gate.triggering",
    "yaml",
}
LIBRARIES = {"requests", "junit_xml"}
# Slightly more modules than a green run loads today. Raise this number if every run needs a new module.
MOST_OF_THE_GATE = 120


@pytest.fixture
def loaded(request: pytest.FixtureRequest, tmp_path: Path) -> set[str]:
    """Run the gate on a scenario, with the usual reports. Return the modules that the run loads."""
    scenario = load(request.param)
    with Simulator(scenario, speed=1e6) as api:
        env = github(tmp_path, inputs_for(api, scenario.session_ids, **scenario.inputs))
        done = run(tmp_path, env | {"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.record["sessions"]
    assert done.junit.tag == "testsuites"
    assert done.summary
    return set(re.findall(r"^import time: .*\| +(\S+)$", done.log, re.MULTILINE))


@pytest.mark.parametrize("loaded", ["passing"], indirect=True)
def test_a_green_run_loads_no_module_that_only_other_runs_need(loaded: set[str]) -> None:
    assert loaded >= LIBRARIES
    assert loaded & SELDOM == set()
    assert sum(name.startswith("gate") for name in loaded) <= MOST_OF_THE_GATE


@pytest.mark.parametrize("loaded", ["failing"], indirect=True)
def test_a_red_run_also_loads_the_modules_that_explain_failures(loaded: set[str]) -> None:
    assert loaded >= {"gate.reasons", "gate.explain", "gate.background", "gate.checkly.failure_reasons"}
    assert not loaded & {"gate.triggering", "gate.policy.schema", "gate.commands.help", "yaml"}
