"""Details of results: their content, when they become available, and for which results."""

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


def test_details_are_served_as_soon_as_the_result_exists() -> None:
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


def test_details_are_served_even_if_v1_of_check_sessions_is_not() -> None:
    with Simulator(scenario(RESULTS, "api: {served: [v2]}"), speed=1000) as api:
        retrieve(api, "v2")
        failed = retrieve_until_failed(api)
        assert ask(api, f"/v1/check-results/{failed['checkId']}/{failed['checkResultId']}").status == 200
        assert ask(api, f"/v2/check-results/{failed['checkId']}/{failed['checkResultId']}").status == 404


def retrieve_until_failed(api: Simulator) -> dict[str, str]:
    """Poll until the failed result exists, and return it."""
    while True:
        for result in retrieve(api, "v2").json["results"]:
            if result["hasFailures"]:
                return dict(result)


@pytest.mark.parametrize(
    "path", ["/v1/check-results/x/y", "/v1/check-results/x", "/v1/check-results/x/y/z", "/v1/check-results"]
)
def test_an_unknown_result_has_no_details(path: str) -> None:
    with Simulator(scenario(RESULTS)) as api:
        assert ask(api, path).status == 404


BACKGROUND = """
error-groups:
  - {id: 7d3e9c10-52aa-4e0f-8f43-6a1d0c9be222, message: reset, known-days: 43, root-cause: a full disk}
private-locations:
  - {slug: datacenter-berlin, agents: 0, unseen-days: 2}
"""
GROUP = "7d3e9c10-52aa-4e0f-8f43-6a1d0c9be222"


@pytest.mark.parametrize(
    ("collection", "first_seen"),
    [("error-groups", "2025-12-03"), ("test-session-error-groups", "2025-12-03T09:00:00.000Z")],
)
def test_an_error_group_has_the_age_that_the_scenario_sets(collection: str, first_seen: str) -> None:
    with Simulator(scenario(RESULTS, BACKGROUND)) as api:
        group = ask(api, f"/v1/{collection}/{GROUP}").json
        assert ask(api, f"/v1/{collection}/x").status == 404
    assert (group["cleanedErrorMessage"], group["firstSeen"]) == ("reset", first_seen)
    assert group["rootCauseAnalyses"][0]["analysis"]["rootCause"] == "a full disk"


def test_private_locations_contain_secrets_as_in_checklys_own_api() -> None:
    with Simulator(scenario(RESULTS, BACKGROUND + "api: {served: [v2]}")) as api:
        (berlin,) = ask(api, "/v1/private-locations").json
    assert (berlin["slugName"], berlin["agentCount"], berlin["lastSeen"]) == (
        "datacenter-berlin",
        0,
        "2026-01-13",
    )
    assert "s3cret" in berlin["keys"][0]["rawKey"]
    assert "s3cret" in berlin["proxyUrl"]
