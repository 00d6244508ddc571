"""The output of Checkly's own CLI, given as `session-file`, leads to a verdict."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.config.session_file import sessions_in
from gate.domain.session import SessionKind, SessionRef
from gate.simulator import Simulator, load
from tests.config.test_session_file import DETACHED, ID
from tests.end_to_end.running import Run, github, inputs_for, run
from tests.witness.installed import ACCOUNT_ID, Cli
from tests.witness.scheduling import scheduling

pytestmark = pytest.mark.timeout(300)  # the first test waits until npm has installed the CLI
SPEED = 1000
TEST, TRIGGER = ("test", "--detach"), ("trigger", "--detach", "--tags", "production")
REPORTERS = ((), ("--reporter", "list"), ("--reporter", "dot"))
PROJECT = {
    "checkly.config.js": "module.exports = { projectName: 'Shop', logicalId: 'shop', checks: {} }\n",
    "package.json": '{"name": "shop"}',
    "package-lock.json": '{"name": "shop", "lockfileVersion": 3, "packages": {}}',
    "pay.check.js": "const { ApiCheck } = require('checkly/constructs')\n"
    "new ApiCheck('pay', { name: 'Pay', request: { method: 'GET', url: 'https://shop.example' } })\n",
}


def gate_on(log: str, workspace: Path, api: Simulator, **inputs: str) -> Run:
    """Write the CLI's output to a file, as `| tee checkly.log` does, and run the gate on that file."""
    (workspace / "checkly.log").write_text(log)
    return run(workspace, github(workspace, inputs_for(api, (), session_file="checkly.log", **inputs)))


def project(folder: Path, cli: Cli) -> Path:
    """Write a project with one check, which imports the installed CLI."""
    folder.mkdir()
    for name, text in PROJECT.items():
        (folder / name).write_text(text)
    (folder / "node_modules").symlink_to(cli.modules)
    return folder


@pytest.mark.parametrize(
    ("scenario", "exit_code"), [("passing", 0), ("degraded", 1), ("timed-out", 1), ("many-sessions", 1)]
)
def test_the_json_output_of_checks_run_names_every_session(
    scenario: str, exit_code: int, cli: Cli, tmp_path: Path
) -> None:
    planned = load(scenario)
    with Simulator(planned, speed=SPEED) as api:
        code, log = cli.printed(api.url, "checks", "run", "--detach", "--output", "json")
        gated = gate_on(log, tmp_path, api)
    assert code == 0, log
    assert gated.code == exit_code, gated.log
    assert gated.outputs["session-ids"].split(",") == list(planned.session_ids)
    assert len(gated.cases) == sum(len(check.locations) for each in planned.sessions for check in each.checks)


@pytest.mark.parametrize("coloured", [False, True])
def test_the_text_output_of_checks_run_names_one_session_and_its_account(
    coloured: bool, cli: Cli, tmp_path: Path
) -> None:
    planned = load("degraded")
    with Simulator(planned, speed=SPEED) as api:
        _, log = cli.printed(api.url, "checks", "run", "--detach", coloured=coloured)
        gated = gate_on(log, tmp_path, api, account_id="")
    assert ("\x1b[" in log) is coloured
    assert (gated.code, gated.outputs["cause"]) == (1, "degraded"), gated.log
    assert gated.outputs["session-ids"] == planned.session_ids[0]
    assert not any("account-id" in each for each in gated.record["notices"]), "the account is in the link"


@pytest.mark.parametrize("output", ["table", "md"])
def test_the_text_output_of_checks_run_with_several_sessions_is_rejected(
    output: str, cli: Cli, tmp_path: Path
) -> None:
    with Simulator(load("many-sessions"), speed=SPEED) as api:
        _, log = cli.printed(api.url, "checks", "run", "--detach", "--output", output)
        gated = gate_on(log, tmp_path, api)
    assert gated.code == 2
    assert "run `checkly checks run` with --output json, which names all of them" in gated.log


@pytest.mark.parametrize("output", ["table", "json"])
def test_the_output_of_checks_run_names_no_session_if_no_check_matches(
    output: str, cli: Cli, tmp_path: Path
) -> None:
    with Simulator(load("passing"), speed=SPEED) as api:
        code, log = cli.printed(
            api.url, "checks", "run", "--detach", "--tags", "no-such-tag", "--output", output
        )
        gated = gate_on(log, tmp_path, api)
    assert code == 1, "a pipeline without `pipefail` hides this"
    assert gated.code == 2
    assert "because no check matched the filter" in gated.log


@pytest.mark.parametrize("arguments", [TEST, TRIGGER], ids=["test", "trigger"])
def test_the_output_of_checkly_test_and_trigger_leads_to_a_verdict(
    arguments: tuple[str, ...], cli: Cli, tmp_path: Path
) -> None:
    """A stand-in schedules the test session, and the simulator serves it."""
    planned = load("tests-failing")
    folder = project(tmp_path / "project", cli)
    with Simulator(planned, speed=SPEED) as api, scheduling(planned.session_ids[0]) as url:
        code, log = cli.printed(url, *arguments, folder=folder, coloured=True)
        assert code == 0, log
        gated = gate_on(log, tmp_path, api)
    assert gated.code == 1, gated.log
    assert gated.outputs["session-ids"] == planned.session_ids[0]
    assert int(gated.outputs["checks"]) == len(planned.sessions[0].checks)


@pytest.mark.parametrize("reporter", REPORTERS, ids=["ci", "list", "dot"])
def test_each_reporter_that_supports_detach_prints_the_id_of_the_session(
    reporter: tuple[str, ...], cli: Cli, tmp_path: Path
) -> None:
    folder = project(tmp_path / "project", cli)
    with scheduling(ID) as url:
        _, log = cli.printed(url, *TEST, *reporter, folder=folder, coloured=True)
    assert sessions_in(log).refs == (SessionRef(ID, SessionKind.TEST),)


def test_the_recorded_sample_has_the_lines_of_the_real_cli(cli: Cli, tmp_path: Path) -> None:
    """Replace the address of the app, because the CLI derives it from the address of the API."""
    folder = project(tmp_path / "project", cli)
    with scheduling(ID) as url:
        _, log = cli.printed(url, *TEST, folder=folder, coloured=True)
    real = log.replace(url, "https://app.checklyhq.com").replace(ACCOUNT_ID, "1397c172")
    about_the_session = [line for line in DETACHED.splitlines() if re.search("session|running", line)]
    assert len(about_the_session) == 4
    assert [line for line in real.splitlines() if re.search("session|running", line)] == about_the_session
