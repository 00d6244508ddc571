"""Install the locked packages from npm for a folder of tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.absent import absent


def installed(folder: Path, what: str) -> Path:
    """Return the `node_modules` of a folder. If it is absent or outdated, install the packages first.

    If the packages cannot be installed, skip the test with a message that starts with `what`.
    """
    modules, lock = folder / "node_modules", (folder / "package-lock.json").read_text()
    mark = modules / ".installed-for"
    if not mark.exists() or mark.read_text() != lock:
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode:
            absent(f"{what}: npm ci failed: {done.stderr.strip()[-500:]}")
        mark.write_text(lock)
    return modules
