"""Run the gates of the contract workflow without GitHub's runner, and test the check of their results."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.absent import require_programs
from tests.contract.check import EXPECTED, problems
from tests.end_to_end.running import github, run

ROOT = Path(__file__).parents[2]
STEPS = yaml.safe_load((ROOT / ".github/workflows/contract.yml").read_text())["jobs"]["action"]["steps"]
GATES = {step["id"]: step["with"] for step in STEPS if step.get("uses") == "./"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run the simulator during the test. Yield the outputs that its step has in the workflow."""
    require_programs("openssl")
    outputs = tmp_path / "outputs"
    command = [sys.executable, "-m", "tests.contract.serve", "127.0.0.1", str(tmp_path / "authority.pem")]
    command += [str(outputs), "passing", "failing", "degraded"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "serving\n"
            yield dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        finally:
            process.kill()


def _step(given: dict[str, str], served: dict[str, str], workspace: Path) -> dict[str, Any]:
    """Run one gate as the runner would; return its entry in the workflow's `steps`."""

    def value_of(match: re.Match[str]) -> str:
        return served[match[1]]

    expression = re.compile(r"\$\{\{ steps\.simulator\.outputs\.([\w-]+) \}\}")
    inputs = {name: expression.sub(value_of, text) for name, text in given.items()}
    gated = run(workspace, github(workspace, inputs))
    outcome = "failure" if gated.code else "success"
    step = {"outcome": outcome, "outputs": gated.outputs}
    (workspace / "github" / "output").unlink()
    return step


def test_the_steps_end_as_the_workflow_asserts(served: dict[str, str], tmp_path: Path) -> None:
    steps = {name: _step(given, served, tmp_path) for name, given in GATES.items()}
    assert list(problems(steps, tmp_path, os.getuid())) == []


def test_the_certificate_passes_strict_verification(served: dict[str, str], tmp_path: Path) -> None:
    context = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # Python 3.13 and later set this flag by default
    host, port = served["passing-url"].removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port))) as plain,
        context.wrap_socket(plain, server_hostname=host),
    ):
        pass


def test_the_steps_need_no_more_packages_than_the_gate() -> None:
    scripts = "\n".join(step.get("run", "") for step in STEPS)
    assert "make .venv/.run" in scripts
    assert set(re.findall(r"\.venv/\S+", scripts)) == {".venv/.run", ".venv/bin/python"}
    for module in re.findall(r"-m (tests\.[\w.]+)", scripts):
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text()
        imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))
        assert imported <= {*sys.stdlib_module_names, "gate"}


def test_every_gate_has_required_results_and_may_fail_without_ending_the_workflow() -> None:
    assert set(GATES) == set(EXPECTED)
    assert all(step["continue-on-error"] for step in STEPS if step.get("uses") == "./")


def test_steps_that_did_not_run_are_reported() -> None:
    said = list(problems({}, Path(), 0))
    for name, expected in EXPECTED.items():
        assert f"{name}: outcome is None and must be {expected['outcome']!r}" in said
        assert f"{name}: the output `reason` is empty" in said
        assert f"{name}: the report at junit-path (None) does not exist" in said


def test_a_report_that_another_user_owns_or_that_has_no_test_case_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "junit.xml").write_text("<testsuites/>")
    step = {"outcome": "success", "outputs": {**EXPECTED["passing"], "junit-path": "reports/junit.xml"}}
    said = "\n".join(problems({"passing": step}, tmp_path, os.getuid() + 1))
    assert f"passing: reports/junit.xml belongs to user {os.getuid()}, not to" in said
    assert f"passing: reports belongs to user {os.getuid()}, not to" in said
    assert "passing: reports/junit.xml has no test case" in said
