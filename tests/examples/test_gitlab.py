"""GitLab's examples, run by gitlab-ci-local in a new repository, with the gate and the simulator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import KEY
from tests.examples.reading import documents, text
from tests.node import program

SCENARIO = """
description: A shop in two regions.
sessions:
  - check: {{name: Shop, tags: [production]}}
    locations: [eu-west-1, us-east-1]
    statuses: [{{at: 0s, is: PROGRESS}}, {{at: 1s, is: {status}}}]
    results:
      - {{at: 1s, location: eu-west-1, is: passed, took: 200ms}}
      - {{at: 1s, location: us-east-1, is: {result}, took: 300ms}}
"""
NOBODY = "http://127.0.0.1:9"
GATING, PUBLISHING = "gitlab/.gitlab-ci.yml", "publishing/gitlab.yml"


@dataclass(frozen=True)
class Pipeline:
    """A pipeline that has ended, and its folder."""

    folder: Path
    code: int
    log: str
    gate: str = "checkly"

    @property
    def jobs(self) -> dict[str, str]:
        """Return the jobs that ran, with their results."""
        return {job: end for end, job in re.findall(r"^ (PASS|FAIL) +([\w-]+) *$", self.log, re.MULTILINE)}

    @property
    def exit_code(self) -> int:
        """Return the exit code of the gate's job."""
        failed = re.search(rf"^{self.gate} +finished in .* FAIL (\d+)", self.log, re.MULTILINE)
        return int(failed[1]) if failed else 0

    @property
    def report(self) -> ET.Element:
        """Return the JUnit report, which the gate's job stores as an artifact."""
        return ET.parse(
            self.folder / ".gitlab-ci-local/artifacts/checkly/test-results/checkly-junit.xml"
        ).getroot()


def _repository(folder: Path, example: str) -> None:
    folder.mkdir()
    (folder / ".gitlab-ci.yml").write_text(text(example))
    for script in ("deploy.sh", "roll-back.sh"):
        (folder / script).write_text(f"#!/bin/sh\necho {script} has run\n")
        (folder / script).chmod(0o755)
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["remote", "add", "origin", "git@example.com:team/shop.git"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message", "Shop"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def _run(folder: Path, url: str, *variables: str, example: str = GATING) -> Pipeline:
    gitlab = program("gitlab-ci-local", needs=("bash", "git", "rsync"))
    _repository(folder, example)
    given = [f"CHECKLY_API_KEY={KEY}", "CHECKLY_ACCOUNT_ID=account", f"CHECKLY_API_URL={url}", *variables]
    done = subprocess.run(
        [gitlab, "--force-shell-executor", *(f"--variable={each}" for each in given)],
        cwd=folder,
        # The gate is on the PATH, as in its image. HOME is a folder without settings.
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (gate,) = (name for name, job in documents(example)[0].items() if "image" in job)
    return Pipeline(folder, done.returncode, re.sub(r"\x1b\[[\d;]*m", "", done.stdout), gate)


@pytest.mark.parametrize(
    ("status", "result", "code", "jobs"),
    [
        ("PASSED", "passed", 0, {"deploy": "PASS", "checkly": "PASS"}),
        ("FAILED", "failed", 1, {"deploy": "PASS", "checkly": "FAIL", "roll-back": "PASS"}),
        ("DEGRADED", "degraded", 1, {"deploy": "PASS", "checkly": "FAIL", "roll-back": "PASS"}),
        ("PASSED", "errored", 1, {"deploy": "PASS", "checkly": "FAIL", "roll-back": "PASS"}),
    ],
)
def test_the_result_of_the_pipeline_depends_on_the_session(
    tmp_path: Path, status: str, result: str, code: int, jobs: dict[str, str]
) -> None:
    scenario = parse(SCENARIO.format(status=status, result=result), name="shop")
    with Simulator(scenario, speed=100) as api:
        pipeline = _run(tmp_path / "shop", api.url)
    assert pipeline.jobs == jobs, pipeline.log
    assert pipeline.exit_code == code
    assert (pipeline.code == 0) == (code == 0)
    names = [case.get("name") for case in pipeline.report.iter("testcase")]
    assert names == ["Shop [eu-west-1]", "Shop [us-east-1]"]
    assert ("roll-back.sh has run" in pipeline.log) == (result in ("failed", "degraded"))


@pytest.mark.parametrize(
    ("variable", "code"), [("CHECKLY_GATE_TIMEOUT=1s", 4), ("CHECKLY_GATE_TIMEOUT=soon", 2)]
)
def test_an_inconclusive_gate_fails_its_job_writes_a_report_and_causes_no_rollback(
    tmp_path: Path, variable: str, code: int
) -> None:
    pipeline = _run(tmp_path / "shop", NOBODY, variable)
    assert pipeline.exit_code == code, pipeline.log
    assert pipeline.code != 0
    assert pipeline.report.get("errors") == "1"
    assert "roll-back.sh has run" not in pipeline.log


@pytest.mark.parametrize(("result", "code"), [("passed", 0), ("failed", 1)])
def test_the_result_of_the_publishing_example_depends_on_the_session(
    tmp_path: Path, result: str, code: int
) -> None:
    scenario = parse(SCENARIO.format(status=result.upper(), result=result), name="shop")
    session = f"SESSION_ID={scenario.session_ids[0]}"
    with Simulator(scenario, speed=100) as api:
        pipeline = _run(tmp_path / "shop", api.url, session, example=PUBLISHING)
    assert pipeline.jobs == {"checkly-gate": "FAIL" if code else "PASS"}, pipeline.log
    assert pipeline.exit_code == code


@pytest.mark.parametrize("example", [GATING, PUBLISHING])
def test_the_image_is_started_without_its_entrypoint(example: str) -> None:
    (image,) = (job["image"] for job in documents(example)[0].values() if "image" in job)
    assert image["entrypoint"] == [""]
