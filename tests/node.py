"""Programs of npm that tests run: installed from the lock file once, and where they cannot be, said so."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

REQUIRED = os.environ.get("ALL_TESTS") == "required"


def program(name: str, *, needs: tuple[str, ...] = ()) -> str:
    """The path of an installed program; skips the test where this machine lacks what it needs.

    With ALL_TESTS=required, as in continuous integration, it fails the test instead.
    """
    missing = [each for each in ("make", "node", "npm", *needs) if not shutil.which(each)]
    if missing:
        _give_up(f"{name} is not run: there is no {', '.join(missing)} here")
    with (ROOT / ".ci" / "node" / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        done = subprocess.run(
            ["make", "--silent", "node"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    if done.returncode:
        _give_up(f"{name} is not run: npm could not install it: {done.stderr[-500:]}")
    return str(Path(ROOT, ".ci", "node", "node_modules", ".bin", name))


def _give_up(reason: str) -> None:
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)
