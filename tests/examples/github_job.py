"""Run the jobs of GitHub's examples step by step, as the runner does, with a given result of the gate."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.examples.programs import Programs

SCRIPTS = ("deploy.sh", "roll-back.sh", "npm", "npx", "gh")


@dataclass(frozen=True)
class Gate:
    """The result of the gate's step: its outcome and its outputs."""

    outcome: str
    outputs: Mapping[str, str] = field(default_factory=dict)

    def value(self, operand: str) -> str:
        """Return the value of an operand in an expression. Raise KeyError if the operand is unknown."""
        if operand.startswith("'"):
            return operand.strip("'")
        if operand.startswith("steps.gate.outputs."):
            return self.outputs.get(operand.removeprefix("steps.gate.outputs."), "")
        if operand.startswith(("secrets.", "vars.", "github.")):
            return "given"
        return {"steps.gate.outcome": self.outcome, "always()": "true"}[operand]

    def meets(self, condition: str) -> bool:
        """Return whether a condition is true. Its terms are joined by `||` or by `&&`, never by both."""
        if " || " in condition:
            return any(map(self._is_true, condition.split(" || ")))
        return all(map(self._is_true, condition.split(" && ")))

    def _is_true(self, term: str) -> bool:
        if contains := re.fullmatch(r"contains\((\S+), (\S+)\)", term):
            return self.value(contains[2]) in self.value(contains[1])
        left, *compared = term.split(" ")
        if not compared:
            return bool(self.value(left))
        operator, right = compared
        return (self.value(left) == self.value(right)) == {"==": True, "!=": False}[operator]


@dataclass(frozen=True)
class Job:
    """A job that has ended: the scripts and actions that ran, whether it failed, and its output."""

    ran: list[str]
    failed: bool
    log: str


def steps_of(workflow: str) -> list[dict[str, Any]]:
    """Return the steps of the job that contains the gate."""
    jobs = yaml.safe_load(workflow)["jobs"].values()
    (steps,) = (job["steps"] for job in jobs if any(step.get("id") == "gate" for step in job["steps"]))
    return list(steps)


def play(workflow: str, gate: Gate, folder: Path, down: Collection[str] = ()) -> Job:
    """Run the job with this result of the gate. The scripts and actions in `down` fail."""
    programs = Programs(folder)
    for script in SCRIPTS:
        programs.add(script, int(script in down))
    ran, failed, log = [], False, ""
    ended = Gate("skipped")
    for step in steps_of(workflow):
        condition = step.get("if", "always()" if not failed else "")
        if (failed and "always()" not in condition) or not ended.meets(condition):
            continue
        ran.append(name_of(step))
        if step.get("id") == "gate":
            ended, step_failed = gate, gate.outcome == "failure"
        elif "run" in step:
            given = {name: ended.value(value[4:-3]) for name, value in step.get("env", {}).items()}
            env = {"GITHUB_REPOSITORY": "team/shop", **given}
            said = programs.run(step["run"], env, folder, "bash -e")
            step_failed, log = said.code != 0, log + said.log
        else:
            step_failed = name_of(step) in down
        failed |= step_failed and not step.get("continue-on-error", False)
    return Job(ran, failed, log)


def name_of(step: Mapping[str, Any]) -> str:
    """Return the name of an action or a script, without its folder, its pin or further lines."""
    return re.split(r"[@\n]", str(step.get("uses", step.get("run"))).rpartition("/")[2])[0]
