"""Functions that start the gate as GitHub does: `python entrypoint.py` with INPUT_* variables."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from gate.simulator import Simulator, parse

ENTRYPOINT = Path(__file__).parents[2] / "entrypoint.py"
KEY = "cu_0123456789abcdef0123456789abcdef"
JUNIT = "test-results/checkly-junit.xml"
RECORD = "record.json"
_OF_THE_TESTS = ("COVERAGE_", "PYTHONDONTWRITEBYTECODE")  # prefixes of variables that belong to the test run


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run of the gate: its exit code, its log and its workspace."""

    code: int
    log: str
    workspace: Path

    @property
    def junit(self) -> ET.Element:
        return ET.parse(self.workspace / JUNIT).getroot()

    @property
    def cases(self) -> dict[str, str]:
        """Map each test case's name to `pass`, `flaky`, `skipped`, or the kind and type of the failure."""
        return {case.get("name", ""): _says(case) for case in self.junit.iter("testcase")}

    @property
    def outputs(self) -> dict[str, str]:
        """Return the outputs of the step, parsed as the runner does."""
        text = (self.workspace / "github" / "output").read_text()
        return {
            match["name"]: match["value"]
            for match in re.finditer(
                r"^(?P<name>[a-z-]+)<<(?P<end>\S+)\n(?P<value>.*?)\n(?P=end)\n",
                text,
                re.MULTILINE | re.DOTALL,
            )
        }

    @property
    def summary(self) -> str:
        return (self.workspace / "github" / "summary").read_text()

    @property
    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads((self.workspace / RECORD).read_text())
        return record

    @property
    def annotations(self) -> list[str]:
        return [line for line in self.log.splitlines() if re.match(r"::(error|warning) ", line)]


def _says(case: ET.Element) -> str:
    for child in case:
        if child.tag in ("failure", "error"):
            return f"{child.tag} {child.get('type')}"
        if child.tag == "skipped":
            return "skipped"
    return "flaky" if case.find("flakyFailure") is not None else "pass"


def github(workspace: Path, inputs: Mapping[str, str]) -> dict[str, str]:
    """Create the files of GitHub's runner; return the variables of a container action that the gate uses."""
    (workspace / "github").mkdir(parents=True, exist_ok=True)
    for name in ("output", "summary"):
        (workspace / "github" / name).touch()
    return {
        "GITHUB_ACTIONS": "true",
        "CI": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_OUTPUT": str(workspace / "github" / "output"),
        "GITHUB_STEP_SUMMARY": str(workspace / "github" / "summary"),
        **{f"INPUT_{name.upper()}": value for name, value in inputs.items()},
    }


def of_the_test_run(env: Mapping[str, str]) -> dict[str, str]:
    """Add the variables of the test run to an environment, so that coverage measures the process."""
    return {**env, **{name: value for name, value in os.environ.items() if name.startswith(_OF_THE_TESTS)}}


def start(workspace: Path, env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start the program in a workspace."""
    return subprocess.Popen(
        [sys.executable, "-u", str(ENTRYPOINT), *arguments],
        cwd=workspace,
        env=of_the_test_run(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def without_colours(log: str) -> str:
    """Return a log without colours."""
    return re.sub("\x1b\\[[0-9]*m", "", log)


def finish(process: subprocess.Popen[str], workspace: Path) -> Run:
    """Wait until the program ends; return its run, with a log without colours."""
    log, _ = process.communicate(timeout=50)
    return Run(process.returncode, without_colours(log), workspace)


def run(workspace: Path, env: dict[str, str], *arguments: str) -> Run:
    """Run the program until it ends."""
    return finish(start(workspace, env, *arguments), workspace)


def inputs_for(api: Simulator, session_ids: tuple[str, ...], **more: str) -> dict[str, str]:
    """Return inputs for a gate on the simulator's sessions; underscores in names become hyphens."""
    given = {
        "session-id": "\n".join(session_ids),
        "api-key": KEY,
        "account-id": "1397c172-1938-4973-a225-5862298e571a",
        "api-url": api.url,
        "json-path": RECORD,
        "poll-interval": "1s",
        "timeout": "30s",
    }
    return given | {name.replace("_", "-"): value for name, value in more.items()}


def gate_on(workspace: Path, scenario: str, **inputs: str) -> Run:
    """Run a gate as GitHub does, on the sessions of a scenario."""
    parsed = parse(scenario, name="test")
    with Simulator(parsed) as api:
        return run(workspace, github(workspace, inputs_for(api, parsed.session_ids, **inputs)))
