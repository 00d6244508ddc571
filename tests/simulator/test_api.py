"""The basics of the API: credentials, addresses, methods, versions, long polls."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

import pytest

from gate.simulator import Simulator

from .asking import ID, KEY, OTHER_ID, HandClock, Response, ask, cancel, complete, connect, retrieve, scenario

SESSION = f"/v1/check-sessions/{ID}"


@pytest.mark.parametrize(
    ("key", "headers", "status"),
    [
        (None, {"Authorization": "Bearer anything"}, 200),
        (None, {"authorization": "bearer sv_1"}, 200),
        (None, {}, 401),
        (None, {"Authorization": "Bearer "}, 401),
        (None, {"Authorization": "Basic Y3U6MQ=="}, 401),
        ("cu_demo", {"Authorization": "Bearer cu_demo"}, 200),
        ("cu_demo", {"Authorization": "Bearer cu_demo2"}, 401),
        ("cu_demo", {"Authorization": "Bearer"}, 401),
    ],
)
def test_credentials_are_checked(key: str | None, headers: Mapping[str, str], status: int) -> None:
    with Simulator(scenario("", f"api: {{key: {key}}}" if key else "")) as simulator:
        reply = ask(simulator, SESSION, headers=headers)
    assert reply.status == status
    if status == 401:
        assert reply.json == {
            "statusCode": 401,
            "error": "Unauthorized",
            "message": "Bad Token",
            "attributes": {},
        }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", SESSION, 200),
        ("GET", f"{SESSION}?some=query", 200),
        ("GET", f"/v2/check-sessions/{ID.upper()}", 200),
        ("GET", f"/v1/check-sessions/{OTHER_ID}", 404),
        ("GET", "/v1/check-sessions/not-an-id", 404),
        ("GET", f"/v3/check-sessions/{ID}", 404),
        ("GET", f"{SESSION}/", 404),
        ("GET", f"{SESSION}/results", 404),
        ("GET", "/", 404),
        ("POST", f"/v2/check-sessions/{ID}/cancel", 404),
        ("POST", f"/v1/check-sessions/{OTHER_ID}/cancel", 404),
        ("POST", SESSION, 405),
        ("PUT", SESSION, 405),
        ("DELETE", SESSION, 405),
        ("HEAD", SESSION, 405),
        ("PATCH", f"{SESSION}/completion", 405),
        ("GET", f"{SESSION}/cancel", 405),
    ],
)
def test_the_address_and_the_method_determine_the_status(method: str, path: str, status: int) -> None:
    with Simulator(scenario()) as simulator:
        reply = ask(simulator, path, method)
        assert reply.status == status
        assert [entry.status for entry in simulator.requests] == [status]
    assert reply.headers["cf-ray"]
    if status != 200 and method != "HEAD":
        assert reply.json["statusCode"] == status


def test_the_error_for_an_unknown_session_is_the_same_as_checklys() -> None:
    with Simulator(scenario()) as simulator:
        reply = retrieve(simulator, session_id=OTHER_ID)
    assert reply.json == {"statusCode": 404, "error": "Not Found", "message": "No such check session."}


@pytest.mark.parametrize(
    ("served", "v1", "v2", "v1_cancel"),
    [("[v1, v2]", 200, 200, 204), ("[v1]", 200, 404, 204), ("[v2]", 410, 200, 410), ("[]", 410, 404, 410)],
)
def test_only_the_served_versions_return_sessions(served: str, v1: int, v2: int, v1_cancel: int) -> None:
    with Simulator(scenario("", f"api: {{served: {served}}}")) as simulator:
        replies = [retrieve(simulator, "v1"), retrieve(simulator, "v2"), cancel(simulator)]
    assert [reply.status for reply in replies] == [v1, v2, v1_cancel]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?maxWaitSeconds=",
        "?maxWaitSeconds=0",
        "?maxWaitSeconds=31",
        "?maxWaitSeconds=-1",
        "?maxWaitSeconds=1.5",
    ],
)
def test_a_completion_call_needs_a_valid_waiting_time(query: str) -> None:
    with Simulator(scenario("statuses: [{at: 0s, is: PASSED}]")) as simulator:
        reply = ask(simulator, f"{SESSION}/completion{query}")
    assert (reply.status, reply.json["error"]) == (400, "Bad Request")


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_completion_call_for_a_finished_session_returns_at_once(version: str) -> None:
    with Simulator(scenario("statuses: [{at: 0s, is: CANCELLED}]")) as simulator:
        reply = complete(simulator, 30, version)
        assert reply.status == 200
        assert reply.json == retrieve(simulator, version).json


def test_completion_calls_can_be_disabled() -> None:
    played = scenario("statuses: [{at: 0s, is: PASSED}]", "api: {completion: false}")
    with Simulator(played) as simulator:
        assert complete(simulator, 5).status == 404
        assert retrieve(simulator).status == 200


def test_a_completion_call_returns_when_the_session_ends() -> None:
    began = time.monotonic()
    with Simulator(scenario(), speed=300) as simulator:  # 60 simulated seconds take 0.2 s
        reply = complete(simulator, 30)
    took_s = time.monotonic() - began
    assert (reply.status, reply.json["status"], reply.json["timeElapsed"]) == (200, "PASSED", 60_000)
    assert 0.2 <= took_s < 5


def test_a_completion_call_returns_the_finished_session_even_if_the_clock_lags() -> None:
    with Simulator(scenario(), speed=600, clock=HandClock()) as simulator:
        assert complete(simulator, 1).json["status"] == "PASSED"


def test_a_completion_call_returns_408_after_its_waiting_time() -> None:
    began = time.monotonic()
    with Simulator(scenario()) as simulator:
        reply = complete(simulator, 1)
    assert time.monotonic() - began >= 1
    assert reply.status == 408
    assert reply.json == {
        "statusCode": 408,
        "error": "Request Timeout",
        "message": "The check session has not finished yet.",
    }


def test_cancelling_a_session_ends_a_long_poll() -> None:
    replies: list[Response] = []
    with Simulator(scenario()) as simulator:
        waiting = threading.Thread(target=lambda: replies.append(complete(simulator, 30, "v2")))
        waiting.start()
        assert simulator.wait_for_request("completion", 5)
        reply = cancel(simulator)
        waiting.join(5)
    assert (reply.status, reply.body) == (204, b"")
    assert [each.json["status"] for each in replies] == ["CANCELLED"]


def test_one_connection_serves_many_requests() -> None:
    with Simulator(scenario()) as simulator:
        connection = connect(simulator)
        ports = set()
        for method, path in [("GET", SESSION), ("POST", f"{SESSION}/cancel"), ("GET", SESSION), ("GET", "/")]:
            connection.request(method, path, headers=KEY, body=b"{}" if method == "POST" else None)
            connection.getresponse().read()
            ports.add(connection.sock.getsockname())
        connection.close()
        assert [entry.status for entry in simulator.requests] == [200, 204, 200, 404]
    assert len(ports) == 1


def test_a_body_of_unknown_length_is_refused_and_closes_the_connection() -> None:
    headers = {**KEY, "Transfer-Encoding": "chunked"}
    with Simulator(scenario()) as simulator:
        reply = ask(simulator, f"{SESSION}/cancel", "POST", headers, b"2\r\n{}\r\n0\r\n\r\n")
    assert reply.status == 411
    assert reply.headers["connection"] == "close"


def test_every_response_is_delayed_by_the_latency() -> None:
    with Simulator(scenario("", "api: {latency: 50ms}")) as simulator:
        began = time.monotonic()
        assert retrieve(simulator).status == 200
        assert ask(simulator, "/").status == 404
    assert time.monotonic() - began >= 0.1
