"""A log that is not read may lose lines, but it never delays the verdict, the reports or a signal."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import (
    ENTRYPOINT,
    RECORD,
    Run,
    github,
    inputs_for,
    of_the_test_run,
    without_colours,
)
from tests.end_to_end.test_ways_out import LONG

ENDED = LONG.replace("600s, is: PASSED", "0s, is: FAILED")
MANY = f"""
description: a log that is longer than a pipe holds
sessions:
  - check: {{name: Checkout API, type: API}}
    locations: [{", ".join(f"place-{number}" for number in range(999))}]
    statuses: [{{at: 0s, is: FAILED}}]
"""


@contextmanager
def _full_pipe() -> Iterator[tuple[int, int]]:
    """Yield the ends of a full pipe that is not read."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writing, True)
    yield reading, writing
    os.close(reading)
    os.close(writing)


@contextmanager
def _stopped_terminal() -> Iterator[tuple[int, int]]:
    """Yield the ends of a terminal on which the user pressed Ctrl-S."""
    reading, writing = pty.openpty()
    termios.tcflow(writing, termios.TCOOFF)
    yield reading, writing
    termios.tcflow(writing, termios.TCOON)
    os.close(reading)
    os.close(writing)


def _start(workspace: Path, env: dict[str, str], log: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ENTRYPOINT)]
    return subprocess.Popen(command, cwd=workspace, env=of_the_test_run(env), stdout=log, stderr=log)


@pytest.mark.parametrize("stuck", [_full_pipe, _stopped_terminal], ids=["a full pipe", "a stopped terminal"])
@pytest.mark.parametrize("ending", ["verdict", "timeout", "SIGTERM", "SIGINT"])
def test_reports_and_exit_code_do_not_wait_for_the_log(
    stuck: Callable[[], AbstractContextManager[tuple[int, int]]], ending: str, tmp_path: Path
) -> None:
    parsed = parse(ENDED if ending == "verdict" else LONG, name="log")
    timeout = "2s" if ending == "timeout" else "10m"
    with Simulator(parsed) as api, stuck() as (_, log):
        process = _start(
            tmp_path, github(tmp_path, inputs_for(api, parsed.session_ids, timeout=timeout)), log
        )
        if ending.startswith("SIG"):
            assert api.wait_for_request("/completion", 20)
            process.send_signal(signal.Signals[ending])
        began_s = time.monotonic()
        code = process.wait(20)
        took_s = time.monotonic() - began_s
    assert code == {"verdict": 1, "timeout": 3, "SIGTERM": 143, "SIGINT": 130}[ending]
    assert took_s < (5 if ending.startswith("SIG") else 8)
    run = Run(code, "", tmp_path)
    assert run.record["exit-code"] == code
    assert run.outputs["verdict"] == ("fail" if code == 1 else "inconclusive")
    assert run.cases
    assert run.summary


@pytest.mark.parametrize("is_blocking", [True, False], ids=["blocking", "non-blocking"])
def test_a_slow_reader_gets_every_line(is_blocking: bool, tmp_path: Path) -> None:
    parsed = parse(MANY, name="many")
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, is_blocking)
    with Simulator(parsed) as api:
        process = _start(tmp_path, github(tmp_path, inputs_for(api, parsed.session_ids)), writing)
        os.close(writing)
        log = b""
        while part := os.read(reading, 2000):
            log += part
            time.sleep(0.0005)  # at most 4 MB/s, through a pipe of 4 kB
        assert process.wait(10) == 1
    os.close(reading)
    lines = without_colours(log.decode()).splitlines()
    assert lines[0].startswith("::add-mask::")
    assert sum("place-" in line and "missing" in line for line in lines) >= 999
    assert any(line.startswith("::error ") for line in lines)
    assert any(line.startswith("The gate is CLOSED (exit code 1)") for line in lines)


def test_a_closed_pipe_does_not_change_the_exit_code(tmp_path: Path) -> None:
    parsed = parse(ENDED, name="gone")
    reading, writing = os.pipe()
    os.close(reading)
    with Simulator(parsed) as api:
        process = _start(tmp_path, github(tmp_path, inputs_for(api, parsed.session_ids)), writing)
        os.close(writing)
        assert process.wait(20) == 1
    assert (tmp_path / RECORD).exists()
