"""The programs that the benchmarks compare. They run as processes in a minimal environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
GATE = (sys.executable, str(ROOT / "entrypoint.py"))
FLOOR = (sys.executable, "-c", "import requests, yaml, junit_xml")
POLL = str(ROOT / "bench" / "poll.sh")
CLI_FOLDER = ROOT / "tests" / "witness"  # its package.json pins the CLI, and the Node that the CLI needs
CLI = CLI_FOLDER / "node_modules" / ".bin" / "checkly"
KEY = "cu_bench_key_that_opens_nothing"
ACCOUNT = "1397c172-1938-4973-a225-5862298e571a"
_GLANCE_S = 0.003


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that has ended. The times are in seconds on the monotonic clock."""

    began_s: float
    ended_s: float
    peak_mb: float = 0.0

    @property
    def took_s(self) -> float:
        """Return the seconds from the start of the process to its exit."""
        return self.ended_s - self.began_s


def environment(url: str, home: Path, **more: str) -> dict[str, str]:
    """Return the minimal environment for all programs, with the API's URL and the credentials."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CHECKLY_API_URL": url,
        "CHECKLY_API_KEY": KEY,
        "CHECKLY_ACCOUNT_ID": ACCOUNT,
        **more,
    }


def with_node(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the Node that the Checkly CLI needs first on the PATH."""
    return {**env, "PATH": f"{CLI.parent}{os.pathsep}{env['PATH']}"}


def run(command: Sequence[str], env: Mapping[str, str], folder: Path) -> Finished:
    """Run a program. Raises RuntimeError, with the program's output, if the program does not exit with 0."""
    began_s = time.monotonic()
    done = subprocess.run(
        command, env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    ended_s = time.monotonic()
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
    return Finished(began_s, ended_s)


def run_and_weigh(command: Sequence[str], env: Mapping[str, str], folder: Path) -> Finished:
    """Run a program and sample its peak memory every few milliseconds, which makes it a little slower."""
    peak_kb = 0
    with (folder / "log").open("w+") as log:
        began_s = time.monotonic()
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak_kb = max(peak_kb, _peak_kb(process.pid))
            time.sleep(_GLANCE_S)
        ended_s = time.monotonic()
        if process.returncode:
            log.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{log.read()}")
    return Finished(began_s, ended_s, peak_kb / 1024)


def _peak_kb(pid: int) -> int:
    """Return the peak memory of a process (the kernel's VmHWM), or 0 if the process has ended."""
    try:
        match = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(match[1]) if match else 0


def missing(*names: str) -> list[str]:
    """Return the programs that are not on the PATH."""
    return [name for name in names if shutil.which(name) is None]
