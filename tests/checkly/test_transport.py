"""The transport over real HTTP: what it sends, what it refuses, and its limits on responses."""

from __future__ import annotations

import re
import socket
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gate.checkly.endpoint import Endpoint
from gate.checkly.http import Request, Response
from gate.checkly.transport import HttpTransport
from gate.domain.errors import NeverConnected, Unreachable, UsageError
from gate.runtime import Process
from gate.simulator import Recorded, Simulator, parse
from gate.simulator.answer import Answer
from gate.simulator.scenario.faults import Aim
from tests.faults.api import Api, Raw, Trouble, served, struck

KEY = "cu_0123456789abcdef"
SCENARIO = """
description: a finished session
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1]
    results: [{at: 0s, location: us-east-1, is: passed}]
"""


@contextmanager
def _served(fault: str = "") -> Iterator[tuple[Simulator, Request]]:
    scenario = parse(SCENARIO + (f"faults: [{{on: any, {fault}}}]\n" if fault else ""), name="transport")
    with Simulator(scenario) as api:
        yield api, Request("GET", f"/v2/check-sessions/{scenario.session_ids[0]}")


def _transport(url: str, *, account_id: str = "account", log: list[str] | None = None) -> HttpTransport:
    endpoint = Endpoint(base_url=url, api_key=KEY, account_id=account_id)
    return HttpTransport(endpoint, Process().call_each, log.append if log is not None else None)


def _send(fault: str = "", *, within_s: float = 5, log: list[str] | None = None) -> Response:
    with _served(fault) as (api, request):
        return _transport(api.url, log=log).send(request, within_s=within_s)


def test_each_request_has_the_credentials_and_the_user_agent() -> None:
    with _served() as (api, request):
        transport = _transport(api.url)
        transport.send(request, within_s=5)
        transport.send(request, within_s=5)
        assert [_identity(sent) for sent in api.requests] == [
            (f"Bearer {KEY}", "account", "checkly-gate")
        ] * 2


def _identity(sent: Recorded) -> tuple[str | None, str | None, str]:
    agent = sent.headers["user-agent"].split("/")[0]
    return sent.headers.get("authorization"), sent.headers.get("x-checkly-account"), agent


def test_there_is_no_account_header_without_an_account_id() -> None:
    with _served() as (api, request):
        _transport(api.url, account_id="").send(request, within_s=5)
        assert "x-checkly-account" not in api.requests[0].headers


def test_a_body_is_sent_as_json() -> None:
    with _served() as (api, request):
        _transport(api.url).send(Request("POST", f"{request.path}/cancel", json={}), within_s=5)
        assert (api.requests[0].body, api.requests[0].headers["content-type"]) == (b"{}", "application/json")


def test_a_redirect_is_not_followed() -> None:
    with _served("status: 302, location: 'http://127.0.0.1:1/elsewhere'") as (api, request):
        reply = _transport(api.url).send(request, within_s=5)
        assert (reply.status, reply.headers["location"]) == (302, "http://127.0.0.1:1/elsewhere")
        assert len(api.requests) == 1


@contextmanager
def _answering(trouble: Trouble) -> Iterator[tuple[Api, HttpTransport]]:
    scenario = replace(parse(SCENARIO, name="answer"), faults=(struck(trouble, Aim(), 1, 9),))
    with served(scenario) as api:
        yield api, _transport(api.url)


def test_the_body_of_a_redirect_is_not_read() -> None:
    larger_than_any = Answer(302, b" " * 11 * 1024**2, headers=(("Location", "http://[::1"),))
    with _answering(larger_than_any) as (_, transport):
        reply = transport.send(Request("GET", "/"), within_s=5)
    assert (reply.status, reply.body) == (302, b"")


def test_no_cookie_is_sent_back() -> None:
    answer = Answer(200, b"{}", headers=(("Set-Cookie", "a=b"), ("Set-Cookie", "c=d; Path=/")))
    with _answering(answer) as (api, transport):
        for _ in range(2):
            assert "a=b" in transport.send(Request("GET", "/"), within_s=5).headers["set-cookie"]
        assert not [request for request in api.requests if "cookie" in request.headers]


def test_the_memory_of_a_late_response_is_freed() -> None:
    parts = (b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", b" " * 8_000_000)
    with _answering(Raw(lambda: parts, 0.5)) as (_, transport):
        with pytest.raises(Unreachable, match="no complete response"):
            transport.send(Request("GET", "/"), within_s=0.9)
        before_kib = _resident_kib()
        with pytest.raises(Unreachable, match="no complete response"):
            transport.send(Request("GET", "/"), within_s=0.9)
        assert _resident_kib() - before_kib < 4_000


def _resident_kib() -> int:
    return int(re.findall(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[0])


def test_a_handled_error_is_not_kept_in_memory() -> None:
    try:
        _transport("http://127.0.0.1:1").send(Request("GET", "/"), within_s=5)
    except Unreachable as error:
        kept = weakref.ref(error)
    assert kept() is None


def test_a_key_in_a_response_is_redacted() -> None:
    reply = _send(f"status: 401, body: 'the key {KEY} is bad'")
    assert reply.body == b"the key *** is bad"


BROKEN = {
    "reset": "cut: reset",
    "closed": "cut: close",
    "truncated": "cut: truncated",
    "too large": "size: 20000000",
    "a decompression bomb": "size: 50000000, gzip: true",
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_response_causes_an_error(fault: str) -> None:
    with pytest.raises(Unreachable, match=r"the request to .* failed"):
        _send(fault)


@pytest.mark.parametrize("fault", ["cut: stall", "drip: 50ms"])
def test_no_request_takes_longer_than_its_limit(fault: str) -> None:
    began_s = time.monotonic()
    with pytest.raises(Unreachable, match="no complete response"):
        _send(fault, within_s=0.4)
    assert time.monotonic() - began_s < 1.4


def test_a_closed_port_is_reported_as_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(Unreachable, match="refused"):
            _transport(url).send(Request("GET", "/"), within_s=5)


@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:1", "http://checkly.invalid"], ids=["refused", "no such name"]
)
def test_nothing_was_sent_if_no_connection_was_made(host: str) -> None:
    with pytest.raises(NeverConnected):
        _transport(host).send(Request("POST", "/v2/check-sessions/trigger"), within_s=10)


@pytest.mark.parametrize("fault", ["cut: reset", "cut: close", "cut: stall"])
def test_the_request_may_have_been_sent_if_the_connection_broke(fault: str) -> None:
    with pytest.raises(Unreachable) as caught:
        _send(fault, within_s=1)
    assert type(caught.value) is Unreachable


def test_the_log_of_requests_contains_no_credentials() -> None:
    log: list[str] = []
    _send(log=log)
    with pytest.raises(Unreachable):
        _send("cut: reset", log=log)
    with pytest.raises(Unreachable):
        _send("cut: stall", within_s=0.2, log=log)
    assert len(log) == 3
    assert all(line.startswith("GET /v2/check-sessions/") for line in log)
    assert KEY not in "".join(log)


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_an_invalid_bundle_causes_a_usage_error(
    content: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bundle = tmp_path_factory.mktemp("bundle") / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    endpoint = Endpoint(base_url="https://api.example", api_key=KEY, extra_certificates=str(bundle))
    with pytest.raises(UsageError, match="ca-bundle"):
        HttpTransport(endpoint, Process().call_each)


def test_a_bundle_path_that_is_too_long_causes_a_usage_error() -> None:
    endpoint = Endpoint(base_url="https://api.example", api_key=KEY, extra_certificates="x" * 5000)
    with pytest.raises(UsageError, match=r"ca-bundle: x+… is not a readable PEM file"):
        HttpTransport(endpoint, Process().call_each)


def test_a_refused_connection_is_reported_without_class_names() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    endpoint = Endpoint(base_url=f"http://127.0.0.1:{port}", api_key="cu_key")
    with pytest.raises(Unreachable) as caught:
        HttpTransport(endpoint, Process().call_each).send(Request("GET", "/"), within_s=5)
    assert f"127.0.0.1:{port}: Connection refused" in str(caught.value)
    assert "(host=" not in str(caught.value)
