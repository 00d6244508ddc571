"""The documents of check sessions, and how they change over simulated time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.simulator import Scenario, Simulator, parse

from .asking import ID, OTHER_ID, HandClock, ask, cancel, retrieve, scenario

FLAGS = ("hasErrors", "hasFailures", "isDegraded", "aborted", "isCancelled")
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def document_at(played: Scenario, elapsed_s: float, version: str = "v1") -> Any:  # noqa: ANN401 - JSON
    clock = HandClock()
    with Simulator(played, clock=clock, speed=1) as simulator:
        retrieve(simulator, version)
        clock.now_s += elapsed_s
        return retrieve(simulator, version).json


def only_result(lines: str) -> Any:  # noqa: ANN401 - JSON
    (result,) = document_at(scenario(f"results: [{{at: 5s, location: us-east-1, {lines}}}]"), 5)["results"]
    return result


def test_a_document_has_every_field_of_the_api() -> None:
    played = scenario(
        "statuses: [{at: 0s, is: STARTED}, {at: 2s, is: PROGRESS}, {at: 12500ms, is: FAILED}]\n"
        "results: [{at: 12s, location: us-east-1, is: failed, took: 1200ms}]"
    )
    document = document_at(played, 30, "v2")
    check_id, result_id = document["checkId"], document["results"][0]["checkResultId"]
    assert re.fullmatch(UUID, check_id)
    assert re.fullmatch(UUID, result_id)
    link = f"https://app.checklyhq.com/accounts/1397c172-1938-4973-a225-5862298e571a/checks/{check_id}"
    check = {"checkId": check_id, "checkType": "API", "name": "Checkout API"}
    assert document == {
        "checkSessionId": ID,
        "checkSessionLink": f"{link}/check-sessions/{ID}",
        **check,
        "status": "FAILED",
        "startedAt": "2026-01-15T09:00:00.000Z",
        "stoppedAt": "2026-01-15T09:00:12.500Z",
        "timeElapsed": 12500,
        "runLocations": ["us-east-1", "eu-central-1"],
        "runSource": "TRIGGER_API",
        "results": [
            {
                "checkResultId": result_id,
                "checkResultLink": f"{link}/check-sessions/{ID}/results/{result_id}",
                **check,
                "runLocation": "us-east-1",
                "resultType": "FINAL",
                "hasErrors": False,
                "hasFailures": True,
                "isDegraded": False,
                "aborted": False,
                "isCancelled": False,
                "responseTime": 1200,
                "startedAt": "2026-01-15T09:00:10.800Z",
                "stoppedAt": "2026-01-15T09:00:12.000Z",
            }
        ],
    }


@pytest.mark.parametrize(
    ("elapsed_s", "status", "stopped_at", "time_elapsed"),
    [
        (0, "STARTED", None, 0),
        (1.999, "STARTED", None, 1999),
        (2, "PROGRESS", None, 2000),
        (11.5, "PROGRESS", None, 11500),
        (12, "PASSED", "2026-01-15T09:00:12.000Z", 12000),
        (600, "PASSED", "2026-01-15T09:00:12.000Z", 12000),
    ],
)
def test_the_status_follows_its_timeline(
    elapsed_s: float, status: str, stopped_at: str | None, time_elapsed: int
) -> None:
    # deliberately not in chronological order
    statuses = "statuses: [{at: 12s, is: PASSED}, {at: 0s, is: STARTED}, {at: 2s, is: PROGRESS}]"
    document = document_at(scenario(statuses), elapsed_s)
    assert (document["status"], document["stoppedAt"], document["timeElapsed"]) == (
        status,
        stopped_at,
        time_elapsed,
    )


def test_a_session_has_the_status_started_until_its_first_listed_status() -> None:
    assert document_at(scenario("statuses: [{at: 5s, is: PASSED}]"), 4)["status"] == "STARTED"


def test_an_unknown_status_is_returned_and_does_not_end_the_session() -> None:
    document = document_at(scenario("statuses: [{at: 0s, is: HIBERNATING}]"), 9)
    assert (document["status"], document["stoppedAt"]) == ("HIBERNATING", None)


@pytest.mark.parametrize(("version", "word"), [("v1", "TIMED_OUT"), ("v2", "CANCELLED")])
def test_each_api_version_has_a_different_status_for_a_cancelled_session(version: str, word: str) -> None:
    document = document_at(scenario("statuses: [{at: 3s, is: CANCELLED}]"), 3, version)
    assert (document["status"], document["timeElapsed"]) == (word, 3000)


def test_the_clock_of_a_session_starts_with_the_first_request_for_it() -> None:
    second = f"  - {{check: {{name: B}}, id: {OTHER_ID}, locations: [], statuses: [{{at: 4s, is: PASSED}}]}}"
    clock = HandClock()
    with Simulator(scenario("", second), clock=clock, speed=2) as simulator:
        retrieve(simulator)
        clock.now_s += 50  # 100 simulated seconds, so the first session has ended
        assert retrieve(simulator).json["status"] == "PASSED"
        assert retrieve(simulator, session_id=OTHER_ID).json["status"] == "STARTED"
        clock.now_s += 1.9
        assert retrieve(simulator, session_id=OTHER_ID).json["status"] == "STARTED"
        clock.now_s += 0.1
        assert retrieve(simulator, session_id=OTHER_ID).json["status"] == "PASSED"


def test_the_speed_of_the_scenario_applies() -> None:
    clock = HandClock()
    with Simulator(scenario("", "speed: 30"), clock=clock) as simulator:
        retrieve(simulator)
        clock.now_s += 1.5
        assert retrieve(simulator).json["timeElapsed"] == 45_000


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_must_be_positive_and_finite(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Simulator(scenario(), speed=speed)


@pytest.mark.parametrize(
    ("outcome", "raised"),
    [
        ("passed", set()),
        ("failed", {"hasFailures"}),
        ("errored", {"hasErrors"}),
        ("degraded", {"isDegraded"}),
        ("aborted", {"aborted"}),
        ("cancelled", {"isCancelled"}),
        ("[failed, errored, aborted]", {"hasFailures", "hasErrors", "aborted"}),
        ("failed, flags: {hasErrors: true, hasFailures: false}", {"hasErrors"}),
    ],
)
def test_the_outcome_of_a_result_is_shown_as_flags(outcome: str, raised: set[str]) -> None:
    result = only_result(f"is: {outcome}")
    assert {flag: result[flag] for flag in FLAGS} == {flag: flag in raised for flag in FLAGS}


@pytest.mark.parametrize(
    ("lines", "result_type"),
    [
        ("is: passed", "FINAL"),
        ("is: failed, attempt: true", "ATTEMPT"),
        ("is: failed, attempt: false", "FINAL"),
        ("is: passed, type: ALL", "ALL"),
        ("is: passed, type: null", None),
        ("is: passed, type: SURPRISE", "SURPRISE"),
    ],
)
def test_a_result_has_the_given_type(lines: str, result_type: str | None) -> None:
    assert only_result(lines)["resultType"] == result_type


def test_a_result_takes_300_ms_by_default() -> None:
    result = only_result("is: passed")
    assert result["responseTime"] == 300
    assert result["startedAt"] == "2026-01-15T09:00:04.700Z"


@pytest.mark.parametrize(
    ("results", "status", "ends_ms"),
    [
        ("{at: 5s, location: a, is: passed}", "PASSED", 5000),
        ("{at: 5s, location: a, is: degraded}, {at: 3s, location: b, is: passed}", "DEGRADED", 5000),
        ("{at: 5s, location: a, is: degraded}, {at: 9s, location: b, is: failed}", "FAILED", 9000),
        ("{at: 5s, location: a, is: errored}", "FAILED", 5000),
        ("{at: 5s, location: a, is: aborted}", "FAILED", 5000),
        ("{at: 5s, location: a, is: failed}, {at: 6s, location: b, is: cancelled}", "CANCELLED", 6000),
        (
            "{at: 5s, location: a, is: failed, attempt: true}, {at: 6s, location: a, is: passed}",
            "PASSED",
            6000,
        ),
        ("{at: 5s, location: a, is: failed, attempt: true}", "FAILED", 5000),
        ("{at: 5s, location: a, is: passed, flags: {isDegraded: true}}", "DEGRADED", 5000),
    ],
)
def test_a_session_without_statuses_ends_with_the_status_of_its_worst_result(
    results: str, status: str, ends_ms: int
) -> None:
    played = scenario(f"results: [{results}]")
    assert document_at(played, 1, "v2")["status"] == "STARTED"
    end = document_at(played, 60, "v2")
    assert (end["status"], end["timeElapsed"]) == (status, ends_ms)


def test_overrides_replace_add_and_remove_fields() -> None:
    lines = (
        "document: {status: 17, results: [null, {}], stoppedAt: __absent__, aNewField: {deep: [1.5, yes]}, "
        "startedAt: 2026-13-45, name: '404'}"
    )
    document = document_at(scenario(lines), 1)
    assert document["status"] == 17
    assert document["results"] == [None, {}]
    assert "stoppedAt" not in document
    assert document["aNewField"] == {"deep": [1.5, True]}
    assert document["startedAt"] == "2026-13-45"
    assert document["name"] == "404"
    assert document["checkSessionId"] == ID


def test_a_session_is_not_found_until_it_is_readable() -> None:
    clock = HandClock()
    with Simulator(scenario("readable: 8s"), clock=clock, speed=1) as simulator:
        early = [
            retrieve(simulator),
            cancel(simulator),
            ask(simulator, f"/v2/check-sessions/{ID}/completion?maxWaitSeconds=30"),
        ]
        clock.now_s += 8
        assert [reply.status for reply in early] == [404, 404, 404]
        assert retrieve(simulator).json["timeElapsed"] == 8000


def test_the_start_of_a_scenario_can_be_set() -> None:
    document = document_at(scenario("", "started: 2030-06-01T12:00:00+02:00"), 61)
    assert (document["startedAt"], document["stoppedAt"]) == (
        "2030-06-01T10:00:00.000Z",
        "2030-06-01T10:01:00.000Z",
    )


def test_missing_ids_are_derived_from_the_scenario_name_and_the_position() -> None:
    text = (
        "description: d\nsessions:\n"
        + 2 * "  - {check: {name: A}, locations: [], statuses: [{at: 0s, is: A}]}\n"
    )
    first, again, renamed = (parse(text, name=name).session_ids for name in ("one", "one", "two"))
    assert first == again
    assert len({*first, *renamed}) == 4
    assert all(re.fullmatch(UUID, each) for each in first)


def test_results_keep_their_ids_over_time() -> None:
    played = scenario(
        "results: [{at: 9s, location: a, is: passed}, {at: 2s, location: b, is: passed}]\n"
        "statuses: [{at: 0s, is: STARTED}]"
    )
    early, late = document_at(played, 2)["results"], document_at(played, 9)["results"]
    assert [result["runLocation"] for result in late] == ["b", "a"]
    assert early == late[:1]
    assert late[0]["checkResultId"] != late[1]["checkResultId"]


moments = st.integers(0, 100)
timelines = st.lists(moments, max_size=6)


def timeline_scenario(results: list[int], ends: int) -> Scenario:
    listed = ", ".join(f"{{at: {at}s, location: loc-{n}, is: passed}}" for n, at in enumerate(results))
    return scenario(f"results: [{listed}]\nstatuses: [{{at: 0s, is: STARTED}}, {{at: {ends}s, is: PASSED}}]")


@given(results=timelines, ends=moments, looks=st.lists(moments, min_size=1, max_size=4).map(sorted))
@settings(max_examples=40, deadline=None)
def test_a_response_contains_exactly_the_results_so_far(
    results: list[int], ends: int, looks: list[int]
) -> None:
    clock = HandClock(0)
    with Simulator(timeline_scenario(results, ends), clock=clock, speed=1) as simulator:
        retrieve(simulator)
        for look in looks:
            clock.now_s = look
            document = retrieve(simulator).json
            shown = {result["runLocation"] for result in document["results"]}
            assert shown == {f"loc-{n}" for n, at in enumerate(results) if at <= look}
            assert document["status"] == ("PASSED" if ends <= look else "STARTED")


@given(results=timelines, ends=moments, cancelled=moments, look=moments)
@settings(max_examples=40, deadline=None)
def test_a_cancelled_session_keeps_its_results_and_gets_no_more(
    results: list[int], ends: int, cancelled: int, look: int
) -> None:
    clock = HandClock(0)
    with Simulator(timeline_scenario(results, ends), clock=clock, speed=1) as simulator:
        retrieve(simulator)
        clock.now_s = cancelled
        before = retrieve(simulator, "v2").json
        assert cancel(simulator).status == 204
        clock.now_s = cancelled + look
        after = retrieve(simulator, "v2").json
    if ends <= cancelled:  # the session had already ended, so nothing changes
        assert after["status"] == "PASSED"
        assert after["stoppedAt"] == before["stoppedAt"]
    else:
        assert after["status"] == "CANCELLED"
        assert after["timeElapsed"] == cancelled * 1000
        assert after["results"] == before["results"]
