"""The action with a runner other than GitHub's, in jobs with and without a container."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from gate.simulator import Simulator, parse
from tests.absent import absent, require_programs
from tests.end_to_end.running import JUNIT, KEY
from tests.image.acting import NOT_ACTED, ON_THIS_MACHINE, act_in
from tests.image.building import Image
from tests.image.engine import ROOT

pytestmark = pytest.mark.timeout(180)
SCENARIO = """
description: a session that failed, one that is degraded, and a check to trigger
sessions:
  - check: {name: Checkout API}
    locations: [us-east-1, eu-central-1]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - {at: 0s, location: eu-central-1, is: failed}
  - check: {name: Search API}
    locations: [us-east-1, eu-central-1]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - {at: 0s, location: eu-central-1, is: degraded}
  - check: {name: Home page, tags: [shop]}
    locations: [us-east-1]
    results: [{at: 0s, location: us-east-1, is: passed}]
"""
CONTRACT = ".github/workflows/contract.yml"
# Scripts that replace actions that are available only on GitHub.
CHECKOUT = 'cp -a "$CHECKOUT/." .'
SETUP_PYTHON = "true"


def test_a_job_in_a_container_continues_with_the_outputs_of_the_gate(image: Image, tmp_path: Path) -> None:
    act = act_in(tmp_path, image, ["action.yml", "tests/image/steps.yml"])
    out = tmp_path / "out"
    out.mkdir()
    scenario = parse(SCENARIO, name="act")
    with Simulator(scenario) as api:
        failing, degraded, _ = scenario.session_ids
        env = {"KEY": KEY, "URL": api.url, "FAILING": failing, "DEGRADED": degraded, "OUT": str(out)}
        code, log = act.run(
            "tests/image/steps.yml",
            image.engine.base,
            env,
            *("--network", "host", "--container-options", f"-v {out}:{out}"),
        )
    assert code == 0, log
    steps: dict[str, Any] = json.loads((out / "steps.json").read_text())
    gates = ("closed", "tolerated", "triggered")
    assert [steps[name]["outcome"] for name in gates] == ["failure", "success", "success"]
    assert [steps[name]["outputs"]["verdict"] for name in gates] == ["fail", "pass", "pass"]
    because = "1 of 2 locations failed (50%), none allowed (default): eu-central-1"
    assert steps["rolled-back"]["outputs"]["because"] == because
    assert "(.checkly-gate.yml:1)" in steps["tolerated"]["outputs"]["reason"]
    assert [case.get("name") for case in ET.parse(out / "checkly-junit.xml").iter("testcase")] == [
        "Home page [us-east-1]"
    ]
    assert all(f"Summary - ## {mark} Checkly gate" in log for mark in ("✅", "❌"))
    assert "the key is ***" in log
    assert KEY not in log


def test_the_contract_workflow_succeeds_in_a_job_without_a_container(image: Image, tmp_path: Path) -> None:
    """Without a job container, act gives the gate neither the workspace's path nor the runner's files."""
    require_programs("docker", "make", "openssl")
    if not image.engine.ask("network", "inspect", "bridge", "--format", "{{.IPAM.Config}}").strip("[]\n"):
        absent(f"{NOT_ACTED}this engine's containers cannot reach this machine")
    act = act_in(
        tmp_path, image, ["action.yml", "Makefile", "requirements.txt", "gate", "tests/contract", CONTRACT]
    )
    shutil.copy2(ROOT / "tests" / "__init__.py", act.checkout / "tests")
    (act.checkout / ".venv").symlink_to(sys.prefix)
    stubs = [
        word
        for uses, script in zip(_foreign_actions(), (CHECKOUT, SETUP_PYTHON), strict=True)
        for word in ("--local-repository", f"{uses}={_action(tmp_path, uses, script)}")
    ]
    code, log = act.run(CONTRACT, ON_THIS_MACHINE, {"CHECKOUT": str(act.checkout)}, *stubs)
    assert code == 0, log
    assert "as required: passing, failing, degraded, beyond, silent" in log
    assert "outputcmd.txt could not be written" in log
    assert f"::set-output:: junit-path={JUNIT}" in log
    assert "a loopback address is the container itself" in log


def _foreign_actions() -> list[str]:
    steps = yaml.safe_load((ROOT / CONTRACT).read_text())["jobs"]["action"]["steps"]
    return [step["uses"] for step in steps if step.get("uses", "./") != "./"]


def _action(folder: Path, name: str, script: str) -> Path:
    place = folder / "actions" / name.partition("@")[0]
    place.mkdir(parents=True)
    steps = [{"run": script, "shell": "bash"}]
    action = {"name": "stub", "runs": {"using": "composite", "steps": steps}}
    (place / "action.yml").write_text(yaml.safe_dump(action))
    return place
