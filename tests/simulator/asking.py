"""Helpers to call a simulator over real HTTP, with one request per connection and a manual clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from gate.simulator import Scenario, Simulator, parse

KEY = {"Authorization": "Bearer cu_test"}
ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
OTHER_ID = "22be3b52-5ec2-4894-9086-b5b4a8b00a89"


@dataclass
class HandClock:
    """A clock that moves only when a test moves it. The simulator uses it instead of real time."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - any content of the body
        return json.loads(self.body)


def connect(simulator: Simulator) -> HTTPConnection:
    return HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)


def ask(
    simulator: Simulator,
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] = KEY,
    body: bytes | None = None,
) -> Response:
    connection = connect(simulator)
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        read = response.read()
        return Response(response.status, {k.lower(): v for k, v in response.getheaders()}, read)
    finally:
        connection.close()


def retrieve(simulator: Simulator, version: str = "v1", session_id: str = ID) -> Response:
    return ask(simulator, f"/{version}/check-sessions/{session_id}")


def complete(simulator: Simulator, max_wait: object, version: str = "v1") -> Response:
    return ask(simulator, f"/{version}/check-sessions/{ID}/completion?maxWaitSeconds={max_wait}")


def cancel(simulator: Simulator, session_id: str = ID) -> Response:
    return ask(simulator, f"/v1/check-sessions/{session_id}/cancel", "POST", body=b"{}")


def scenario(session: str = "", rest: str = "", *, name: str = "test") -> Scenario:
    """Return a scenario of one session, which takes 60 s unless `session` has other times.

    `session` and `rest` contain additional lines.
    """
    given = [line for line in session.splitlines() if line]
    if not any(line.startswith(("statuses:", "results:")) for line in given):
        given.append("statuses: [{at: 0s, is: STARTED}, {at: 60s, is: PASSED}]")
    if not any(line.startswith("locations:") for line in given):
        given.append("locations: [us-east-1, eu-central-1]")
    lines = ["description: A test", "sessions:", "  - check: {name: Checkout API}", f"    id: {ID}"]
    return parse("\n".join([*lines, *(f"    {line}" for line in given), *rest.splitlines()]), name=name)
