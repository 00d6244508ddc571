"""Even the reports on the largest allowed response are small enough to be written and read."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gate.checkly.check_sessions import CHECK_SESSIONS
from gate.checkly.http import Response
from gate.domain.errors import InvalidResponse
from gate.report import annotation, record
from gate.report.junit import xml
from gate.report.log import closing
from gate.report.summary import summary
from tests.report.reports import report_on
from tests.samples import CHECK_ID, SESSION_ID

GITLABS_LIMIT = 30_000_000  # for one JUnit report, in bytes
MOST_LOCATIONS, MOST_RESULTS = 1_000, 5_000


def _named(number: int) -> str:
    return f"{number} ".ljust(200, "<")


def _result(location: str, kind: str) -> dict[str, Any]:
    flags = {"hasErrors": False, "hasFailures": True, "isDegraded": False, "aborted": False}
    return {"runLocation": location, "resultType": kind, **flags}


def _answer(locations: list[str], results: list[dict[str, Any]]) -> Response:
    check = {"checkId": CHECK_ID, "checkType": "API", "name": "<" * 200}
    document = {"checkSessionId": SESSION_ID, "status": "FAILED", **check}
    return Response(200, {}, json.dumps(document | {"runLocations": locations, "results": results}).encode())


def _largest(results: Callable[[int], Iterator[dict[str, Any]]]) -> Response:
    own = MOST_LOCATIONS if results is _at_home else MOST_LOCATIONS // 2
    return _answer([_named(number) for number in range(own)], list(results(MOST_RESULTS)))


def _at_home(number: int) -> Iterator[dict[str, Any]]:
    yield from (_result(_named(each % MOST_LOCATIONS), "FINAL") for each in range(number))


def _elsewhere(number: int) -> Iterator[dict[str, Any]]:
    half = MOST_LOCATIONS // 2
    kinds = ("FINAL", "ATTEMPT")
    yield from (_result(_named(half + each % half), kinds[each // half % 2]) for each in range(number))


@pytest.mark.parametrize("results", [_at_home, _elsewhere], ids=["at run locations", "at other locations"])
def test_reports_on_the_largest_response_stay_below_the_limits_of_their_consumers(
    results: Callable[[int], Iterator[dict[str, Any]]],
) -> None:
    reply = _largest(results)
    report = report_on(CHECK_SESSIONS.read_session(reply, SESSION_ID, "v2"))
    assert len(report.sessions[0].rows) == MOST_LOCATIONS
    assert len(xml.render(report)) < GITLABS_LIMIT
    assert len(record.render(report)) < GITLABS_LIMIT
    assert len(summary.render(report).encode()) <= summary.LIMIT_BYTES
    assert all(len(each.message) < 4096 for each in annotation.render(report))
    for lines in (closing.verdict(report), *(table.lines for table in closing.tables(report))):
        assert all(len(line.text) < 8192 for line in lines)


@pytest.mark.parametrize("results", [_at_home, _elsewhere], ids=["at run locations", "at other locations"])
def test_the_largest_response_is_judged_faster_than_it_is_parsed(
    results: Callable[[int], Iterator[dict[str, Any]]],
) -> None:
    reply = _largest(results)
    reads_s, judges_s = [], []
    for _ in range(3):  # the best of three, because the machine may be busy
        began_s = time.process_time()
        session = CHECK_SESSIONS.read_session(reply, SESSION_ID, "v2")
        read_s = time.process_time()
        report_on(session)
        reads_s.append(read_s - began_s)
        judges_s.append(time.process_time() - read_s)
    assert min(judges_s) < min(reads_s)


@pytest.mark.parametrize(
    ("locations", "results"), [(MOST_LOCATIONS + 1, 0), (MOST_LOCATIONS, MOST_RESULTS + 1)]
)
def test_a_response_with_too_many_locations_or_results_is_invalid(locations: int, results: int) -> None:
    reply = _answer([_named(number) for number in range(locations)], list(_at_home(results)))
    with pytest.raises(InvalidResponse, match=f"{locations} locations and {results} results"):
        CHECK_SESSIONS.read_session(reply, SESSION_ID, "v2")


def test_a_reason_lists_the_first_of_many_locations_and_counts_the_others() -> None:
    places = [str(number) for number in range(32)]
    reply = _answer(places, [_result(place, "FINAL") for place in places])
    report = report_on(CHECK_SESSIONS.read_session(reply, SESSION_ID, "v2"))
    assert report.verdict.reason.text.endswith(", 28, 29 and 2 more")
    assert [place.location for place in report.sessions[0].decisions[0].places] == places
