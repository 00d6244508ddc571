"""Install programs at locked versions from npm. If this fails, skip the tests that need them."""

from __future__ import annotations

import fcntl
import subprocess
from pathlib import Path

from tests.absent import absent, require_programs

ROOT = Path(__file__).parents[1]


def program(name: str, *, needs: tuple[str, ...] = ()) -> str:
    """Return the path of an installed program. Skip the test if this machine lacks a requirement."""
    require_programs("make", "node", "npm", *needs)
    with (ROOT / ".ci" / "node" / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel tests must not install at the same time
        done = subprocess.run(
            ["make", "--silent", "node"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    if done.returncode:
        absent(f"{name} is not run: npm could not install it: {done.stderr[-500:]}")
    return str(Path(ROOT, ".ci", "node", "node_modules", ".bin", name))
