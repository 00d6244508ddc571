"""Every report shows why a location is not green. These details never affect the verdict."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

import gate
from gate.simulator import Simulator, load, parse
from tests.end_to_end.running import Run, finish, github, inputs_for, run, start

SCENARIO = """
description: A location fails twice, and Checkly knows why
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1, eu-central-1]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - at: 0s
        location: eu-central-1
        is: failed
        attempt: true
        detail: {apiCheckResult: {requestError: connect ETIMEDOUT}}
      - at: 0.1s
        location: eu-central-1
        is: failed
        detail:
          overMaxResponseTime: true
          apiCheckResult:
            assertions: [{source: STATUS_CODE, comparison: EQUALS, target: "200", actual: 503, error: "no"}]
"""
# All documented types of check except HEARTBEAT, which Checkly does not run.
CHECK_TYPES = (
    *("AGENTIC", "API", "BROWSER", "DNS", "GRPC", "ICMP", "MULTI_STEP", "PLAYWRIGHT", "SSL", "TCP"),
    *("TRACEROUTE", "URL"),
)
WHY = "STATUS_CODE EQUALS 200, received 503"
ATTEMPT_WHY = "connect ETIMEDOUT"
FEW = "reasons were fetched for 20 of 26 results that are not green"
REASON = "1 of 2 locations failed (50%), none allowed (default): eu-central-1"


def _gate(workspace: Path, faults: str = "", **inputs: str) -> tuple[Run, list[str]]:
    """Run the gate on the scenario; return the run and the paths of its requests for details."""
    scenario = parse(SCENARIO + (f"faults: [{{on: details, {faults}}}]" if faults else ""), name="test")
    with Simulator(scenario) as api:
        done = run(workspace, github(workspace, inputs_for(api, scenario.session_ids, **inputs)))
        return done, [each.path for each in api.requests if "/check-results/" in each.path]


def test_every_report_contains_the_reasons(tmp_path: Path) -> None:
    done, asked = _gate(tmp_path)
    assert (done.code, len(asked)) == (1, 2)
    (failure,) = done.junit.iter("failure")
    assert failure.get("message") == f"failed: {WHY}"
    assert f"\nrule: {REASON.replace(' > ', ', more than ')}\n" in (failure.text or "")
    assert (failure.text or "").splitlines()[:2] == [
        failure.get("message"),
        "also: took 300 ms, over the check's maximum response time",
    ]
    (rerun,) = done.junit.iter("rerunFailure")
    assert rerun.get("message") == f"attempt 1 of 2: failed: {ATTEMPT_WHY}"
    assert f"\n  eu-central-1, attempt 1 of 2: {ATTEMPT_WHY}\n" in done.log
    assert f"\n  eu-central-1, attempt 2 of 2: {WHY}\n" in done.log
    (error,) = (line for line in done.annotations if line.startswith("::error"))
    assert f"{REASON}. eu-central-1: {WHY} https://" in error.replace("%25", "%")
    assert WHY.replace("_", "\\_") in done.summary
    (row,) = (row for row in done.record["sessions"][0]["locations"] if row["result"]["why"])
    assert row["result"]["why"][0] == WHY
    assert row["attempts"][0]["why"] == [ATTEMPT_WHY]


def test_a_stopped_gate_requests_no_details(tmp_path: Path) -> None:
    running = "    statuses: [{at: 0s, is: STARTED}, {at: 600s, is: FAILED}]\n    results:"
    scenario = parse(SCENARIO.replace("    results:", running).replace("0.1s", "0s"), name="test")
    with Simulator(scenario) as api:
        process = start(tmp_path, github(tmp_path, inputs_for(api, scenario.session_ids, timeout="10m")))
        assert api.wait_for_request("/completion", 20)
        process.send_signal(signal.SIGTERM)
        done = finish(process, tmp_path)
        assert not [each.path for each in api.requests if "/check-results/" in each.path]
    assert (done.code, done.outputs["failed"]) == (143, "1")


def test_details_are_not_requested_if_they_are_disabled(tmp_path: Path) -> None:
    done, asked = _gate(tmp_path, details="false")
    assert (done.code, done.outputs["reason"], asked) == (1, REASON, [])


@pytest.mark.parametrize(
    "fault",
    [
        "status: 404",
        "status: 403",
        "status: 429, retry-after: 3600",
        "status: 502, body: <html>",
        "status: 302, location: https://elsewhere.example/",
        "cut: reset",
        "cut: stall",
        "drip: 1s",
        "size: 50000000",
        'body: "[]"',
        'body: "{}"',
    ],
)
def test_failing_requests_for_details_do_not_change_the_verdict(tmp_path: Path, fault: str) -> None:
    done, _ = _gate(tmp_path, fault, timeout="2s")
    assert (done.code, done.outputs["verdict"], done.outputs["reason"]) == (1, "fail", REASON)
    assert WHY not in done.log
    is_no_trouble = fault == "status: 404"
    assert is_no_trouble != bool(re.search(r"could not fetch the reasons for \d results?: ", done.log))


@pytest.mark.parametrize(("failed", "notices"), [(20, []), (26, [FEW])])
def test_the_number_of_requests_for_details_is_limited_and_reported(
    tmp_path: Path, failed: int, notices: list[str]
) -> None:
    results = "".join(f"      - {{at: 0s, location: r{number}, is: failed}}\n" for number in range(failed))
    locations = ", ".join(f"r{number}" for number in range(failed))
    text = SCENARIO.partition("    locations")[0] + f"    locations: [{locations}]\n    results:\n{results}"
    text += "started: 2999-01-01T00:00:00Z\n"  # avoid the notice about a session that ended long ago
    scenario = parse(text, name="test")
    with Simulator(scenario) as api:
        inputs = inputs_for(api, scenario.session_ids, **{"api-version": "v2"})
        done = run(tmp_path, github(tmp_path, inputs))
        asked = [each.path for each in api.requests if "/check-results/" in each.path]
    assert len(asked) == 20
    assert done.record["notices"] == notices
    assert (FEW in done.log, FEW in done.summary) == (bool(notices), bool(notices))


def test_reasons_for_every_type_of_check_are_reported_without_secrets(tmp_path: Path) -> None:
    scenario = load("reasons")
    with Simulator(scenario, speed=1000) as api:
        done = run(tmp_path, github(tmp_path, inputs_for(api, scenario.session_ids)))
    told = {case.get("name"): (case.find("failure"), case) for case in done.junit.iter("testcase")}
    for name, words in {
        "Orders API [us-east-1]": "STATUS_CODE EQUALS 200, received 500",
        "Orders API [eu-central-1]": "getaddrinfo ENOTFOUND orders.example",
        "Orders API [ap-south-1]": "took 31000 ms, over the check's maximum response time",
        "Sign up [us-east-1]": "locator.click: Timeout 10000ms exceeded. (and 1 more error)",
        "Return an order [eu-west-1]": "expect(received).toBe(expected); Expected: 201",
        "Shop suite [us-east-1]": "Error: 2 of 48 tests failed",
        "Ask for a refund [us-east-1]": "a confirmation is shown: nothing changed",
        "Route to the shop [ap-southeast-1]": "HOP_COUNT LESS_THAN 20, received 30",
        "Stock service [eu-central-1]": "gRPC status: no healthy upstream",
        "Certificate of the shop [eu-central-1]": "certificate: EXPIRED, expired 3 days ago",
        "Mail relay [eu-west-1]": "took 2900 ms, over the check's degraded response time",
        "Certificate of the shop [eu-west-1]": "certificate: expires in 6 days, answered in 90 ms",
        "Home page [us-west-2]": "answered 404 Not Found",
        "Name of the shop [eu-north-1]": "Checkly gives no reason",
        "Ping of the shop [eu-north-1]": "Checkly gives no reason",
    }.items():
        failure, _ = told[name]
        assert failure is not None
        assert words in failure.get("message", "")
    assert "recorded: sign-up-trace.zip, sign-up-video.webm" in (told["Sign up [us-east-1]"][0].text or "")  # type: ignore[union-attr]
    kinds = {run.check.type for session in scenario.sessions for run in session.checks}
    assert kinds == {*CHECK_TYPES}
    written = (*(path.read_text() for path in tmp_path.rglob("*") if path.is_file()), done.log)
    assert not [text for text in written if "s3cret" in text]


def _shipped(workspace: Path, name: str, fault: str = "") -> tuple[Run, str]:
    """Run the gate on a shipped scenario; return the run and all text that it wrote, with a debug log."""
    path = Path(gate.__file__).parent / "simulator" / "scenarios" / f"{name}.yml"
    faults = f"faults: [{{{fault}}}]" if fault else ""
    scenario = parse(path.read_text() + faults, name=name)
    with Simulator(scenario, speed=1000) as api:
        done = run(workspace, github(workspace, inputs_for(api, scenario.session_ids, verbose="true")))
    written = [path.read_text() for path in workspace.rglob("*") if path.is_file()]
    return done, "\n".join((*written, done.log))


NEW = "new error, first seen on 2026-01-15"
KNOWN = "known error since 2025-12-03"
ANALYSIS = 'AI analysis by Checkly, not verified: The button "Buy" stays disabled'


def test_every_report_shows_whether_an_error_is_new(tmp_path: Path) -> None:
    done, written = _shipped(tmp_path, "tests-failing")
    new, known = (failure.text or "" for failure in done.junit.iter("failure"))
    assert f"\nalso: {NEW}\n" in new
    assert f"\nalso: {KNOWN}\nalso: {ANALYSIS}" in known
    for line in (f"Orders API, attempt 2 of 2: {NEW}", f"Buy as a guest, attempt 2 of 2: {KNOWN}"):
        assert f"\n  {line}\n" in done.log
    rows = {row["check"]: row for row in done.record["sessions"][0]["locations"]}
    assert rows["Orders API"]["result"]["why"][1:] == [NEW]
    assert rows["Buy as a guest"]["result"]["why"][1] == KNOWN
    assert KNOWN in done.summary.replace("\\", "")
    assert "s3cret" not in written


NO_AGENT = "no agent is running at this private location (last seen 2026-01-13)"


def test_every_report_shows_that_a_private_location_has_no_agent(tmp_path: Path) -> None:
    done, written = _shipped(tmp_path, "missing-location")
    (error,) = done.junit.iter("error")
    assert error.get("message") == f"missing: {NO_AGENT}"
    assert f"\n  datacenter-frankfurt, no result: {NO_AGENT}\n" in done.log
    assert any(f"datacenter-frankfurt: {NO_AGENT}" in line for line in done.annotations)
    assert "no agent is running at this private location" in done.summary
    rows = done.record["sessions"][0]["locations"]
    assert [row["why-missing"] for row in rows] == [[], [], [NO_AGENT]]
    assert "GET /v1/private-locations: 200" in done.log
    assert "s3cret" not in written


LEAKING = r'[{"rawKey": "pl_s3cret", "proxyUrl": "http://a:s3cret@proxy.example'


@pytest.mark.parametrize(
    ("name", "on"), [("tests-failing", "error-group"), ("missing-location", "private-locations")]
)
@pytest.mark.parametrize(
    ("fault", "is_silent"),
    [
        ("status: 403", True),
        ("status: 404", True),
        ("status: 401", False),
        ("status: 429, retry-after: 3600", False),
        ("status: 502, body: <html>", False),
        ("status: 302, location: https://elsewhere.example/", False),
        ("cut: reset", False),
        ("size: 50000000", False),
        (f"body: '{LEAKING}'", False),
        ('status: 400, body: \'{"message": "pl_s3cret"}\'', False),
    ],
)
def test_failing_requests_for_error_groups_and_locations_do_not_change_the_verdict(
    tmp_path: Path, name: str, on: str, fault: str, is_silent: bool
) -> None:
    done, written = _shipped(tmp_path, name, f"on: {on}, {fault}")
    assert (done.code, done.outputs["verdict"]) == (1, "fail")
    assert not any(text in written for text in (NEW, KNOWN, NO_AGENT))
    assert ("could not fetch error groups or private locations: " in done.log) != is_silent
    assert on == "error-group" or "s3cret" not in written
