"""Dependencies are pinned by hash and audited. Users get only necessary ones, whose licences are listed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import metadata, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
RUNTIME = "requirements.txt"
LOCKS: dict[str, list[str]] = {
    RUNTIME: PROJECT["project"]["dependencies"],
    "requirements-dev.txt": PROJECT["project"]["dependencies"] + GROUPS["dev"],
    "requirements-slow.txt": GROUPS["slow"],
    "fuzz/requirements.txt": GROUPS["fuzz"],
    ".ci/requirements.txt": GROUPS["audit"],
}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _locked(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Return the requirements of a lock file with their hashes. Fail at any other line except comments."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r" +(?=--)", line.strip())
        assert all(HASH.fullmatch(each) for each in hashes), line
        found.append((Requirement(requirement), hashes))
    return found


def _names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def _versions(lock: str) -> dict[str, str]:
    return {canonicalize_name(each.name): str(each.specifier) for each, _ in _locked(lock)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_one_version_with_hashes(lock: str) -> None:
    locked = _locked(lock)
    assert locked
    for requirement, hashes in locked:
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier))
        assert requirement.url is None
        assert hashes


@pytest.mark.parametrize(("lock", "asked_for"), LOCKS.items(), ids=LOCKS.keys())
def test_the_dependencies_of_the_project_are_locked(lock: str, asked_for: list[str]) -> None:
    assert _names(asked_for) <= set(_versions(lock))


@pytest.mark.parametrize("lock", [RUNTIME, "requirements-dev.txt"])
def test_extras_that_packages_require_are_locked(lock: str) -> None:
    """If only `coverage` is pinned, pip selects the newest `coverage[toml]`, which has no locked hash."""
    applying = [each for each, _ in _locked(lock) if not each.marker or each.marker.evaluate()]
    locked = {canonicalize_name(each.name): each.extras for each in applying}
    for name, extras in locked.items():
        for below in map(Requirement, requires(name) or []):
            markers = [{"extra": extra} for extra in extras or {""}]
            if not below.marker or any(map(below.marker.evaluate, markers)):
                assert below.extras <= locked[canonicalize_name(below.name)], f"{name} requires {below}"


def test_only_three_packages_and_their_dependencies_are_needed_at_run_time() -> None:
    needed = _names(LOCKS[RUNTIME])
    assert len(needed) == 3
    waiting = set(needed)
    while waiting:
        below = [Requirement(each) for each in requires(waiting.pop()) or []]
        new = {canonicalize_name(each.name) for each in below if not each.marker or each.marker.evaluate()}
        waiting |= new - needed
        needed |= new
    assert set(_versions(RUNTIME)) == needed


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    assert _versions(RUNTIME).items() <= _versions("requirements-dev.txt").items()


def _licence(name: str) -> str:
    said = metadata(name).json
    return str(said.get("license_expression") or said.get("license") or "")


def test_the_documented_licence_of_each_package_is_correct() -> None:
    text = (ROOT / ".github" / "SECURITY.md").read_text()
    named = dict(re.findall(r"^\| `([\w-]+)` \| ([\w.-]+) \|", text, re.MULTILINE))
    assert named == {name: _licence(name) for name in _versions(RUNTIME)}


LOCK = """\
a-package==1.0 \\
    --hash=sha256:00
Other_Package==2.0 \\
    --hash=sha256:00
on.windows==3.0 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""
A: dict[str, object] = {"name": "a-package", "vulns": []}
OTHER: dict[str, object] = {"name": "other.package", "vulns": []}
WINDOWS: dict[str, object] = {"name": "on-windows", "vulns": []}
SKIPPED = {"name": "other-package", "skip_reason": "Dependency not found"}
VULNERABLE = A | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
ANSWERS: dict[str, tuple[object, int, str]] = {
    "all audited": ([A, OTHER, WINDOWS], 0, "3 of 3 packages audited, 0 vulnerabilities"),
    "not for this platform": ([A, OTHER], 0, "on-windows: not for this platform"),
    "no vulnerability, because nothing was audited": (
        [SKIPPED, {"name": "a-package", "skip_reason": "x"}],
        2,
        "0 of 3 packages audited",
    ),
    "a skipped package": ([A, SKIPPED], 2, "other-package: not audited: Dependency not found"),
    "a skipped package for another platform": (
        [A, OTHER, {"name": "on-windows", "skip_reason": "x"}],
        2,
        "on-windows: not audited: x",
    ),
    "an absent package": ([A], 2, "other-package: not audited"),
    "no package in the answer": ([], 2, "0 of 3 packages audited"),
    "a vulnerability": ([VULNERABLE, OTHER], 1, "a-package: PYSEC-1, fixed in 1.1"),
    "a vulnerability and a skipped package": ([VULNERABLE, SKIPPED], 1, "PYSEC-1"),
    "no answer": (None, 2, "pip-audit exited with 3: no route to host"),
}


@pytest.mark.parametrize(("dependencies", "code", "says"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_audit_succeeds_only_if_every_applicable_package_was_audited(
    dependencies: object, code: int, says: str, tmp_path: Path
) -> None:
    (tmp_path / "lock.txt").write_text(LOCK)
    (tmp_path / "answer").write_text(
        "" if dependencies is None else json.dumps({"dependencies": dependencies})
    )
    stand_in = tmp_path / "pip-audit"
    stand_in.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\necho no route to host >&2\nexit 3\n")
    stand_in.chmod(0o755)
    done = _audit(f"{tmp_path}:{os.environ['PATH']}", str(tmp_path / "lock.txt"))
    assert done.returncode == code
    assert says in done.stdout


def test_an_audit_of_nothing_fails() -> None:
    assert _audit(os.environ["PATH"]).returncode == 2


def _audit(path: str, *locks: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / "audit.py"), *locks]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_continuous_integration_audits_every_lock() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    (audited,) = re.findall(r"python \.ci/audit\.py (.+)", workflow)
    assert set(audited.split()) == set(LOCKS)
    written = (*ROOT.glob("*requirements*.txt"), *ROOT.glob("*/*requirements*.txt"))
    assert {path.relative_to(ROOT).as_posix() for path in written} == set(LOCKS)
