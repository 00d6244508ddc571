"""Run Argo's and Tekton's examples step by step, with a given result of the gate."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.examples.programs import Programs
from tests.examples.reading import IMAGE, documents
from tests.examples.test_rollbacks import ENDS, Ended

CODES = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Played:
    """The steps that ran, the exit code, and the output."""

    ran: list[str]
    code: int
    log: str


def _argo(end: Ended, programs: Programs, folder: Path) -> Played:
    """Run Argo's groups of steps in order. Stop after a failed step, unless the step has `continueOn`."""
    (workflow,) = documents("argo/workflow.yaml")
    templates = {template["name"]: template for template in workflow["spec"]["templates"]}
    ran, codes, log = [], dict[str, int](), ""
    for group in templates[workflow["spec"]["entrypoint"]]["steps"]:
        for step in group:
            if not _holds(step.get("when", "0 == 0"), codes):
                continue
            container = templates[step["template"]]["container"]
            command = shlex.join([*container["command"], *container.get("args", [])])
            programs.add("checkly-gate", end.code, {"checkly-gate.json": end.record})
            env = {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}
            ended = programs.run(command, env, folder)
            ran.append(step["name"])
            codes[step["name"]] = ended.code
            log += ended.log
            if ended.code and not step.get("continueOn", {}).get("failed"):
                return Played(ran, ended.code, log)
    return Played(ran, 0, log)


def _holds(condition: str, codes: dict[str, int]) -> bool:
    filled = re.sub(r"\{\{steps\.([\w-]+)\.exitCode\}\}", lambda match: str(codes[match[1]]), condition)
    left, operator, right = filled.split(" ")
    return (int(left) == int(right)) == {"==": True, "!=": False}[operator]


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_argo_rolls_back_after_failed_or_degraded_checks_and_fails_unless_the_gate_opens(
    end: Ended, tmp_path: Path
) -> None:
    programs = Programs(tmp_path / "programs")
    played = _argo(end, programs, tmp_path)
    rolls_back = ["roll-back"] if end.rolls_back else []
    assert played.ran == ["gate", *rolls_back, *(["verdict"] if end.code else [])]
    assert (played.code == 0) == (end.code == 0)
    assert ("the gate did not open" in played.log) == (end.code != 0)
    (call,) = programs.calls("checkly-gate")
    assert call.environment["CHECKLY_GATE_SESSION_ID"] == "{{workflow.parameters.session-id}}"


def test_argo_stops_the_gate_only_after_the_gates_own_timeout() -> None:
    (workflow,) = documents("argo/workflow.yaml")
    (gate,) = (each for each in workflow["spec"]["templates"] if each["name"] == "gate")
    assert {"name": "CHECKLY_GATE_TIMEOUT", "value": "20m"} in gate["container"]["env"]
    assert gate["activeDeadlineSeconds"] > 20 * 60


def _tekton(code: int, folder: Path) -> Played:
    """Run Tekton's steps in order. Stop after a failed step, unless the step has `onError: continue`."""
    (task,) = documents("tekton/task.yaml")
    paths = {"steps.step-gate.exitCode.path": folder / "code", "results.exit-code.path": folder / "result"}
    (folder / "test-results").mkdir()
    (folder / "test-results" / "checkly-junit.xml").write_text("<testsuites/>")
    ran, log = [], ""
    for step in task["spec"]["steps"]:
        ran.append(step["name"])
        assert step["workingDir"] == "$(workspaces.reports.path)"
        if step["image"] == IMAGE:
            (folder / "code").write_text(str(code))
            ended_with = code
        else:
            script = re.sub(r"\$\(([\w.-]+\.path)\)", lambda match: str(paths[match[1]]), step["script"])
            ended = Programs(folder / "programs").run(script, {}, folder)
            ended_with, log = ended.code, ended.log
        if ended_with and step.get("onError") != "continue":
            return Played(ran, ended_with, log)
    return Played(ran, 0, log)


@pytest.mark.parametrize("code", CODES)
def test_tekton_prints_the_report_and_ends_with_the_exit_code_of_the_gate(code: int, tmp_path: Path) -> None:
    played = _tekton(code, tmp_path)
    assert played.ran == ["gate", "verdict"]
    assert played.code == code
    assert played.log == "<testsuites/>"
    assert (tmp_path / "result").read_text() == str(code)
