"""A report on stdout is the only output there, and the log is on stderr."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import ENTRYPOINT, inputs_for, of_the_test_run
from tests.end_to_end.test_log_never_blocks import MANY

PASSED = """
description: a session that has passed
sessions:
  - check: {name: Checkout API}
    locations: [us-east-1]
    results: [{at: 0s, location: us-east-1, is: passed}]
"""


def _run(workspace: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ENTRYPOINT), *arguments]
    return subprocess.run(
        command,
        cwd=workspace,
        env=of_the_test_run(env),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def _env(api: Simulator, session_ids: tuple[str, ...], **more: str) -> dict[str, str]:
    inputs = inputs_for(api, session_ids) | {"json-path": ""} | more
    return of_the_test_run({f"INPUT_{name.upper()}": value for name, value in inputs.items()})


def test_the_record_is_on_stdout_and_the_log_on_stderr(tmp_path: Path) -> None:
    ran = _run(tmp_path, "demo", "passing", "--json-path", "-")
    assert json.loads(ran.stdout)["verdict"] == "pass"
    assert json.loads(ran.stdout)["json-path"] == ""
    assert ran.stderr.startswith("demo: passing")
    assert "The gate is OPEN (exit code 0)" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["test-results"]


def test_a_variable_sends_the_junit_report_to_stdout(tmp_path: Path) -> None:
    parsed = parse(PASSED, name="passed")
    with Simulator(parsed) as api:
        ran = _run(tmp_path, **_env(api, parsed.session_ids, **{"junit-path": "-", "json-path": "folder/x"}))
    assert [case.get("name") for case in ET.fromstring(ran.stdout).iter("testcase")] == [
        "Checkout API [us-east-1]"
    ]
    assert "The gate is OPEN (exit code 0)" in ran.stderr


def test_a_usage_error_is_reported_on_stdout_too(tmp_path: Path) -> None:
    ran = _run(tmp_path, "--json-path=-", "--timeout=soon")
    assert ran.returncode == json.loads(ran.stdout)["exit-code"] == 2
    assert "timeout: 'soon' is not allowed" in ran.stderr


def test_names_on_stdout_are_not_commands_of_a_ci_system(tmp_path: Path) -> None:
    parsed = parse(PASSED.replace("Checkout API", "'##vso[task.setvariable variable=x]y'"), name="passed")
    with Simulator(parsed) as api:
        ran = _run(tmp_path, **_env(api, parsed.session_ids, **{"json-path": "-"}))
    assert "##" not in ran.stdout
    assert json.loads(ran.stdout)["sessions"][0]["name"] == "##vso[task.setvariable variable=x]y"


@pytest.mark.parametrize(
    ("name", "beginning", "end"),
    [
        ("summary-path", "## ✅ Checkly gate: open\n\n", "</sub>\n"),
        ("html-path", "<!doctype html>", "</html>\n"),
    ],
)
def test_the_summary_and_the_web_page_on_stdout_are_complete_without_extra_escapes(
    name: str, beginning: str, end: str, tmp_path: Path
) -> None:
    ran = _run(tmp_path, "demo", "passing", f"--{name}", "-")
    assert ran.stdout.startswith(beginning)
    assert ran.stdout.endswith(end)
    assert not {"\\u0023", "&#35;", "&#58;"} & set(re.findall(r"\\u\w{4}|&#\d+;", ran.stdout))
    assert ran.stderr.startswith("demo: passing")


def test_a_second_report_on_stdout_is_refused(tmp_path: Path) -> None:
    ran = _run(tmp_path, "demo", "passing", "--json-path", "-", "--junit-path", "-")
    assert ran.returncode == 2
    assert "json-path: only one report can go to stdout, and junit-path already does" in ran.stderr
    assert ET.fromstring(ran.stdout).get("errors") == "1"


def test_a_report_on_stdout_contains_the_failure_to_write_another_report(
    tmp_path: Path,
) -> None:
    (tmp_path / "folder").mkdir()
    ran = _run(tmp_path, "demo", "passing", "--junit-path", "-", "--json-path", "folder")
    assert ran.returncode == 4
    assert ET.fromstring(ran.stdout).get("errors") == "1"


def test_simulate_prints_its_url_on_stdout_even_if_a_variable_sends_a_report_there(tmp_path: Path) -> None:
    env = of_the_test_run({"CHECKLY_GATE_JSON_PATH": "-"})
    command = [sys.executable, "-u", str(ENTRYPOINT), "simulate", "passing"]
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGTERM)
    process.stdout.close()
    assert process.wait(timeout=5) == 0


@pytest.mark.parametrize(
    ("redirection", "why"),
    [(">&-", "stdout is closed"), ("> /dev/full", "No space left on device"), ("| true", "Broken pipe")],
)
def test_a_report_that_cannot_be_written_to_stdout_causes_exit_code_four(
    redirection: str, why: str, tmp_path: Path
) -> None:
    gate = f"'{sys.executable}' '{ENTRYPOINT}' demo passing --json-path - --poll-interval 1s"
    script = f"set -o pipefail; {gate} {redirection}"
    done = subprocess.run(
        ["/bin/bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 4
    assert f"stdout could not be written: {why}" in done.stderr


def test_a_slow_reader_gets_the_complete_record_even_through_a_non_blocking_pipe(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    parsed = parse(MANY, name="many")
    with Simulator(parsed) as api:
        env = _env(api, parsed.session_ids, **{"json-path": "-", "details": "false"})
        command = [sys.executable, str(ENTRYPOINT)]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=env, stdout=writing, stderr=subprocess.PIPE, text=True
        )
        os.close(writing)
        assert process.stderr is not None
        # Read the log until the session has ended. The gate writes the rest of the log after the record.
        for line in process.stderr:
            if "is FAILED" in line:
                break
        with os.fdopen(reading, "rb") as pipe:
            record = json.loads(pipe.read())
        process.communicate(timeout=20)
    assert process.wait(20) == record["exit-code"] == 1
    assert record["missing"] == 999


def test_a_signal_ends_the_gate_even_if_stdout_is_no_longer_read(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    parsed = parse(MANY, name="many")
    with Simulator(parsed) as api:
        env = _env(api, parsed.session_ids, **{"json-path": "-", "details": "false"})
        command = [sys.executable, str(ENTRYPOINT)]
        process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=writing, stderr=subprocess.DEVNULL)
        os.close(writing)
        assert os.read(reading, 1) == b"{"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
    os.close(reading)
