"""Run shellcheck on the scripts in workflows: the `run:` of each step, which GitHub runs with bash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))


def scripts(workflow: Path) -> Iterator[tuple[str, str]]:
    """Yield each script in a workflow, preceded by a description of its place."""
    for name, job in yaml.safe_load(workflow.read_text("utf-8"))["jobs"].items():
        for number, step in enumerate(job.get("steps", []), start=1):
            if "run" in step:
                yield f"{workflow}: job {name}, step {number}", step["run"]


def is_clean(script: str) -> bool:
    """Return whether shellcheck has no findings in a script. It prints them."""
    command = [SHELLCHECK, "--shell", "bash", "-"]
    return subprocess.run(command, input=script, text=True, check=False).returncode == 0


def main() -> int:
    """Check the given workflows, and return the exit code."""
    found = [where for path in sys.argv[1:] for where, script in scripts(Path(path)) if not is_clean(script)]
    for where in found:
        print(f"^ in {where}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
