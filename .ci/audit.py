"""Audit lock files for known vulnerabilities, and fail if a package was not looked up.

pip-audit reports "no known vulnerabilities" even if its service does not know a package or cannot be reached,
because it skips such packages. This program fails if a package was skipped, or if one that is needed on all
platforms is absent from the report.

    python .ci/audit.py LOCK...     exit code 0: no vulnerability; 1: vulnerabilities; 2: not all audited
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_CLEAN, _VULNERABLE, _UNKNOWN = 0, 1, 2
_LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==\S+( *;)?", re.MULTILINE)


def locked(text: str) -> dict[str, bool]:
    """Return the normalized names of the packages in a lock file.

    Map each name to whether the package is needed on all platforms.
    """
    found: dict[str, bool] = {}
    for name, marker in _LOCKED.findall(text):
        found[_normal(name)] = found.get(_normal(name), False) or not marker
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def judge(lock: str, packages: dict[str, bool], answer: dict[str, Any]) -> tuple[int, list[str]]:
    """Return the exit code for one lock file, and the lines of its report."""
    audited: dict[str, Sequence[dict[str, Any]]] = {}
    skipped: dict[str, str] = {}
    for each in answer.get("dependencies", []):
        name = _normal(each["name"])
        if "vulns" in each:
            audited[name] = each["vulns"]
        else:
            skipped[name] = each.get("skip_reason", "no reason was given")
    vulnerable = list(_vulnerabilities(lock, audited))
    absent = sorted(set(packages) - set(audited) - set(skipped))
    unknown = {name: "pip-audit did not report it" for name in absent if packages[name]} | skipped
    lines = [f"{lock}: {name}: not audited: {why}" for name, why in sorted(unknown.items())]
    lines += [f"{lock}: {name}: not for this platform" for name in absent if name not in unknown]
    lines += vulnerable
    lines.append(
        f"{lock}: {len(audited)} of {len(packages)} packages audited, {len(vulnerable)} vulnerabilities"
    )
    if vulnerable:
        return _VULNERABLE, lines
    return (_UNKNOWN if unknown or not audited else _CLEAN), lines


def _vulnerabilities(lock: str, audited: dict[str, Sequence[dict[str, Any]]]) -> Iterable[str]:
    for name, found in audited.items():
        for each in found:
            fixed = ", ".join(each.get("fix_versions") or ()) or "no version yet"
            yield f"{lock}: {name}: {each['id']}, fixed in {fixed}"


def audit(lock: str) -> tuple[int, list[str]]:
    """Audit one lock file. Return the exit code and the lines of its report."""
    command = ["pip-audit", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    done = subprocess.run([*command, "--requirement", lock], capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return _UNKNOWN, [f"{lock}: pip-audit exited with {done.returncode}: {last}"]
    return judge(lock, locked(Path(lock).read_text()), answer)


def main(locks: Sequence[str]) -> int:
    """Audit all lock files. A vulnerability takes precedence over a package that was not audited."""
    codes = {_UNKNOWN} if not locks else set()
    for lock in locks:
        code, lines = audit(lock)
        codes.add(code)
        print("\n".join(lines), flush=True)
    return _VULNERABLE if _VULNERABLE in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
