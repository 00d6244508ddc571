"""Looks for known vulnerabilities in lock files, and is green only where every package was looked up.

pip-audit says "no known vulnerabilities" also when its service knows none of the packages or cannot be
reached: it skips them. Here what was skipped, or is not in its answer, is a failure of its own.

    python .ci/audit.py LOCK...     exit code 0: nothing known; 1: vulnerabilities; 2: nobody knows
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
    """The packages of a lock file by their normal names, and whether each is for every platform."""
    found: dict[str, bool] = {}
    for name, marker in _LOCKED.findall(text):
        found[_normal(name)] = found.get(_normal(name), False) or not marker
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def judge(lock: str, packages: dict[str, bool], answer: dict[str, Any]) -> tuple[int, list[str]]:
    """The exit code for one lock file, and what there is to say, a line each."""
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
    unknown = {name: "pip-audit left it out" for name in absent if packages[name]} | skipped
    says = [f"{lock}: {name}: not audited: {why}" for name, why in sorted(unknown.items())]
    says += [f"{lock}: {name}: not for this platform" for name in absent if name not in unknown]
    says += vulnerable
    says.append(
        f"{lock}: {len(audited)} of {len(packages)} packages audited, {len(vulnerable)} vulnerabilities"
    )
    if vulnerable:
        return _VULNERABLE, says
    return (_UNKNOWN if unknown or not audited else _CLEAN), says


def _vulnerabilities(lock: str, audited: dict[str, Sequence[dict[str, Any]]]) -> Iterable[str]:
    for name, found in audited.items():
        for each in found:
            mended = ", ".join(each.get("fix_versions") or ()) or "nothing yet"
            yield f"{lock}: {name}: {each['id']}, mended in {mended}"


def audit(lock: str) -> tuple[int, list[str]]:
    """Audits one lock file."""
    command = ["pip-audit", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    done = subprocess.run([*command, "--requirement", lock], capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        return _UNKNOWN, [f"{lock}: pip-audit ended with {done.returncode} and said: {last}"]
    return judge(lock, locked(Path(lock).read_text()), answer)


def main(locks: Sequence[str]) -> int:
    """Audits all lock files; a vulnerability counts more than what nobody knows."""
    codes = {_UNKNOWN} if not locks else set()
    for lock in locks:
        code, says = audit(lock)
        codes.add(code)
        print("\n".join(says), flush=True)
    return _VULNERABLE if _VULNERABLE in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
