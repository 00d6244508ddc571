"""Starting and stopping the simulator, and its record of requests."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from gate.simulator import Recorded, Simulator

from .asking import ID, HandClock, ask, cancel, complete, connect, retrieve, scenario

LONGEST_STOP_S = 0.25  # stopping should take at most 0.1 s, but the machine may be busy


def test_the_simulator_listens_on_loopback_until_its_context_ends() -> None:
    with Simulator(scenario()) as simulator:
        address = ("127.0.0.1", int(simulator.url.rpartition(":")[2]))
        assert simulator.url == f"http://{address[0]}:{address[1]}"
        socket.create_connection(address).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_a_port_can_be_chosen_and_is_free_again_at_once() -> None:
    with Simulator(scenario()) as first:
        url = first.url
        assert retrieve(first).status == 200
        with pytest.raises(OSError, match="in use"), Simulator(scenario(), port=int(url[17:])):
            pass
    with Simulator(scenario(), port=int(url[17:])) as second:
        assert second.url == url
        assert retrieve(second).status == 200


def drip(simulator: Simulator) -> None:
    ask(simulator, "/v2/check-sessions/drip")


def stall(simulator: Simulator) -> None:
    ask(simulator, "/v1/check-sessions/stall/cancel", "POST")


def wait_for_the_end(simulator: Simulator) -> None:
    complete(simulator, 30)


@pytest.mark.parametrize(
    ("call", "path_part", "rest"),
    [
        (wait_for_the_end, "completion", ""),
        (stall, "stall", "faults: [{on: cancel, cut: stall}]"),
        (drip, "drip", "faults: [{on: retrieve, drip: 10s}]"),
        (retrieve, ID, "api: {latency: 30s}"),
    ],
)
def test_the_simulator_stops_at_once_during_any_request(
    call: Callable[[Simulator], object], path_part: str, rest: str
) -> None:
    ends: list[BaseException] = []

    def ask_in_vain() -> None:
        try:
            call(simulator)
        except (HTTPException, OSError) as error:
            ends.append(error)

    clients = [threading.Thread(target=ask_in_vain) for _ in range(5)]
    with Simulator(scenario("", rest)) as simulator:
        for client in clients:
            client.start()
        assert simulator.wait_for_request(path_part, 5)
        began = time.monotonic()
    stopped_s = time.monotonic() - began
    for client in clients:
        client.join(5)
    assert len(ends) == len(clients)
    assert stopped_s < LONGEST_STOP_S


def test_the_simulator_stops_at_once_with_idle_connections_and_ends_all_threads() -> None:
    before = set(threading.enumerate())
    with Simulator(scenario()) as simulator:
        connections = [connect(simulator) for _ in range(5)]
        for connection in connections:
            connection.request("GET", "/")
            connection.getresponse().read()
        threads = set(threading.enumerate()) - before
        assert len(threads) > len(connections)
        began = time.monotonic()
    assert time.monotonic() - began < LONGEST_STOP_S
    for thread in threads:
        thread.join(5)  # a thread ends shortly after its connection
    assert not any(thread.is_alive() for thread in threads)
    for connection in connections:
        connection.close()


def test_an_exception_in_the_context_is_propagated() -> None:
    with pytest.raises(KeyError), Simulator(scenario()):
        raise KeyError


def test_requests_are_recorded() -> None:
    clock = HandClock()
    with Simulator(scenario(), clock=clock, speed=10) as simulator:
        assert simulator.requests == []
        ask(simulator, "/v1/nothing?here=1", headers={"X-Checkly-Account": "A1", "AUTHORIZATION": "Bearer k"})
        clock.now_s += 2
        ask(simulator, f"/v1/check-sessions/{ID}/cancel", "POST", {}, b'{"a": 1}')
        first, second = simulator.requests
    assert isinstance(first, Recorded)
    assert (first.method, first.path, first.body) == ("GET", "/v1/nothing?here=1", b"")
    assert (first.status, first.at_s) == (404, 0)
    assert first.headers["x-checkly-account"] == "A1"
    assert first.headers["authorization"] == "Bearer k"
    assert (second.method, second.body, second.status, second.at_s) == ("POST", b'{"a": 1}', 401, 20)


def test_a_request_in_progress_is_recorded_without_a_status() -> None:
    with Simulator(scenario()) as simulator, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(complete, simulator, 30)
        assert simulator.wait_for_request("/completion?maxWaitSeconds=30", 5)
        assert [entry.status for entry in simulator.requests] == [None]
        cancel(simulator)
        assert waiting.result().status == 200
        assert [entry.status for entry in simulator.requests] == [200, 204]


def test_waiting_for_a_request_ends_at_its_time_limit() -> None:
    with Simulator(scenario()) as simulator:
        retrieve(simulator)
        assert not simulator.wait_for_request("/cancel", 0.01)
        assert simulator.wait_for_request(ID, 0)


def test_many_clients_are_served_at_the_same_time() -> None:
    with Simulator(scenario()) as simulator, ThreadPoolExecutor(30) as pool:
        waiting = [pool.submit(complete, simulator, 30) for _ in range(30)]
        assert simulator.wait_for_request("completion", 5)
        cancel(simulator)  # served while the other requests wait
        assert {each.result(5).json["status"] for each in waiting} == {
            "TIMED_OUT"
        }  # the status of a cancelled session in v1


def test_bytes_that_are_not_a_request_are_refused_and_affect_no_other_request() -> None:
    with Simulator(scenario()) as simulator:
        with socket.create_connection(("127.0.0.1", int(simulator.url[17:])), timeout=5) as raw:
            raw.sendall(b"\x00\xff nonsense\r\n\r\n")
            assert b"400" in raw.recv(65536)
        assert retrieve(simulator).status == 200
        assert len(simulator.requests) == 1
