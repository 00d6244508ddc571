"""At several moments of each scenario, every response conforms to Checkly's OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gate.domain.session import SessionKind
from gate.simulator import Scenario, Simulator, load, shipped
from gate.simulator.scenario.sessions import PlannedSession
from tests.openapi.spec import response_problems

from .asking import HandClock, ask

MOMENTS_S = (0.0, 5.0, 18.0, 90.0)  # at the last moment, every session has ended


def _paths(session: PlannedSession) -> tuple[str, ...]:
    """Return the session's path in each version of the API."""
    if session.kind is SessionKind.TEST:
        return (f"/v1/test-sessions/{session.id}",)
    return (f"/v1/check-sessions/{session.id}", f"/v2/check-sessions/{session.id}")


def _calls(simulator: Simulator, scenario: Scenario) -> Iterator[str]:
    for session in scenario.sessions:
        for path in _paths(session):
            yield path
            for result in ask(simulator, path).json.get("results", ()):
                if session.kind is SessionKind.TEST:
                    yield f"{path}/results/{result['testSessionResultId']}"
                else:
                    yield f"/v1/check-results/{session.checks[0].check.id}/{result['checkResultId']}"
            if "stoppedAt" in ask(simulator, path).json and ask(simulator, path).json["stoppedAt"]:
                yield f"{path}/completion?maxWaitSeconds=30"
    yield "/v1/test-sessions?limit=2"
    yield "/v1/private-locations"
    for group in scenario.error_groups:
        yield f"/v1/error-groups/{group.id}"
        yield f"/v1/test-session-error-groups/{group.id}"


@pytest.mark.parametrize("name", shipped())
def test_every_response_conforms_to_checklys_openapi(name: str) -> None:
    sessions = tuple(replace(session, readable_s=0.0) for session in load(name).sessions)
    scenario = replace(load(name), speed=1.0, sessions=sessions, faults=())
    clock = HandClock()
    problems = {}
    with Simulator(scenario, clock=clock) as simulator:
        for moment_s in MOMENTS_S:
            clock.now_s = 1000.0 + moment_s
            for path in _calls(simulator, scenario):
                reply = ask(simulator, path)
                if found := response_problems("GET", path, reply.status, reply.body):
                    problems[f"{moment_s} {path}"] = found
    assert problems == {}
