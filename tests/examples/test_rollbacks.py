"""The scripts in the examples roll back a deployment only if checks failed or are degraded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.running import run
from tests.examples.programs import Programs
from tests.examples.reading import documents, text

RECORD = "checkly-gate.json"


@dataclass(frozen=True)
class Ended:
    """The result of a gate: its exit code and the cause."""

    code: int
    cause: str = ""

    @property
    def rolls_back(self) -> bool:
        return bool({"failed", "degraded"} & set(self.cause.split(",")))

    @property
    def record(self) -> str:
        """Return the record. It also contains strings that only resemble the cause."""
        misleading = {"reason": '"cause": "failed"', "inputs": {"cause": "failed", "failed-threshold": "0"}}
        return json.dumps({"verdict": "fail", "cause": self.cause, **misleading}, indent=2)

    def __str__(self) -> str:
        return f"{self.code} {self.cause}"


ENDS = [
    Ended(0),
    *(Ended(1, cause) for cause in ("failed", "degraded,missing", "errored,failed")),
    *(Ended(1, cause) for cause in ("errored,missing", "aborted", "cancelled", "timed-out", "required")),
    *(Ended(code) for code in (2, 3, 4, 143)),
]


def _gitlab() -> str:
    return "\n".join(documents("gitlab/.gitlab-ci.yml")[0]["roll-back"]["script"])


def _jenkins() -> str:
    (script,) = re.findall(r"sh '''(if .*?)'''", text("jenkins/Jenkinsfile"))
    return str(script)


SCRIPTS: dict[str, Callable[[], str]] = {"gitlab": _gitlab, "jenkins": _jenkins}


@pytest.mark.parametrize("end", ENDS, ids=str)
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_only_failed_and_degraded_checks_cause_a_rollback(
    script: Callable[[], str], end: Ended, tmp_path: Path
) -> None:
    assert _rolls_back(script(), end.record, tmp_path) == end.rolls_back


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_missing_record_causes_no_rollback(script: Callable[[], str], tmp_path: Path) -> None:
    assert not _rolls_back(script(), None, tmp_path)


@pytest.mark.parametrize(
    ("scenario", "rolls_back"),
    [("passing", False), ("failing", True), ("degraded", True), ("missing-location", False)],
)
def test_the_scripts_find_the_cause_in_the_record_of_the_gate(
    scenario: str, rolls_back: bool, tmp_path: Path
) -> None:
    run(tmp_path, {}, "demo", scenario, "--json-path", RECORD)
    assert _rolls_back(_gitlab(), (tmp_path / RECORD).read_text(), tmp_path) == rolls_back


@pytest.mark.parametrize("name", ["gitlab/.gitlab-ci.yml", "jenkins/Jenkinsfile", "argo/workflow.yaml"])
def test_all_scripts_contain_the_same_command_and_all_examples_set_thresholds(name: str) -> None:
    assert """grep -Eq '^  "cause": ".*(failed|degraded)' checkly-gate.json""" in text(name)
    assert {"FAILED", "DEGRADED"} <= set(re.findall(r"CHECKLY_GATE_(\w+)_THRESHOLD", text(name)))
    assert re.search(r"JSON_PATH\W.*checkly-gate\.json", text(name))


def _rolls_back(script: str, record: str | None, folder: Path) -> bool:
    programs = Programs(folder / "programs")
    (folder / "roll-back.sh").write_text("#!/bin/sh\necho rolled back\n")
    (folder / "roll-back.sh").chmod(0o755)
    if record is not None:
        (folder / RECORD).write_text(record)
    ended = programs.run(script, {}, folder)
    assert ended.code == 0
    return "rolled back" in ended.log
