"""The jobs of GitHub's examples: the steps after a gate that opened, closed or was inconclusive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.examples.github_job import Gate, name_of, play, steps_of
from tests.examples.reading import EVERY_FILE, ROOT, text

README = re.findall(r"```yaml\n(name: Deploy\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0]
WORKFLOWS = {name: text(name) for name in EVERY_FILE if "github" in name} | {"README.md": README}
REPORT = {"junit-path": "test-results/checkly-junit.xml"}
OPEN = Gate("success", {"verdict": "pass", **REPORT})
RED = Gate("failure", {"verdict": "fail", "cause": "failed", "reason": "1 of 2 locations failed", **REPORT})
SLOW = Gate("failure", {"verdict": "fail", "cause": "degraded,missing", "reason": "degraded", **REPORT})
LOST = Gate("failure", {"verdict": "fail", "cause": "errored,missing", "reason": "missing", **REPORT})
UNKNOWN = Gate("failure", {"verdict": "inconclusive", "reason": "no answer", **REPORT})
NOT_STARTED = Gate("failure")
PUBLISHERS = {"upload-artifact", "action-junit-report", "publish-unit-test-result-action"}
ROLLBACK = WORKFLOWS["github/rollback.yml"]


@pytest.mark.parametrize(
    ("gate", "published"), [(OPEN, True), (RED, True), (UNKNOWN, True), (NOT_STARTED, False)]
)
@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS.keys())
def test_a_job_fails_with_its_gate_and_publishes_an_existing_report(
    workflow: str, gate: Gate, published: bool, tmp_path: Path
) -> None:
    job = play(workflow, gate, tmp_path)
    assert job.failed == (gate.outcome == "failure")
    publishers = PUBLISHERS & {name_of(step) for step in steps_of(workflow)}
    assert publishers
    assert PUBLISHERS & set(job.ran) == (publishers if published else set())


@pytest.mark.parametrize("down", ["", "upload-artifact"])
@pytest.mark.parametrize(
    ("gate", "rolls_back"),
    [(OPEN, False), (RED, True), (SLOW, True), (LOST, False), (UNKNOWN, False), (NOT_STARTED, False)],
)
def test_failed_and_degraded_checks_cause_a_rollback_even_if_another_step_fails(
    gate: Gate, rolls_back: bool, down: str, tmp_path: Path
) -> None:
    job = play(ROLLBACK, gate, tmp_path, {down})
    assert ("roll-back.sh" in job.ran) == rolls_back
    assert job.failed == (gate.outcome == "failure" or down in job.ran)


def test_a_job_that_rolls_back_logs_the_reason(tmp_path: Path) -> None:
    assert play(ROLLBACK, RED, tmp_path).log == "fail: 1 of 2 locations failed\n"


def test_a_gate_without_outputs_causes_no_rollback_and_the_job_logs_this(tmp_path: Path) -> None:
    job = play(ROLLBACK, NOT_STARTED, tmp_path)
    assert job.log == "no outputs: nothing was rolled back; the log has the verdict\n"
    assert job.failed
    assert "roll-back.sh" not in job.ran


def test_a_failed_rollback_fails_the_job_after_the_report_is_published(tmp_path: Path) -> None:
    job = play(ROLLBACK, RED, tmp_path, {"roll-back.sh"})
    assert job.failed
    assert "upload-artifact" in job.ran


def test_a_failed_deployment_skips_the_gate_and_the_rollback(tmp_path: Path) -> None:
    job = play(ROLLBACK, RED, tmp_path, {"deploy.sh"})
    assert job.failed
    assert job.ran == ["checkout", "deploy.sh"]
