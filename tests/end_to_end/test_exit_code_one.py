"""Exit code 1 is reserved for the verdict; every failure of the gate itself leads to another code."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import (
    ENTRYPOINT,
    JUNIT,
    KEY,
    finish,
    github,
    inputs_for,
    of_the_test_run,
    run,
    start,
)
from tests.end_to_end.test_ways_out import LONG

SESSION_ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"


def _paths(absolute: Path | None) -> dict[str, str]:
    """Return the paths of the reports: in the folder `absolute`, or relative paths if it is None."""
    if absolute is None:
        return {"junit_path": JUNIT, "json_path": "record.json"}
    return {"junit_path": str(absolute / "junit.xml"), "json_path": str(absolute / "record.json")}


@pytest.mark.parametrize("is_absolute", [True, False], ids=["absolute paths", "relative paths"])
@pytest.mark.parametrize("workspace", ["given", "absent"])
def test_a_removed_working_directory_does_not_change_the_verdict(
    is_absolute: bool, workspace: str, tmp_path: Path
) -> None:
    reports, gone = tmp_path / "reports", tmp_path / "gone"
    reports.mkdir()
    gone.mkdir()
    parsed = parse(LONG.replace("600s, is: PASSED", "0s, is: FAILED"), name="ended")
    with Simulator(parsed) as api:
        env = github(reports, inputs_for(api, parsed.session_ids, **_paths(reports if is_absolute else None)))
        if workspace == "absent":
            del env["GITHUB_WORKSPACE"]
        run = subprocess.run(
            [sys.executable, str(ENTRYPOINT)],
            preexec_fn=gone.rmdir,  # removes the folder after the new process has entered it
            cwd=gone,
            env=env,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert "Traceback" not in run.stdout + run.stderr
    assert run.returncode == 1, "the verdict does not depend on the reports"
    assert (reports / "junit.xml").exists() == is_absolute
    assert "exit code 1" in run.stdout
    assert ("could not be written" in run.stdout) != is_absolute


@pytest.mark.parametrize("is_absolute", [True, False], ids=["absolute paths", "relative paths"])
def test_removing_the_working_directory_during_the_wait_never_causes_exit_code_one(
    is_absolute: bool, tmp_path: Path
) -> None:
    reports, gone = tmp_path / "reports", tmp_path / "gone"
    reports.mkdir()
    gone.mkdir()
    parsed = parse(LONG.replace("600s", "2s"), name="short")
    with Simulator(parsed) as api:
        env = github(reports, inputs_for(api, parsed.session_ids, **_paths(reports if is_absolute else None)))
        process = start(gone, env)
        assert api.wait_for_request("/completion", 20)
        shutil.rmtree(gone)
        run = finish(process, reports)
    assert "Traceback" not in run.log
    assert run.code == (0 if is_absolute else 4)
    assert (reports / "junit.xml").exists() == is_absolute


def test_missing_libraries_do_not_cause_exit_code_one(tmp_path: Path) -> None:
    inputs = ["--session-id", SESSION_ID, "--api-key", KEY]
    expected = {
        ("--version",): 0,
        ("--help",): 0,
        (): 2,
        ("demo",): 4,
        ("policy", "check", "policy.yml"): 4,
        (*inputs, "--json-path", "record.json"): 4,
    }
    for arguments, code in expected.items():
        run = subprocess.run(
            [sys.executable, "-S", str(ENTRYPOINT), *arguments],
            cwd=tmp_path,
            env={},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (run.returncode, "Traceback" in run.stdout + run.stderr) == (code, False), arguments
        if code == 4:
            assert "could not be loaded" in run.stdout
    assert (tmp_path / "record.json").exists(), "writing the record needs no library"


@pytest.mark.parametrize("error", ["ImportError", "RuntimeError"])
@pytest.mark.parametrize(
    "arguments",
    [["policy", "check", "p.yml"], ["--session-id", SESSION_ID, "--api-key", KEY]],
    ids=["a command", "the gate"],
)
def test_a_library_that_fails_to_load_does_not_cause_exit_code_one(
    arguments: list[str], error: str, tmp_path: Path
) -> None:
    for library in ("yaml", "junit_xml"):
        (tmp_path / f"{library}.py").write_text(f"raise {error}('its file is damaged')\n")
    (tmp_path / "p.yml").write_text("failed-threshold: 1")
    failed = run(tmp_path, {"PYTHONPATH": str(tmp_path)}, *arguments)
    assert failed.code == 4
    assert "its file is damaged" in failed.log
    assert "Traceback" not in failed.log


@pytest.mark.parametrize("descriptors", [8, 10, 12])
def test_exhausted_descriptors_do_not_cause_exit_code_one(descriptors: int, tmp_path: Path) -> None:
    session_ids = ",".join(str(UUID(int=number)) for number in range(1, 13))
    with _server_whose_headers_never_end() as url:
        env = github(
            tmp_path,
            {
                "session-id": session_ids,
                "api-key": KEY,
                "api-url": url,
                "timeout": "2s",
                "json-path": "r.json",
            },
        )
        run = subprocess.run(
            [sys.executable, "-u", str(ENTRYPOINT)],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors)),
        )
    assert "Traceback" not in run.stdout + run.stderr
    assert run.returncode == 4, run.stdout
    assert (tmp_path / JUNIT).exists()
    assert (tmp_path / "r.json").exists()


@contextmanager
def _server_whose_headers_never_end() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    connections.append(connection)
                except OSError:
                    return

        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for connection in connections:
            connection.close()


def _close(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)], ids=str)
def test_closed_streams_do_not_change_the_exit_code(closed: tuple[int, ...], tmp_path: Path) -> None:
    parsed = parse(LONG.replace("600s, is: PASSED", "0s, is: PASSED").replace("600s", "0s"), name="ended")
    with Simulator(parsed) as api:
        env = github(tmp_path, inputs_for(api, parsed.session_ids))
        run = subprocess.run(
            [sys.executable, str(ENTRYPOINT)],
            cwd=tmp_path,
            env=of_the_test_run(env),
            preexec_fn=partial(_close, closed),
            timeout=30,
            check=False,
        )
    assert run.returncode == 0
    assert (tmp_path / JUNIT).exists()
