"""Checkly's own CLI can use the simulator, and shows the results of the scenario."""

from __future__ import annotations

from typing import Any

import pytest

from gate.domain.session import SessionKind
from gate.simulator import Simulator, load, shipped
from gate.simulator.scenario.sessions import PlannedSession
from tests.openapi.spec import request_problems
from tests.witness.installed import Cli

pytestmark = pytest.mark.timeout(300)  # the first test waits until npm has installed the CLI
SPEED = 1000
TEST_SESSIONS = [
    name for name in shipped() if any(each.kind is SessionKind.TEST for each in load(name).sessions)
]
CHECK_SESSIONS = ("passing", "failing", "degraded", "timed-out", "cancelled", "many-sessions")


def _planned(session: PlannedSession) -> set[tuple[str, str, str | None, bool]]:
    """Return the name, location and type of each result, and whether it is degraded."""
    return {
        (run.check.name, result.location, result.type, result.flags["isDegraded"])
        for run in session.checks
        for result in run.results
    }


def _seen(document: Any) -> set[tuple[str, str, str | None, bool]]:  # noqa: ANN401 - JSON
    return {
        (each["name"], each["runLocation"], each["resultType"], each["isDegraded"])
        for each in document["results"]
        if each["resultType"] != "PENDING"
    }


@pytest.mark.parametrize("name", TEST_SESSIONS)
def test_the_cli_watches_a_test_session_to_its_end(name: str, cli: Cli) -> None:
    scenario = load(name)
    session = next(each for each in scenario.sessions if each.kind is SessionKind.TEST)
    with Simulator(scenario, speed=SPEED) as api:
        document = cli.json(api.url, "test-sessions", "get", session.id, "--watch")
        code, table = cli.call(api.url, "test-sessions", "get", session.id)
        problems = [request_problems(each.method, each.path, each.body) for each in api.requests]
    assert document["status"] == session.statuses[-1].status
    assert (document["name"], _seen(document)) == (session.name, _planned(session))
    assert code == 0, "the CLI is not a gate: it exits with 0 even for a failed session"
    assert all(run.check.name in table for run in session.checks)
    assert not any(problems), "Checkly's OpenAPI declares every request of the CLI"


def test_the_cli_shows_the_details_of_a_result(cli: Cli) -> None:
    scenario = load("tests-failing")
    (session,) = scenario.sessions
    shown = {"Orders API": "500 Internal Server Error", "Buy as a guest": "failing"}
    with Simulator(scenario, speed=SPEED) as api:
        for run in session.checks:
            if run.check.name in shown:
                last = run.results[-1].id
                code, printed = cli.call(
                    api.url, "test-sessions", "get", session.id, "--watch", "--result", last
                )
                assert code == 0, printed
                assert shown[run.check.name] in printed


def test_the_cli_lists_test_sessions(cli: Cli) -> None:
    scenario = load("tests-not-deployed")
    (session,) = scenario.sessions
    with Simulator(scenario, speed=SPEED) as api:
        cli.call(api.url, "test-sessions", "get", session.id, "--watch")
        page = cli.json(api.url, "test-sessions", "list", "--provider", "github", "--status", "failed")
        none = cli.json(api.url, "test-sessions", "list", "--branch", "main")
    (entry,) = page["data"]
    assert (entry["id"], entry["name"], entry["status"]) == (session.id, session.name, "FAILED")
    assert (len(entry["passed"]), len(entry["failed"]), entry["branchName"]) == (3, 1, "new-checkout")
    assert none["data"] == []


@pytest.mark.parametrize("name", CHECK_SESSIONS)
def test_the_cli_runs_check_sessions(name: str, cli: Cli) -> None:
    scenario = load(name)
    with Simulator(scenario, speed=SPEED) as api:
        sessions = cli.json(api.url, "checks", "run")["sessions"]
    ends = {session.id: session.statuses[-1].status for session in scenario.sessions}
    assert {each["checkSessionId"]: each["status"] for each in sessions} == ends
    planned = {session.id: _planned(session) for session in scenario.sessions}
    assert {each["checkSessionId"]: _seen(each) for each in sessions} == planned
