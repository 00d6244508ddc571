"""Continuous integration runs all tests for every change, and fails if a test lacks a program."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.examples.reading import EVERY_FILE, text

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.name: path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")}
CI: dict[Any, Any] = yaml.safe_load(WORKFLOWS["ci.yml"])
PINNED_IN = {"docker": "Dockerfile", "npm": r"package-lock\.json", "pip": r"requirements\.txt"}
NEEDED = ("chromium", "curl", "java", "jq", "openssl", "rsync", "tinyproxy")
OF_NO_PROGRAM = "libsurefire-java"  # ignored, because this machine may already have its files


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_local_action_or_workflow_that_a_workflow_uses_exists(name: str) -> None:
    used = re.findall(r"uses: \./(\S*)", WORKFLOWS[name])
    assert [path for path in used if not (ROOT / (path or "action.yml")).is_file()] == []


def test_every_change_and_every_release_is_tested() -> None:
    assert CI[True] == {"pull_request": None, "push": {"branches": ["main"]}, "workflow_call": None}
    assert not [name for name, job in CI["jobs"].items() if {"if", "continue-on-error"} & set(job)]
    assert CI["jobs"]["action"]["uses"] == "./.github/workflows/contract.yml"


def test_the_fast_tests_run_on_every_python_version_and_the_slow_tests_on_one() -> None:
    job = CI["jobs"]["test"]
    assert job["strategy"]["matrix"] == {"python": ["3.11", "3.12", "3.13"]}
    assert not job["strategy"]["fail-fast"]
    _, python, run = job["steps"]
    assert python["with"] == {"python-version": "${{ matrix.python }}"}
    one = "${{ matrix.python == '3.13' && 'all' || 'fast' }}"
    assert run == {"run": ".ci/run", "env": {"TESTS": one}}


def _run(folder: Path, *there: str, parts: str = "all") -> tuple[list[str], set[str]]:
    """Run a copy of .ci/run with stand-ins for make, apt-get, sudo and the programs `there` on the PATH.

    Return its calls to make, and the packages that it installs.
    """
    (folder / "clone" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", folder / "clone" / ".ci" / "run")
    path = folder / "bin"
    path.mkdir()
    recorder = f'#!/bin/bash\necho "${{0##*/}} $* ALL_TESTS=$ALL_TESTS in $PWD" >> {folder}/calls\n'
    for name in ("make", "apt-get", *there):
        (path / name).write_text(recorder)
        (path / name).chmod(0o755)
    (path / "sudo").write_text('#!/bin/bash\nexec "$@"\n')
    (path / "sudo").chmod(0o755)
    (path / "dirname").symlink_to(shutil.which("dirname") or "")
    done = ["/bin/bash", str(folder / "clone" / ".ci" / "run")]
    subprocess.run(done, env={"PATH": str(path), "TESTS": parts}, cwd=folder, check=True)
    called = (folder / "calls").read_text().splitlines()
    made = [line for line in called if line.startswith("make ")]
    installed = " ".join(line.partition(" ALL_TESTS")[0] for line in called if " install " in line)
    return made, {word for word in installed.split()[2:] if not word.startswith("-")} - {OF_NO_PROGRAM}


@pytest.mark.parametrize(("parts", "targets"), [("all", ["test", "test-slow"]), ("fast", ["test"])])
def test_make_runs_the_chosen_parts_in_the_clone_and_requires_all_tests(
    tmp_path: Path, parts: str, targets: list[str]
) -> None:
    made, installed = _run(tmp_path, *NEEDED, parts=parts)
    assert made == [f"make {target} ALL_TESTS=required in {tmp_path}/clone" for target in targets]
    assert installed == set()


@pytest.mark.parametrize(("program", "package"), [("jq", "jq"), ("tinyproxy", "tinyproxy-bin")])
def test_missing_programs_are_installed_from_the_distribution(
    tmp_path: Path, program: str, package: str
) -> None:
    _, installed = _run(tmp_path, *(each for each in NEEDED if each != program))
    assert installed == {package}


def _folders_with(name: str) -> set[str]:
    """Return the repository's folders that contain a file whose name matches a pattern."""
    command = ["git", "-c", "safe.directory=*", "ls-files"]  # a checkout may belong to another user
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return {path.rpartition("/")[0] for path in tracked if re.fullmatch(rf"(.+/)?{name}", path)}


def test_dependabot_updates_everything_that_is_pinned() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    looked_at = {
        each["package-ecosystem"]: {
            path.strip("/") for path in each.get("directories", [each.get("directory")])
        }
        for each in updates
    }
    pinned = {kind: _folders_with(name) for kind, name in PINNED_IN.items()}
    examples = {path.rpartition("/")[0] for path in EVERY_FILE if "uses:" in text(path)}
    pinned["github-actions"] = {"", *(f"examples/{folder}" for folder in examples)}
    assert looked_at == pinned
    assert all(each["schedule"] == {"interval": "weekly"} for each in updates)
