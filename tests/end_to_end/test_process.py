"""The gate as a process: signals at any moment, and streams that are closed or not read."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import (
    ENTRYPOINT,
    JUNIT,
    Run,
    finish,
    gate_on,
    github,
    inputs_for,
    of_the_test_run,
    run,
    start,
)

PASSED = """
description: a session that has passed
sessions:
  - check: {name: "Prüfung ✓"}
    locations: [us-east-1]
    results: [{at: 0s, location: us-east-1, is: passed}]
"""


def _mask_of(process: subprocess.Popen[str], field: str) -> int:
    """Return one of the signal masks that the kernel reports for a process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(rf"^{field}:\s*([0-9a-f]+)", status, re.MULTILINE)
    return int(found[1], 16) if found else 0


def _wait_until(process: subprocess.Popen[str], number: signal.Signals, field: str) -> None:
    until_s = time.monotonic() + 20
    while not _mask_of(process, field) & 1 << number - 1:
        assert time.monotonic() < until_s, f"{number.name} did not appear in {field}"


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a gate on a session that has passed."""
    parsed = parse(PASSED, name="passed")
    with Simulator(parsed) as api:
        yield of_the_test_run(github(tmp_path, inputs_for(api, parsed.session_ids)))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_a_signal_while_the_program_loads_is_not_lost(
    number: signal.Signals, code: int, env: dict[str, str], tmp_path: Path
) -> None:
    process = start(tmp_path, env)
    _wait_until(process, signal.SIGTERM, "SigBlk")
    process.send_signal(number)
    result = finish(process, tmp_path)
    assert result.code == code
    assert result.record["exit-code"] == code
    assert "Traceback" not in result.log


def _started_by_a_shell(workspace: Path, env: dict[str, str], streams: str) -> Run:
    command = f"exec {shlex.join([sys.executable, '-u', str(ENTRYPOINT)])} {streams}"
    done = subprocess.run(["/bin/bash", "-c", command], cwd=workspace, env=env, timeout=50, check=False)
    return Run(done.returncode, "", workspace)


@pytest.mark.parametrize("streams", [">&-", "<&- >&- 2>&-", "> /dev/full"])
def test_reports_and_exit_code_do_not_need_a_log(streams: str, env: dict[str, str], tmp_path: Path) -> None:
    # Some shells drop variables whose names contain hyphens, so these names contain underscores.
    plain = {name.replace("-", "_"): value for name, value in env.items()}
    result = _started_by_a_shell(tmp_path, plain, streams)
    assert result.code == 0
    assert result.outputs["verdict"] == "pass"
    assert result.cases == {"Prüfung ✓ [us-east-1]": "pass"}


def test_a_name_that_the_locale_cannot_encode_is_escaped(env: dict[str, str], tmp_path: Path) -> None:
    result = run(tmp_path, env | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert result.code == 0
    assert r"Pr\xfcfung \u2713 is PASSED" in result.log


def test_a_signal_ends_a_gate_whose_report_cannot_be_completed(env: dict[str, str], tmp_path: Path) -> None:
    """Writing a report to a terminal hangs if the user of the terminal has pressed Ctrl-S."""
    reading, writing = pty.openpty()
    termios.tcflow(writing, termios.TCOOFF)
    command = [sys.executable, "-u", str(ENTRYPOINT), "--json-path", os.ttyname(writing)]
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, text=True)
    _wait_until(process, signal.SIGTERM, "SigCgt")
    sent_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _wait_until(process, signal.SIGALRM, "SigCgt")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 143
    assert 4 < time.monotonic() - sent_s < 7
    for end in (reading, writing):
        os.close(end)


@pytest.mark.parametrize(
    ("junit_path", "json_path"),
    [
        ("report.xml", "{workspace}/report.xml"),
        ("a/report.xml", "link/report.xml"),
        (JUNIT, "./test-results//checkly-junit.xml"),
    ],
)
def test_two_paths_to_the_same_report_file_are_refused(
    junit_path: str, json_path: str, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    json_path = json_path.format(workspace=tmp_path)
    result = gate_on(tmp_path, PASSED, junit_path=junit_path, json_path=json_path)
    assert result.code == 2
    assert "json-path: the same path as junit-path" in result.log
    assert (tmp_path / junit_path).read_bytes().startswith(b"<?xml")
