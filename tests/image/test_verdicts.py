"""The action as GitHub's runner starts it, with a simulator that runs from the same image."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.end_to_end.running import JUNIT, KEY, RECORD
from tests.image.building import Image
from tests.image.running import RUNNER, Runner, act, simulator


@dataclass(frozen=True, slots=True)
class Case:
    scenario: str
    threshold: str
    code: int
    verdict: str
    reason: str


VERDICTS = {
    "passing": Case("passing", "", 0, "pass", "locations green"),
    "failing": Case("failing", "", 1, "fail", "failed"),
    "degraded within the threshold": Case(
        "degraded", "40%", 0, "pass", "degraded (40%), at most 40% allowed"
    ),
    "degraded beyond the threshold": Case(
        "degraded", "25%", 1, "fail", "degraded (40%), more than the allowed 25%"
    ),
}


@pytest.mark.parametrize("case", VERDICTS.values(), ids=VERDICTS.keys())
def test_exit_code_and_reports_agree_with_the_expected_verdict(
    case: Case, image: Image, runner: Runner
) -> None:
    with simulator(image, case.scenario) as inputs:
        given = {"api-key": KEY, "account-id": "account", "timeout": "", "poll-interval": "1s"}
        done = act(
            image, runner, inputs | given | {"degraded-threshold": case.threshold, "json-path": RECORD}
        )
    assert done.code == case.code, done.log
    assert done.outputs["verdict"] == case.verdict
    assert case.reason in done.outputs["reason"]
    assert case.reason in done.log
    assert done.outputs["junit-path"] == JUNIT
    assert done.outputs["locations"] == str(len(done.cases))
    assert done.record["exit-code"] == case.code
    assert inputs["session-id"] in done.summary
    assert bool([line for line in done.annotations if line.startswith("::error ")]) == bool(case.code)


def test_every_file_and_folder_belongs_to_the_runners_user(image: Image, runner: Runner) -> None:
    files = {"policies/gate.yml": "degraded-threshold: 100%\n"}
    with simulator(image, "passing") as inputs:
        paths = {"junit-path": "new/folders/junit.xml", "json-path": "other/record.json"}
        done = act(
            image, runner, inputs | paths | {"api-key": KEY, "policy": "policies/gate.yml"}, files=files
        )
    assert done.code == 0, done.log
    assert {path.name for path in runner.workspace.rglob("*.*")} == {"gate.yml", "junit.xml", "record.json"}
    assert runner.owners() == {RUNNER}


def test_the_key_is_masked_and_never_shown(image: Image, runner: Runner) -> None:
    with simulator(image, "failing") as inputs:
        done = act(image, runner, inputs | {"api-key": KEY, "verbose": "true", "json-path": RECORD})
    lines = done.log.splitlines()
    assert lines[0] == f"::add-mask::{KEY}"
    assert KEY not in "\n".join(lines[1:])
    written = [path for path in runner.folder.rglob("*") if path.is_file()]
    assert len(written) == 4
    assert not [path for path in written if KEY in path.read_text()]
