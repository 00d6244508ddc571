"""Fixtures: reports to read, and the consumers that read them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gate.report.junit import xml
from gate.simulator import Simulator, load, shipped
from tests.absent import absent
from tests.consumers.differences import NEED_JAVA, NPM
from tests.consumers.java_reader import has_java
from tests.end_to_end.running import JUNIT, github, inputs_for, run
from tests.npm import installed
from tests.once import once
from tests.report.reports import report_on
from tests.report.test_junit import EXTRA, OUTCOMES

HERE = Path(__file__).parent
_NODE = (20, 11)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a report of a real run of each scenario, and of each case in two tables of `tests/report`."""
    folder = once(tmp_path_factory, "reports", _write_all)
    return {path.parent.name: path for path in sorted(folder.glob("*/report.xml"))}


def _write_all(folder: Path) -> None:
    tabled = {f"outcome: {name}": report_on(of, policy=policy) for name, (of, policy, _) in OUTCOMES.items()}
    tabled |= {f"extra: {name}": report for name, (report, _, _) in EXTRA.items()}
    for name, report in tabled.items():
        _place(folder, name).write_bytes(xml.render(report))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: _run_scenario(folder, name), shipped()))


def _run_scenario(folder: Path, name: str) -> None:
    workspace = folder.with_name("workspaces") / name
    scenario = load(name)
    with Simulator(scenario) as api:
        run(workspace, github(workspace, inputs_for(api, scenario.session_ids)))
    shutil.copy(workspace / JUNIT, _place(folder, f"scenario: {name}"))


def _place(folder: Path, name: str) -> Path:
    path = folder / name / "report.xml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the locked consumers from npm, and keep them until the lock file changes."""
    once(tmp_path_factory, "npm", lambda _: _install())
    return HERE / "node_modules"


def _install() -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        absent("the consumers from npm are not tested: node or npm is missing")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < _NODE:
        absent(f"the consumers from npm are not tested: they need Node 20.11 or later, not {version.strip()}")
    installed(HERE, "the consumers from npm are not tested")


@pytest.fixture(scope="session")
def seen_by_npm(
    tmp_path_factory: pytest.TempPathFactory, node_modules: Path, written: dict[str, Path]
) -> dict[str, Any]:
    """Return what each consumer from npm reads. Without a recent JDK, omit those that need one."""
    consumers = [name for name in NPM if name not in NEED_JAVA or has_java()]

    def read(folder: Path) -> None:
        done = subprocess.run(
            ["node", str(node_modules.parent / "read.mjs"), *consumers],
            input=json.dumps({name: str(path) for name, path in written.items()}),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (folder / "seen.json").write_text(done.stdout)

    seen: dict[str, Any] = json.loads((once(tmp_path_factory, "seen", read) / "seen.json").read_text())
    return seen


@pytest.fixture(scope="session")
def schemas() -> Path:
    """Return the folder that JUNIT_SCHEMAS names. Other projects own the schemas, so none is shipped."""
    named = os.environ.get("JUNIT_SCHEMAS")
    if not named:
        pytest.skip("JUNIT_SCHEMAS does not name a folder with the schemas of Jenkins and Surefire (*.xsd)")
    return Path(named)
