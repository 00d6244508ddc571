"""The required results of the contract workflow's steps: outcomes, outputs and files.

    python -m tests.contract.check

This command reads the workflow's `steps` as JSON from the variable STEPS. It prints every deviation, and
exits with 1 if there are any.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

EXPECTED: dict[str, dict[str, str]] = {
    "passing": {"outcome": "success", "verdict": "pass", "status": "PASSED", "locations": "3", "passed": "3"},
    "failing": {"outcome": "failure", "verdict": "fail", "status": "FAILED", "locations": "4", "failed": "1"},
    "degraded": {"outcome": "success", "verdict": "pass", "status": "DEGRADED", "degraded": "2"},
    "beyond": {"outcome": "failure", "verdict": "fail", "status": "DEGRADED", "degraded": "2"},
    "silent": {"outcome": "failure", "verdict": "inconclusive", "status": "", "locations": "0"},
}


def problems(steps: Mapping[str, Any], workspace: Path, user: int) -> Iterator[str]:
    """Yield the problems with the steps and with their reports. `user` must own the reports."""
    for name, expected in EXPECTED.items():
        step = steps.get(name, {})
        found = {**step.get("outputs", {}), "outcome": step.get("outcome")}
        for key, value in expected.items():
            if found.get(key) != value:
                yield f"{name}: {key} is {found.get(key)!r} and must be {value!r}"
        if not found.get("reason"):
            yield f"{name}: the output `reason` is empty"
        yield from (f"{name}: {problem}" for problem in _of_file(workspace, found.get("junit-path"), user))


def _of_file(workspace: Path, named: str | None, user: int) -> Iterator[str]:
    path = workspace / named if named else None
    if not path or not path.is_file():
        yield f"the report at junit-path ({named!r}) does not exist"
        return
    for each in (path, path.parent):
        if each.stat().st_uid != user:
            yield f"{each.relative_to(workspace)} belongs to user {each.stat().st_uid}, not to {user}"
    if not list(ET.parse(path).iter("testcase")):
        yield f"{named} has no test case"


def main() -> int:
    found = list(problems(json.loads(os.environ["STEPS"]), Path.cwd(), os.getuid()))
    print("\n".join(found) or f"as required: {', '.join(EXPECTED)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
