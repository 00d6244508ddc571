"""Programs of npm that tests run: installed from the lock file once, and where they cannot be, said so."""

from __future__ import annotations

import fcntl
import subprocess
from pathlib import Path

from tests.absent import absent, require_programs

ROOT = Path(__file__).parents[1]


def program(name: str, *, needs: tuple[str, ...] = ()) -> str:
    """The path of an installed program; the test is skipped where this machine lacks what it needs."""
    require_programs("make", "node", "npm", *needs)
    with (ROOT / ".ci" / "node" / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        done = subprocess.run(
            ["make", "--silent", "node"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    if done.returncode:
        absent(f"{name} is not run: npm could not install it: {done.stderr[-500:]}")
    return str(Path(ROOT, ".ci", "node", "node_modules", ".bin", name))
