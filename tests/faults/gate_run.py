"""Run a gate in a separate process, and list the promises of docs/RESILIENCE.md that it broke."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.end_to_end.running import ENTRYPOINT, JUNIT, KEY, RECORD, Run, github

MOST_MEMORY_MIB = 150
LATE_S = 2.0
_MEASURED = Path(__file__).with_name("measured.py")
_VERDICTS = {0: "pass", 1: "fail"}


@dataclass(frozen=True, slots=True)
class Gated:
    """A finished run of the gate: its results, when it began and ended, and its peak memory."""

    run: Run
    began_s: float
    ended_s: float
    peak_mib: float

    @property
    def reason(self) -> str:
        return str(self.run.record["reason"])

    @property
    def everything(self) -> bytes:
        """Return the log and all files of the workspace, without the command that masks the key on GitHub."""
        files = [path for path in sorted(self.run.workspace.rglob("*")) if path.is_file()]
        log = self.run.log.replace(f"::add-mask::{KEY}\n", "")
        return b"\n".join([log.encode(), *(path.read_bytes() for path in files)])


def gate(workspace: Path, inputs: Mapping[str, str], env: Mapping[str, str] | None = None) -> Gated:
    """Run the gate until it exits. It gets only the runner's environment variables and `env`."""
    workspace.mkdir(parents=True, exist_ok=True)
    memory = workspace.with_name(f"{workspace.name}.memory")
    command = [sys.executable, "-S", "-I", str(_MEASURED), str(memory), sys.executable, "-u", str(ENTRYPOINT)]
    began_s = time.monotonic()
    done = subprocess.run(
        command,
        cwd=workspace,
        env={**github(workspace, inputs), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=50,
        check=False,
    )
    ended_s = time.monotonic()
    run = Run(done.returncode, done.stdout.decode(errors="backslashreplace"), workspace)
    return Gated(run, began_s, ended_s, int(memory.read_text()) / 1024)


def inputs_for(url: str, session_ids: tuple[str, ...], timeout_s: float) -> dict[str, str]:
    """Return the inputs for a gate on these sessions."""
    return {
        "session-id": "\n".join(session_ids),
        "api-key": KEY,
        "account-id": "1397c172-1938-4973-a225-5862298e571a",
        "api-url": url,
        "json-path": RECORD,
        "poll-interval": "1s",
        "timeout": f"{timeout_s:g}s",
    }


def broken_promises(gated: Gated, *, code: int, timeout_s: float, since_s: float | None) -> list[str]:
    """Return the promises that the gate broke; `since_s` is the start of its wait, if known."""
    run = gated.run
    took_s = gated.ended_s - (since_s or gated.began_s)
    broken = {
        f"exit code {run.code} instead of {code}": run.code != code,
        f"took {took_s:.1f} s": took_s > timeout_s + LATE_S,
        f"used {gated.peak_mib:.0f} MiB": gated.peak_mib > MOST_MEMORY_MIB,
        "a traceback in the log": "Traceback" in run.log,
        "the key is in its output": KEY.encode() in gated.everything,
        "no JUnit report that agrees with the exit code": not _junit_agrees(run, code),
        "no record that agrees with the exit code": not _record_agrees(run, code),
    }
    return [promise for promise, is_broken in broken.items() if is_broken]


def _junit_agrees(run: Run, code: int) -> bool:
    """Return whether the JUnit report exists, and has a red test case if and only if `code` is not 0."""
    try:
        cases = list(ET.parse(run.workspace / JUNIT).getroot().iter("testcase"))
    except (OSError, ET.ParseError):
        return False
    red = any(child.tag in ("error", "failure") for case in cases for child in case)
    return bool(cases) and red == (code != 0)


def _record_agrees(run: Run, code: int) -> bool:
    try:
        record = json.loads((run.workspace / RECORD).read_text())
    except (OSError, ValueError):
        return False
    return bool(record["exit-code"] == code and record["verdict"] == _VERDICTS.get(code, "inconclusive"))
