"""Faults: which requests they affect, and what the client receives."""

from __future__ import annotations

import gzip
import json
import time
from http.client import IncompleteRead, RemoteDisconnected

import pytest

from gate.simulator import Simulator

from .asking import ID, KEY, OTHER_ID, HandClock, ask, cancel, complete, connect, retrieve, scenario

RETRIEVE_V1 = f"/v1/check-sessions/{ID}"
CALLS = {
    "r1": ("GET", RETRIEVE_V1),
    "r2": ("GET", f"/v2/check-sessions/{ID}"),
    "c1": ("GET", f"{RETRIEVE_V1}/completion?maxWaitSeconds=1"),
    "x1": ("POST", f"{RETRIEVE_V1}/cancel"),
    "other": ("GET", f"/v1/check-sessions/{OTHER_ID}"),
    "nowhere": ("GET", "/status"),
}
OTHER = f"  - {{check: {{name: B}}, id: {OTHER_ID}, locations: [], statuses: [{{at: 0s, is: PASSED}}]}}\n"


@pytest.mark.parametrize(
    ("fault", "calls", "affected"),
    [
        ("on: any", "r1 r2 c1 x1 other nowhere", "r1 r2 c1 x1 other nowhere"),
        ("on: retrieve", "r1 r2 c1 x1 other nowhere", "r1 r2 other"),
        ("on: completion", "r1 c1 x1 nowhere", "c1"),
        ("on: cancel", "r1 c1 x1 nowhere", "x1"),
        ("on: retrieve, version: v2", "r1 r2", "r2"),
        ("on: any, version: v1", "r1 r2 c1 nowhere", "r1 c1"),
        ("on: any, session: 1", "r1 other nowhere", "other"),
        ("on: any, session: 0", "r1 other c1", "r1 c1"),
        ("on: retrieve, requests: 2", "r1 r2 other", "r2"),
        ('on: any, requests: "1-2"', "r1 c1 r2", "r1 c1"),
        ("on: retrieve, requests: 2-", "r1 c1 r2 other", "r2 other"),
        ("on: completion, requests: 1", "r1 r2 c1", "c1"),
    ],
)
def test_a_fault_affects_only_the_requests_that_it_selects(fault: str, calls: str, affected: str) -> None:
    played = scenario("statuses: [{at: 0s, is: PASSED}]", f"{OTHER}faults: [{{{fault}, status: 503}}]")
    with Simulator(played) as simulator:
        hit = [name for name in calls.split() if ask(simulator, CALLS[name][1], CALLS[name][0]).status == 503]
    assert hit == affected.split()


def test_a_fault_applies_only_during_its_period() -> None:
    clock = HandClock()
    played = scenario("", "faults: [{on: retrieve, from: 2s, until: 8s, status: 502}]")
    statuses = []
    with Simulator(played, clock=clock, speed=4) as simulator:
        for _ in range(5):
            statuses.append(retrieve(simulator).status)
            clock.now_s += 0.5
    assert statuses == [200, 502, 502, 502, 200]  # at 0, 2, 4, 6 and 8 simulated seconds


def test_the_first_matching_fault_applies_and_each_fault_counts_its_requests() -> None:
    faults = (
        "[{on: any, requests: 1, status: 500}, {on: any, requests: 1-2, status: 502}, {on: any, status: 503}]"
    )
    with Simulator(scenario("", f"faults: {faults}")) as simulator:
        assert [retrieve(simulator).status for _ in range(3)] == [500, 502, 503]


def test_a_fault_applies_before_credentials_are_checked() -> None:
    with Simulator(scenario("", "faults: [{on: any, status: 502}]")) as simulator:
        assert ask(simulator, RETRIEVE_V1, headers={}).status == 502


def test_a_fault_can_set_the_status_the_body_and_the_headers() -> None:
    fault = '{on: retrieve, status: 502, body: "<h1>Bäd</h1>", type: text/html, retry-after: 1}'
    with Simulator(scenario("", f"faults: [{fault}]")) as simulator:
        reply = retrieve(simulator)
        assert simulator.requests[0].status == 502
    assert (reply.status, reply.body.decode()) == (502, "<h1>Bäd</h1>")
    assert (reply.headers["content-type"], reply.headers["retry-after"]) == ("text/html", "1")
    assert reply.headers["cf-ray"]


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (
            "status: 429",
            429,
            {"statusCode": 429, "error": "Too Many Requests", "message": "Too Many Requests"},
        ),
        ("status: 299, body: '[]'", 299, []),
        ("body: 'null'", 200, None),
        ("body: '\"text\"', type: text/plain", 200, "text"),
    ],
)
def test_responses_are_json_unless_the_fault_has_another_body(fault: str, status: int, body: object) -> None:
    with Simulator(scenario("", f"faults: [{{on: any, {fault}}}]")) as simulator:
        reply = retrieve(simulator)
    assert (reply.status, reply.json) == (status, body)


@pytest.mark.parametrize("status", [204, 304, 599])
def test_the_statuses_204_and_304_and_unknown_ones_have_no_body(status: int) -> None:
    with Simulator(scenario("", f"faults: [{{on: any, status: {status}}}]")) as simulator:
        reply = retrieve(simulator)
    assert (reply.status, reply.body) == (status, b"")


def test_a_redirect_names_its_target() -> None:
    fault = "{on: any, status: 302, location: 'https://login.example/'}"
    with Simulator(scenario("", f"faults: [{fault}]")) as simulator:
        reply = retrieve(simulator)
    assert (reply.status, reply.headers["location"]) == (302, "https://login.example/")


@pytest.mark.parametrize(
    ("cut", "error"),
    [("reset", ConnectionResetError), ("close", RemoteDisconnected), ("truncated", IncompleteRead)],
)
def test_a_cut_connection_raises_an_error_in_the_client(cut: str, error: type[Exception]) -> None:
    with Simulator(scenario("", f'faults: [{{on: retrieve, requests: "1", cut: {cut}}}]')) as simulator:
        with pytest.raises(error) as caught:
            retrieve(simulator)
        assert type(caught.value) is error  # RemoteDisconnected is a subclass of ConnectionResetError
        assert [entry.status for entry in simulator.requests] == [None]
        assert retrieve(simulator).status == 200


def test_a_truncated_response_is_half_of_the_correct_one() -> None:
    clock = HandClock()
    played = scenario("", 'faults: [{on: retrieve, requests: "2", cut: truncated}]')
    with Simulator(played, clock=clock) as simulator:
        whole = retrieve(simulator).body
        with pytest.raises(IncompleteRead) as caught:
            retrieve(simulator)
    assert caught.value.partial == whole[: len(whole) // 2]


def test_a_stalled_request_gets_no_response() -> None:
    with Simulator(scenario("", "faults: [{on: retrieve, cut: stall}]")) as simulator:
        connection = connect(simulator)
        connection.timeout = 0.1
        connection.request("GET", RETRIEVE_V1, headers=KEY)
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
        assert [entry.status for entry in simulator.requests] == [None]


def test_a_dripped_response_is_the_correct_one_sent_byte_by_byte() -> None:
    fault = '{on: retrieve, requests: "2", drip: 1ms}'
    with Simulator(scenario("", f"faults: [{fault}]"), clock=HandClock()) as simulator:
        right = retrieve(simulator)
        began = time.monotonic()
        dripped = retrieve(simulator)
    assert dripped.body == right.body
    assert time.monotonic() - began >= len(right.body) * 0.001


def test_a_call_that_meets_a_fault_has_no_effect() -> None:
    played = scenario("", "faults: [{on: cancel, status: 500}, {on: completion, status: 500}]")
    with Simulator(played) as simulator:
        began = time.monotonic()
        assert complete(simulator, 30).status == 500
        assert cancel(simulator).status == 500
        assert retrieve(simulator).json["status"] == "STARTED"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("compressed", [False, True])
def test_a_response_of_a_given_size_is_one_json_string(compressed: bool) -> None:
    fault = f"{{on: any, size: 1000000, gzip: {compressed}}}"
    with Simulator(scenario("", f"faults: [{fault}]")) as simulator:
        reply = retrieve(simulator)
    assert reply.status == 200
    assert reply.headers.get("content-encoding") == ("gzip" if compressed else None)
    body = gzip.decompress(reply.body) if compressed else reply.body
    assert len(body) == 1_000_000
    assert json.loads(body) == "a" * 999_998
    assert not compressed or len(reply.body) < 5_000


def test_a_huge_response_is_generated_while_it_is_read() -> None:
    with Simulator(scenario("", "faults: [{on: any, size: 10000000000}]")) as simulator:
        connection = connect(simulator)
        connection.request("GET", RETRIEVE_V1, headers=KEY)
        response = connection.getresponse()
        assert response.headers["content-length"] == "10000000000"
        assert response.read(100_000) == b'"' + b"a" * 99_999
        response.close()
        connection.close()
