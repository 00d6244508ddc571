"""The call for a result's details: what it answers, when, and for which result."""

from __future__ import annotations

import pytest

from gate.simulator import Simulator

from .asking import HandClock, ask, retrieve, scenario

RESULTS = """
results:
  - {at: 5s, location: us-east-1, is: passed}
  - at: 8s
    location: eu-central-1
    is: failed
    took: 2s
    detail: {apiCheckResult: {requestError: reset}, name: __absent__}
"""


def test_details_are_served_once_the_result_has_come() -> None:
    clock = HandClock()
    with Simulator(scenario(RESULTS), clock=clock) as api:
        retrieve(api)
        clock.now_s += 60
        _, failed = retrieve(api).json["results"]
        path = f"/v1/check-results/{failed['checkId']}/{failed['checkResultId']}"
        reply = ask(api, path)
        clock.now_s -= 53
        assert ask(api, path).status == 404
    assert reply.status == 200
    assert reply.json["apiCheckResult"] == {"requestError": "reset"}
    assert {
        name: reply.json[name] for name in ("id", "checkId", "runLocation", "responseTime", "stoppedAt")
    } == {
        "id": failed["checkResultId"],
        "checkId": failed["checkId"],
        "runLocation": "eu-central-1",
        "responseTime": 2000,
        "stoppedAt": failed["stoppedAt"],
    }
    assert "name" not in reply.json


def test_details_outlive_the_sessions_of_the_first_version() -> None:
    with Simulator(scenario(RESULTS, "api: {served: [v2]}"), speed=1000) as api:
        retrieve(api, "v2")
        failed = retrieve_until_failed(api)
        assert ask(api, f"/v1/check-results/{failed['checkId']}/{failed['checkResultId']}").status == 200
        assert ask(api, f"/v2/check-results/{failed['checkId']}/{failed['checkResultId']}").status == 404


def retrieve_until_failed(api: Simulator) -> dict[str, str]:
    """The failed result, as soon as it has come."""
    while True:
        for result in retrieve(api, "v2").json["results"]:
            if result["hasFailures"]:
                return dict(result)


@pytest.mark.parametrize(
    "path", ["/v1/check-results/x/y", "/v1/check-results/x", "/v1/check-results/x/y/z", "/v1/check-results"]
)
def test_what_nobody_ran_has_no_details(path: str) -> None:
    with Simulator(scenario(RESULTS)) as api:
        assert ask(api, path).status == 404
