"""Programs of npm that tests run: installed from the lock file once, and where they cannot be, said so."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.absent import absent

ROOT = Path(__file__).parents[1]


def program(name: str, *, needs: tuple[str, ...] = ()) -> str:
    """The path of an installed program; the test is skipped where this machine lacks what it needs."""
    missing = [each for each in ("make", "node", "npm", *needs) if not shutil.which(each)]
    if missing:
        absent(f"{name} is not run: there is no {', '.join(missing)} here")
    with (ROOT / ".ci" / "node" / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        done = subprocess.run(
            ["make", "--silent", "node"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    if done.returncode:
        absent(f"{name} is not run: npm could not install it: {done.stderr[-500:]}")
    return str(Path(ROOT, ".ci", "node", "node_modules", ".bin", name))
