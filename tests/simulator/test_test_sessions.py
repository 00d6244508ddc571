"""Test sessions over simulated time: the responses of the simulator."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

import pytest

from gate.domain.errors import UsageError
from gate.simulator import Scenario, Simulator, parse

from .asking import ID, KEY, OTHER_ID, HandClock, Response, ask

PATH = f"/v1/test-sessions/{ID}"
CHECKS = """
      - {name: Home page, type: URL, tags: [smoke], results: [{at: 3s, is: passed, took: 200ms}]}
      - name: Log in
        type: BROWSER
        deployed: false
        results:
          - {at: 9s, is: failed, attempt: true, took: 8s}
          - {at: 20s, is: degraded, took: 7s}
      - {name: Buy, type: PLAYWRIGHT, tags: [slow], results: [{at: 30s, is: failed, took: 9s}]}
"""


def scenario(more: str = "", *, checks: str = CHECKS, rest: str = "") -> Scenario:
    return parse(
        f"""
description: a test session
sessions:
  - name: Deploy of 4f2a1c9
    location: eu-west-1
    id: {ID}
{more}
    checks:{checks}
{rest}""",
        name="test",
    )


def at(seconds: float, played: Scenario, path: str = PATH) -> Response:
    """Return the response to a call some seconds after the session began."""
    clock = HandClock()
    with Simulator(played, clock=clock) as api:
        ask(api, PATH)
        clock.now_s += seconds
        return ask(api, path)


def brief(document: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - JSON
    return [(each["name"], each.get("resultType", ""), each["status"]) for each in document["results"]]


@pytest.mark.parametrize(
    ("elapsed_s", "status", "results"),
    [
        (0, "RUNNING", ["PENDING RUNNING", "PENDING RUNNING", "PENDING RUNNING"]),
        (10, "RUNNING", ["FINAL PASSED", "ATTEMPT FAILED", "PENDING RUNNING", "PENDING RUNNING"]),
        (20, "RUNNING", ["FINAL PASSED", "ATTEMPT FAILED", "FINAL PASSED", "PENDING RUNNING"]),
        (30, "FAILED", ["FINAL PASSED", "ATTEMPT FAILED", "FINAL PASSED", "FINAL FAILED"]),
    ],
)
def test_a_check_is_pending_until_its_final_result(elapsed_s: float, status: str, results: list[str]) -> None:
    document = at(elapsed_s, scenario()).json
    assert document["status"] == status
    assert [f"{kind} {word}" for _, kind, word in brief(document)] == results
    assert document["stoppedAt"] == ("2026-01-15T09:00:30.000Z" if status == "FAILED" else None)


def test_a_growing_session_lists_a_check_once_it_has_a_result() -> None:
    played = scenario("    grows: true")
    assert brief(at(0, played).json) == []
    assert [name for name, _, _ in brief(at(10, played).json)] == ["Home page", "Log in"]


def test_a_check_without_a_result_stays_pending() -> None:
    checks = "\n      - {name: A, results: [{at: 1s, is: passed}]}\n      - {name: B}"
    document = at(90, scenario(checks=checks)).json
    assert document["status"] == "PASSED"
    assert brief(document) == [("A", "FINAL", "PASSED"), ("B", "PENDING", "RUNNING")]


def test_a_retry_in_another_region_replaces_the_pending_result() -> None:
    checks = """
      - name: A
        results: [{at: 1s, is: failed, attempt: true}, {at: 2s, is: passed, location: us-east-1}]"""
    results = at(5, scenario(checks=checks)).json["results"]
    assert [(each["runLocation"], each["resultType"]) for each in results] == [
        ("eu-west-1", "ATTEMPT"),
        ("us-east-1", "FINAL"),
    ]


def test_a_check_that_is_not_deployed_has_no_id() -> None:
    ids = [each["checkId"] for each in at(30, scenario()).json["results"]]
    assert [each is None for each in ids] == [False, True, True, False]


@pytest.mark.parametrize(
    ("result", "status", "flags"),
    [
        ("is: passed", "PASSED", []),
        ("is: degraded", "PASSED", ["isDegraded"]),
        ("is: failed", "FAILED", ["hasFailures"]),
        ("is: errored", "FAILED", ["hasErrors"]),
        ("is: aborted", "FAILED", ["aborted"]),
        ("is: cancelled", "CANCELLED", []),
        ("is: passed, status: FAILED", "FAILED", []),
    ],
)
def test_a_result_has_a_status_and_four_flags(result: str, status: str, flags: list[str]) -> None:
    checks = f"\n      - {{name: A, results: [{{at: 1s, {result}}}]}}"
    (found,) = at(5, scenario(checks=checks)).json["results"]
    raised = [flag for flag in ("hasErrors", "hasFailures", "isDegraded", "aborted") if found[flag]]
    assert (found["status"], raised) == (status, flags)
    assert "isCancelled" not in found


@pytest.mark.parametrize(
    ("results", "status"),
    [
        (["passed", "passed"], "PASSED"),
        (["passed", "degraded"], "PASSED"),
        (["failed", "degraded"], "FAILED"),
        (["errored", "passed"], "FAILED"),
        (["cancelled", "failed"], "CANCELLED"),
    ],
)
def test_a_session_ends_with_the_status_of_its_worst_check_and_is_never_degraded(
    results: list[str], status: str
) -> None:
    checks = "".join(
        f"\n      - {{name: c{number}, results: [{{at: {number}s, is: {word}}}]}}"
        for number, word in enumerate(results)
    )
    assert at(9, scenario(checks=checks)).json["status"] == status


def test_the_details_of_a_result_have_additional_fields() -> None:
    checks = """
      - name: A
        results: [{at: 1s, is: errored, detail: {scheduleError: no agent, filePath: a.check.ts}}]"""
    played = scenario(checks=checks)
    (result,) = at(5, played).json["results"]
    detail = at(5, played, f"{PATH}/results/{result['testSessionResultId']}").json
    assert {name: detail[name] for name in result} == result
    assert (detail["id"], detail["scheduleError"]) == (result["testSessionResultId"], "no agent")
    assert (detail["filePath"], detail["isCancelled"], detail["attempts"]) == ("a.check.ts", False, 1)
    assert at(5, played, f"{PATH}/results/{uuid4()}").status == 404


def test_an_id_is_valid_for_only_one_kind_of_session() -> None:
    other = f"  - {{check: {{name: A}}, id: {OTHER_ID}, locations: [], statuses: [{{at: 0s, is: PASSED}}]}}"
    played = scenario(rest=other)
    assert at(0, played, f"/v1/check-sessions/{ID}").status == 404
    assert at(0, played, f"/v1/check-sessions/{OTHER_ID}").status == 200
    reply = at(0, played, f"/v1/test-sessions/{OTHER_ID}")
    assert (reply.status, reply.json["message"]) == (404, "No such test session.")


def test_test_sessions_are_served_even_if_v1_of_check_sessions_is_not() -> None:
    assert at(0, scenario(rest="api: {served: [v2]}")).status == 200


def test_a_completion_call_waits_for_the_end_or_returns_408() -> None:
    with Simulator(scenario(), speed=300) as api:
        assert ask(api, f"{PATH}/completion?maxWaitSeconds=5").json["status"] == "FAILED"
    with Simulator(scenario()) as api:
        reply = ask(api, f"{PATH}/completion?maxWaitSeconds=1")
    assert (reply.status, reply.json["message"]) == (408, "The test session has not finished yet.")


def test_cancelling_ends_playwright_runs_at_once_and_lets_other_runs_finish() -> None:
    clock = HandClock()
    with Simulator(scenario(), clock=clock) as api:
        ask(api, PATH)
        clock.now_s += 10
        reply = ask(api, f"{PATH}/cancel", "POST", body=b"{}")
        running = ask(api, PATH).json
        clock.now_s += 10
        ended = ask(api, PATH).json
    assert (reply.status, reply.body) == (204, b"")
    assert running["status"] == "RUNNING"
    assert brief(running)[-1] == ("Buy", "FINAL", "CANCELLED")
    assert (ended["status"], ended["timeElapsed"]) == ("CANCELLED", 20_000)
    assert brief(ended)[:3] == brief(at(20, scenario()).json)[:3]


def test_a_long_poll_of_a_cancelled_session_returns_when_the_session_ends() -> None:
    replies: list[Response] = []
    path = f"{PATH}/completion?maxWaitSeconds=9"
    only_buy = "\n" + CHECKS.splitlines()[-1]
    with Simulator(scenario(checks=only_buy)) as api:
        waiting = threading.Thread(target=lambda: replies.append(ask(api, path)))
        waiting.start()
        assert api.wait_for_request("completion", 5)
        ask(api, f"{PATH}/cancel", "POST", body=b"{}")
        waiting.join(8)
    assert [each.json["status"] for each in replies] == ["CANCELLED"]


@pytest.mark.parametrize(
    ("body", "status", "cancelled"),
    [
        (b"{}", 204, True),
        (b'{"sequenceId": ["%s"]}', 204, True),
        (b'{"sequenceId": ["22be3b52-5ec2-4894-9086-b5b4a8b00a89"]}', 204, False),
        (b'{"sequenceId": []}', 400, False),
        (b'{"sequenceId": ["x"]}', 400, False),
        (b'{"all": true}', 400, False),
        (b"[]", 400, False),
        (b"", 400, False),
    ],
)
def test_some_runs_of_a_session_can_be_cancelled(body: bytes, status: int, cancelled: bool) -> None:
    clock = HandClock()
    with Simulator(scenario(), clock=clock) as api:
        (*_, last) = ask(api, PATH).json["results"]
        sequence = ask(api, f"{PATH}/results/{last['testSessionResultId']}").json["sequenceId"]
        reply = ask(api, f"{PATH}/cancel", "POST", body=body.replace(b"%s", sequence.encode()))
        assert reply.status == status
        assert (brief(ask(api, PATH).json)[-1][2] == "CANCELLED") == cancelled


TWO = """
  - {name: Nightly, location: us-east-1, provider: GITHUB, metadata: {commitId: abc1234, branchName: main},
     checks: [{name: A, results: [{at: 1s, is: passed}]}]}"""


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Deploy of 4f2a1c9", "Nightly"]),
        ("?providers=GITHUB&providers=VERCEL", ["Nightly"]),
        ("?providers[]=VERCEL", []),
        ("?statuses=RUNNING", ["Deploy of 4f2a1c9", "Nightly"]),
        ("?statuses=PASSED", []),
        ("?branches=main", ["Nightly"]),
        ("?textSearch=ABC1234", ["Nightly"]),
        ("?from=1768467600", ["Deploy of 4f2a1c9", "Nightly"]),
        ("?from=1768467601", []),
        ("?to=1768467600", []),
        ("?limit=1", ["Deploy of 4f2a1c9"]),
    ],
)
def test_the_list_of_test_sessions_can_be_filtered(query: str, names: list[str]) -> None:
    reply = at(5, scenario(rest=TWO), f"/v1/test-sessions{query}")
    # The second session begins with this request, so its only check has not ended.
    assert [each["name"] for each in reply.json["entries"]] == names
    assert reply.json["length"] == len(names)


def test_the_list_of_test_sessions_is_paginated() -> None:
    first = at(0, scenario(rest=TWO), "/v1/test-sessions?limit=1").json
    second = at(0, scenario(rest=TWO), f"/v1/test-sessions?limit=1&nextId={first['nextId']}").json
    assert [each["name"] for each in second["entries"]] == ["Nightly"]
    assert second["nextId"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=many", "from=yesterday"])
def test_a_list_call_with_invalid_parameters_is_refused(query: str) -> None:
    assert at(0, scenario(), f"/v1/test-sessions?{query}").status == 400


def test_an_entry_in_the_list_groups_the_runs_by_status() -> None:
    (entry,) = at(20, scenario(), "/v1/test-sessions").json["entries"]
    assert {word: len(entry[word]) for word in ("running", "passed", "failed", "cancelled")} == {
        "running": 1,
        "passed": 2,
        "failed": 0,
        "cancelled": 0,
    }


def trigger(body: object, rest: str = "") -> list[Response]:
    """Send the same trigger call twice, and return both responses."""
    with Simulator(scenario(rest=rest)) as api:
        call = json.dumps(body).encode()
        return [ask(api, "/v1/test-sessions/trigger", "POST", KEY, call) for _ in range(2)]


@pytest.mark.parametrize(
    ("target", "checks"),
    [
        ({}, ["Home page", "Log in", "Buy"]),
        ({"target": {"matchTags": [["smoke"], ["slow"]]}}, ["Home page", "Buy"]),
        ({"target": {"matchTags": [["none"]]}}, []),
    ],
)
def test_a_trigger_call_starts_one_session_with_the_selected_checks(
    target: dict[str, Any], checks: list[str]
) -> None:
    first, second = trigger({"name": "Mine", "runLocation": "eu-west-1", **target})
    assert first.status == (201 if checks else 404)
    assert second.status == 404, "the scenario has no other session at that location"
    if checks:
        assert (first.json["testSessionId"], first.json["name"]) == (ID, "Mine")
        assert [name for name, _, _ in brief(first.json)] == checks


@pytest.mark.parametrize(
    "body", [[], {}, {"name": "x"}, {"name": "", "runLocation": "eu-west-1"}, {"name": "x", "runLocation": 3}]
)
def test_a_trigger_call_without_name_or_location_is_refused(body: object) -> None:
    assert trigger(body)[0].status == 400


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ("location: eu-west-1", "readable: 1s", "the key 'location' is missing here"),
        ("name: Deploy of 4f2a1c9", "readable: 1s", "the key 'name' is missing here"),
        ("name: Home page, ", "id: 8166fa86-c9b4-4162-8541-d380c6c212d8, ", "the key 'name' is missing here"),
        ("deployed: false", "deployed: 3", "true or false is needed here"),
        ("checks:", "locations: [a]\n    checks:", "unknown key 'locations'"),
        ("checks:", "provider: ME\n    checks:", "'ME' is not a known value"),
    ],
)
def test_a_mistake_in_a_test_session_is_reported(good: str, bad: str, problem: str) -> None:
    text = f"""
description: a test session
sessions:
  - name: Deploy of 4f2a1c9
    location: eu-west-1
    checks:{CHECKS}"""
    assert good in text
    with pytest.raises(UsageError) as caught:
        parse(text.replace(good, bad, 1), name="it")
    assert problem in str(caught.value.problems)
