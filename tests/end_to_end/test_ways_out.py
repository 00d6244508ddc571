"""Exits for reasons other than a verdict: signals, deadlines, refusals, unwritable files."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import JUNIT, KEY, finish, gate_on, github, inputs_for, run, start
from tests.publish.runner import commands_in

LONG = """
description: a session that takes its time
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1, eu-central-1]
    statuses: [{at: 0s, is: STARTED}, {at: 600s, is: PASSED}]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - {at: 600s, location: eu-central-1, is: passed}
"""
STALLED = LONG + "faults: [{on: any, cut: stall}]\n"


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"],
)
@pytest.mark.parametrize(
    ("scenario", "in_the_middle_of"),
    [(LONG, "/completion"), (STALLED, "/check-sessions/")],
    ids=["a long poll", "a request that hangs"],
)
def test_a_signal_ends_the_gate_with_its_reports(
    number: signal.Signals, code: int, scenario: str, in_the_middle_of: str, tmp_path: Path
) -> None:
    parsed = parse(scenario, name="long")
    with Simulator(parsed) as api:
        process = start(
            tmp_path,
            github(tmp_path, inputs_for(api, parsed.session_ids, poll_interval="30s", timeout="10m")),
        )
        assert api.wait_for_request(in_the_middle_of, 20)
        sent_s = time.monotonic()
        process.send_signal(number)
        result = finish(process, tmp_path)
    assert time.monotonic() - sent_s < 5
    assert result.code == code
    assert result.outputs["verdict"] == "inconclusive"
    assert result.record["exit-code"] == code
    assert "could not tell" in result.summary
    says = set(result.cases.values())
    assert says == ({"pass", "error Interrupted"} if scenario is LONG else {"error Interrupted"})


def test_a_second_signal_does_not_cut_the_reports_short(tmp_path: Path) -> None:
    parsed = parse(LONG, name="long")
    with Simulator(parsed) as api:
        process = start(tmp_path, github(tmp_path, inputs_for(api, parsed.session_ids, timeout="10m")))
        assert api.wait_for_request("/completion", 20)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        result = finish(process, tmp_path)
    assert result.code == 130
    assert result.outputs["unfinished"] == "1"


@pytest.mark.parametrize("abort", ["timeout", "signal"])
def test_running_sessions_are_cancelled_with_cancel_on_abort(abort: str, tmp_path: Path) -> None:
    parsed = parse(LONG, name="long")
    with Simulator(parsed) as api:
        timeout = "2s" if abort == "timeout" else "10m"
        inputs = inputs_for(api, parsed.session_ids, cancel_on_abort="true", timeout=timeout)
        process = start(tmp_path, github(tmp_path, inputs))
        if abort == "signal":
            assert api.wait_for_request("/completion", 20)
            process.send_signal(signal.SIGTERM)
        result = finish(process, tmp_path)
        cancelled = [request for request in api.requests if request.method == "POST"]
    assert result.code == (3 if abort == "timeout" else 143)
    assert [request.path for request in cancelled] == [f"/v1/check-sessions/{parsed.session_ids[0]}/cancel"]
    assert cancelled[0].body == b"{}"
    assert "asked Checkly to cancel" in result.log


def test_a_session_that_could_not_be_cancelled_is_only_reported(tmp_path: Path) -> None:
    refusing = LONG + "faults: [{on: cancel, status: 403}]\n"
    result = gate_on(tmp_path, refusing, timeout="2s", cancel_on_abort="true")
    assert result.code == 3
    assert "could not cancel Checkout API: " in result.log
    assert "asked Checkly to cancel" not in result.log


def test_nothing_is_cancelled_without_cancel_on_abort(tmp_path: Path) -> None:
    parsed = parse(LONG, name="long")
    with Simulator(parsed) as api:
        result = run(tmp_path, github(tmp_path, inputs_for(api, parsed.session_ids, timeout="1s")))
        assert {request.method for request in api.requests} == {"GET"}
    assert result.code == 3


def test_the_gates_own_timeout_is_not_reported_as_a_timeout_of_checkly(tmp_path: Path) -> None:
    result = gate_on(tmp_path, LONG, timeout="2s")
    assert result.code == 3
    assert result.outputs["verdict"] == "inconclusive"
    assert result.outputs["status"] == "STARTED"
    assert "the gate's own timeout of 2s expired" in result.outputs["reason"]
    assert set(result.cases.values()) == {"pass", "error GateTimeout"}


@pytest.mark.parametrize(("env", "hints"), [({"container": "oci"}, True), ({}, False)])
def test_in_a_container_the_error_for_a_closed_loopback_port_has_a_hint(
    env: dict[str, str], hints: bool, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    inputs = {"session-id": "8166fa86-c9b4-4162-8541-d380c6c212d8", "api-key": KEY, "api-url": url}
    result = run(tmp_path, github(tmp_path, inputs | {"timeout": "1s"}) | env)
    assert result.code == 4
    assert ("is the container itself" in result.outputs["reason"]) == hints


def test_an_unreachable_api_is_retried_until_the_deadline(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        inputs = {"session-id": "8166fa86-c9b4-4162-8541-d380c6c212d8", "api-key": KEY, "api-url": url}
        result = run(tmp_path, github(tmp_path, inputs | {"timeout": "2s", "json-path": "record.json"}))
    assert result.code == 4
    assert result.cases == {"Checkly session [session]": "error Inconclusive"}
    assert "the request to" in result.outputs["reason"]
    assert result.record["requests"] >= 2


REFUSALS = {
    401: "api-key",
    402: "plan",
    403: "account-id",
    404: "test session",
    302: "pointing to login.example",
}


@pytest.mark.parametrize(("status", "advice"), REFUSALS.items())
def test_the_reason_for_a_rejected_request_contains_advice(status: int, advice: str, tmp_path: Path) -> None:
    location = ", location: 'https://login.example/?next=x'" if status == 302 else ""
    scenario = LONG + f"faults: [{{on: any, status: {status}{location}}}]\n"
    timeout = "3s" if status == 404 else "30s"  # with a timeout of 30s, a 404 would be retried for 10 s
    result = gate_on(tmp_path, scenario, timeout=timeout)
    assert result.code == 4
    assert str(status) in result.outputs["reason"]
    assert advice in result.outputs["reason"]
    assert result.outputs["verdict"] == "inconclusive"
    assert "Traceback" not in result.log


USAGE = {
    "no session": ({"session-id": ""}, "session-id is required. Set session-id, session-file or commit"),
    "an empty output": ({"session-id": ""}, "If one is set, the secret, variable or output that it names"),
    "not an id": ({"session-id": "latest"}, "session-id: 'latest' is not allowed"),
    "a path": ({"session-id": "../../v1/checks"}, "session-id: '../../v1/checks' is not allowed"),
    "no key": (
        {"api-key": ""},
        "api-key is required. Set it under `with:`. If it is set there, the secret, variable or output",
    ),
    "a duration": ({"timeout": "soon"}, "timeout: 'soon' is not allowed"),
    "a threshold": ({"degraded-threshold": "150%"}, "degraded-threshold: '150%' is not allowed"),
    "plain http": ({"api-url": "http://api.example"}, "api-url: 'http://api.example' is not allowed"),
    "a name": (
        {"degraded-treshold": "1"},
        "unknown input degraded-treshold under with:; did you mean degraded-threshold?",
    ),
    "a bundle": ({"ca-bundle": "nowhere.pem"}, "ca-bundle: nowhere.pem is not a readable PEM file"),
}


@pytest.mark.parametrize(("inputs", "says"), USAGE.values(), ids=USAGE.keys())
def test_an_invalid_input_is_refused_before_any_request(
    inputs: dict[str, str], says: str, tmp_path: Path
) -> None:
    parsed = parse(LONG, name="long")
    with Simulator(parsed) as api:
        result = run(tmp_path, github(tmp_path, inputs_for(api, parsed.session_ids) | inputs))
        assert api.requests == []
    assert result.code == 2
    log = [line for line in result.log.splitlines() if not line.startswith("::")]  # without annotations
    assert [says in line for line in log].count(True) == 1
    said = "it did not start, because its configuration is wrong: see above"
    assert log.count(f"The gate COULD NOT TELL (exit code 2): {said}") == 1
    assert "Traceback" not in result.log
    assert result.cases == {"checkly-gate [inputs]": "error GateError"}
    assert result.outputs["verdict"] == "inconclusive"


FINISHED = LONG.replace("600s", "0s")


@pytest.mark.parametrize(
    ("scenario", "code"),
    [(FINISHED, 4), (FINISHED.replace("is: PASSED", "is: FAILED"), 1)],
    ids=["an open gate becomes inconclusive", "a closed gate stays closed"],
)
@pytest.mark.parametrize("unwritable", ["junit-path", "json-path"])
def test_an_unwritable_report_is_reported_and_the_gate_does_not_open(
    scenario: str, code: int, unwritable: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    result = gate_on(tmp_path, scenario, **{unwritable: "folder"})
    assert result.code == code
    before, _, after = result.log.partition("waiting for 1 session")
    assert "warning: folder could not be written: Is a directory" in before
    assert "folder could not be written" in after
    assert result.outputs[unwritable] == ""
    if unwritable == "json-path":
        assert (result.workspace / JUNIT).exists()
        assert "error GateError" in result.cases.values()
    else:
        assert result.record["exit-code"] == code


def test_if_the_runners_folders_do_not_exist_the_gate_warns_and_prints_its_outputs(tmp_path: Path) -> None:
    parsed = parse(FINISHED, name="finished")
    with Simulator(parsed) as api:
        env = github(tmp_path, inputs_for(api, parsed.session_ids))
        absent = {
            "GITHUB_WORKSPACE": "/nowhere/workspace",
            "GITHUB_OUTPUT": "/nowhere/output",
            "GITHUB_STEP_SUMMARY": "/nowhere/summary",
        }
        result = run(tmp_path, env | absent)
    assert result.code == 0
    commands = commands_in(result.log)
    set_by_command = {given["name"]: value for name, given, value in commands if name == "set-output"}
    assert set_by_command["verdict"] == "pass"
    assert set_by_command["junit-path"] == JUNIT
    warnings = [text for name, _, text in commands if name == "warning"]
    assert ["/nowhere/output" in warnings[0], "/nowhere/summary" in warnings[1]] == [True, True]
    assert set(result.cases.values()) == {"pass"}


def test_a_closed_log_does_not_stop_the_gate(tmp_path: Path) -> None:
    parsed = parse(FINISHED, name="finished")
    with Simulator(parsed) as api:
        process = start(tmp_path, github(tmp_path, inputs_for(api, parsed.session_ids)))
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=30) == 0
    assert (tmp_path / JUNIT).exists()


def test_no_workflow_commands_are_written_outside_github(tmp_path: Path) -> None:
    parsed = parse(FINISHED, name="finished")
    with Simulator(parsed) as api:
        env = {f"INPUT_{name.upper()}": value for name, value in inputs_for(api, parsed.session_ids).items()}
        result = run(tmp_path, env)
    assert result.code == 0
    assert "::" not in result.log.replace("https://", "")
    assert KEY not in result.log


def test_simulate_prints_its_url_first_and_stops_on_a_signal(tmp_path: Path) -> None:
    process = start(tmp_path, {}, "simulate", "failing")
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    session_id = next(line for line in process.stdout if line.startswith("session-id")).split()[1]
    gate = run(
        tmp_path,
        {"CHECKLY_API_URL": url, "CHECKLY_API_KEY": KEY, "CHECKLY_ACCOUNT_ID": "a", "NO_PROXY": ""},
        "--session-id",
        session_id,
    )
    assert gate.code == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0
    process.stdout.close()


@pytest.mark.parametrize(("host", "warns"), [("0.0.0.0", True), ("127.0.0.2", False)])  # noqa: S104
def test_simulate_listens_on_the_given_address(host: str, warns: bool, tmp_path: Path) -> None:
    with socket.create_server((host, 0)) as free:
        port = free.getsockname()[1]
    process = start(tmp_path, {}, "simulate", f"--host={host}", "passing", "--port", str(port))
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url == f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{port}"  # noqa: S104
    warned = "".join(process.stdout.readline() for _ in range(3)) if warns else ""
    with socket.create_connection((host, port)):
        process.send_signal(signal.SIGTERM)
        stopped = finish(process, tmp_path)
    assert stopped.code == 0
    assert ("warning: other machines can reach this address" in warned + stopped.log) == warns


def test_a_demo_ignores_session_id_and_ends_with_the_verdict(tmp_path: Path) -> None:
    result = run(tmp_path, {"CHECKLY_API_KEY": KEY, "INPUT_SESSION_ID": "ignored"}, "demo", "passing")
    assert result.code == 0
    assert "The gate is OPEN (exit code 0)" in result.log
    assert set(result.cases.values()) == {"pass"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["cat"], "'cat' is neither a command nor the ID or link of a session; it is a shell command"),
        (["sh", "-c", "checkly-gate"], "must replace its entrypoint: Jenkins with .inside('--entrypoint=')"),
        (["deploy"], "'deploy' is neither a command nor the ID or link of a session; the commands are demo"),
        (
            ["polcy", "check"],
            "nor the ID or link of a session; did you mean policy?",
        ),
        (["help", "deploy", "demo"], "help takes at most one argument: a command"),
        (
            ["help", "launch"],
            "'launch' is not a command; the commands are demo, simulate, policy, help and version",
        ),
        (["version", "1"], "version takes no arguments"),
        (["policy"], "policy takes check or init"),
        (["policy", "chek"], "policy check [FILE]; did you mean 'check'?"),
        (["policy", "init", "a.yml", "b.yml"], "policy takes check or init"),
        (["demo", "pasing"], "passing"),
        (["simulate", "--prot", "1"], "simulate takes"),
        (["simulate", "flaky", "passing"], "simulate takes"),
        (
            ["simulate", "--port", "65536"],
            "--port: '65536' is not allowed; allowed: 0 (any free port) to 65535",
        ),
        (["simulate", "--port"], "--port: '' is not allowed"),
        (["simulate", "--host", "simulator"], "--host: 'simulator' is not allowed; allowed: an IPv4 address"),
        (["simulate", "--host", "192.0.2.1"], "simulate cannot listen on 192.0.2.1, port 0: "),
        (["--session", "x"], "did you mean session-id?"),
        # If a pipeline passes one of these strings as the ID, the gate must not exit with 0.
        (["--session-id", "--help"], "unknown input --help"),
        (["--session-id", "--version"], "unknown input --version"),
        (["--session-id", "-h"], "session-id: '-h' is not allowed"),
    ],
)
def test_an_invalid_command_line_is_refused(arguments: list[str], says: str, tmp_path: Path) -> None:
    result = run(tmp_path, {}, *arguments)
    assert result.code == 2
    assert says in result.log
    assert "Traceback" not in result.log


@pytest.mark.parametrize(
    "arguments",
    [
        ["deploy"],
        ["--timeout=1m", "deploy"],
        ["help", "deploy", "demo"],
        ["deploy", "8166fa86-c9b4-4162-8541-d380c6c212d8"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("place", [JUNIT, "elsewhere/report.xml"])
def test_an_invalid_command_or_argument_is_refused_with_a_report(
    arguments: list[str], place: str, tmp_path: Path
) -> None:
    result = run(tmp_path, {"CHECKLY_API_KEY": KEY}, *arguments, "--junit-path", place)
    assert result.code == 2
    assert "The gate COULD NOT TELL (exit code 2): " in result.log
    assert 'name="checkly-gate [inputs]"' in (tmp_path / place).read_text()


def test_help_for_an_unknown_command_is_one_line_and_writes_no_report(tmp_path: Path) -> None:
    result = run(tmp_path, {}, "help", "polcy")
    assert (result.code, result.log) == (2, "checkly-gate: 'polcy' is not a command; did you mean policy?\n")
    assert not (tmp_path / JUNIT).exists()


def test_help_and_version_are_printed(tmp_path: Path) -> None:
    assert "--degraded-threshold" in run(tmp_path, {}, "--help").log
    assert run(tmp_path, {}, "--version").log.startswith("checkly-gate 0.")


def test_the_package_can_be_started_as_a_module() -> None:
    command = [sys.executable, "-m", "gate", "--version"]
    started = subprocess.run(command, capture_output=True, text=True, check=True)
    assert started.stdout.startswith("checkly-gate 0.")


@pytest.mark.parametrize("command", ["demo", "simulate", "policy"])
def test_each_command_has_its_own_help(command: str, tmp_path: Path) -> None:
    asked = run(tmp_path, {}, command, "--help")
    assert asked.code == 0
    assert asked.log.startswith(f"checkly-gate {command} ")
    assert max(map(len, asked.log.splitlines())) <= 100
    assert run(tmp_path, {}, "help", command).log == asked.log
