"""Each installer can install the gate from a checkout and from its wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gate import __version__
from tests.absent import absent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NO_NETWORK = ("No matching distribution found", "Could not fetch URL", "error sending request", "dns error")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with flit, as a release does."""
    folder = tmp_path_factory.mktemp("dist")
    _run(folder, sys.executable, "-m", "flit_core.wheel", "--outdir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    return wheel


def _run(folder: Path, *command: str) -> str:
    """Run a program with a separate home folder and separate caches; return its output."""
    own = {"HOME": str(folder), "PIPX_HOME": f"{folder}/pipx", "PIPX_BIN_DIR": f"{folder}/bin"}
    own |= {"UV_CACHE_DIR": f"{folder}/uv", "UV_TOOL_DIR": f"{folder}/tools", "XDG_DATA_HOME": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    if done.returncode and any(words in said for words in NO_NETWORK):
        absent(f"the packages that the gate needs cannot be downloaded: {said[-300:]}")
    assert done.returncode == 0, said
    return done.stdout


def _pip(folder: Path, package: str) -> list[str]:
    _run(folder, sys.executable, "-m", "venv", "venv")
    _run(folder, f"{folder}/venv/bin/pip", "install", "--quiet", package)
    return [f"{folder}/venv/bin/checkly-gate"]


def _pipx(folder: Path, package: str) -> list[str]:
    _run(folder, str(BIN / "pipx"), "install", "--python", sys.executable, package)
    return [f"{folder}/bin/checkly-gate"]


def _uvx(_: Path, package: str) -> list[str]:
    return [str(BIN / "uvx"), "--python", sys.executable, "--from", package, "checkly-gate"]


@pytest.mark.parametrize("what", ["checkout", "wheel"])
@pytest.mark.parametrize("install", [_pip, _pipx, _uvx], ids=["pip", "pipx", "uvx"])
def test_the_installed_gate_runs_a_demo(install: object, what: str, wheel: Path, tmp_path: Path) -> None:
    assert callable(install)
    program = install(tmp_path, str(ROOT if what == "checkout" else wheel))
    assert _run(tmp_path, *program, "--version") == f"checkly-gate {__version__}\n"
    assert "The gate is OPEN (exit code 0)" in _run(tmp_path, *program, "demo", "flaky")
    assert (tmp_path / "test-results" / "checkly-junit.xml").is_file()


def test_the_wheel_contains_only_the_program(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"gate", f"checkly_gate-{__version__}.dist-info"}
    assert {"gate/policy/policy.schema.json", "gate/simulator/scenarios/flaky.yml"} <= set(names)
    assert f"checkly_gate-{__version__}.dist-info/licenses/LICENSE" in names
    assert not any("__pycache__" in name for name in names)
