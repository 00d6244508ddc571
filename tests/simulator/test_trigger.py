"""Trigger calls: the checks that they select, and the sessions that they start."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from gate.simulator import Simulator, parse

SCENARIO = parse(
    """
description: three checks
speed: 1000
sessions:
  - {check: {name: a, tags: [x, y]}, locations: [l], results: [{at: 1s, location: l, is: passed}]}
  - {check: {name: b, tags: [x]}, locations: [l], results: [{at: 1s, location: l, is: passed}]}
  - {check: {name: c}, locations: [l], results: [{at: 1s, location: l, is: passed}]}
""",
    name="trigger",
)


def _post(api: Simulator, body: bytes, version: str = "v2") -> requests.Response:
    headers = {"Authorization": "Bearer cu_key", "Content-Type": "application/json"}
    return requests.post(f"{api.url}/{version}/check-sessions/trigger", data=body, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ({}, ["a", "b", "c"]),
        ({"matchTags": [["x"]]}, ["a", "b"]),
        ({"matchTags": [["x", "y"]]}, ["a"]),
        ({"matchTags": [["x", "!y"]]}, ["b"]),
        ({"matchTags": [["!x"], ["y"]]}, ["a", "c"]),
        ({"checkId": [SCENARIO.sessions[2].checks[0].check.id.upper()]}, ["c"]),
        ({"checkId": [SCENARIO.sessions[0].checks[0].check.id], "matchTags": [["!y"]]}, []),
    ],
)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_trigger_call_starts_the_selected_checks(
    target: dict[str, Any], names: list[str], version: str
) -> None:
    with Simulator(SCENARIO) as api:
        answer = _post(api, json.dumps({"target": target}).encode(), version)
    assert answer.status_code == (201 if names else 404)
    assert [each["name"] for each in answer.json().get("sessions", [])] == names


@pytest.mark.parametrize("body", [b"", b"[]", b'{"target": 3}', b'{"target": {"matchTags": 3}}', b"{"])
def test_a_trigger_call_with_an_invalid_body_is_refused(body: bytes) -> None:
    with Simulator(SCENARIO) as api:
        assert _post(api, body).status_code == 400


def test_a_trigger_call_must_be_a_post_request() -> None:
    with Simulator(SCENARIO) as api:
        url = f"{api.url}/v2/check-sessions/trigger"
        assert requests.get(url, headers={"Authorization": "Bearer cu_key"}, timeout=5).status_code == 405
