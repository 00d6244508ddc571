"""Why a result is not green: which details are requested, which are read, and which are never copied."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.checkly.failure_reasons import read_detail
from gate.checkly.http import Response
from gate.checkly.results import detail_ref
from gate.domain.detail import Detail
from gate.domain.errors import InvalidResponse, NoSuchSession, RequestFailed
from gate.domain.session import Session
from gate.evaluation.judged import JudgedSession
from gate.evaluation.verdict import judge
from gate.explain import results_to_explain
from gate.policy.effective import Policy
from gate.text.clean import clean
from tests.exhaustive import examples
from tests.samples import CHECK_ID, attempt, finished, result, run_of, session

RESULT_ID = "0c4b1b3e-5bd5-4ba5-a7a1-0f0a2bb41f11"
SECRET = "s3cret-of-the-shop"


def _reply(**fields: object) -> Response:
    return Response(200, {}, json.dumps({"id": RESULT_ID, **fields}).encode())


def _read(**fields: object) -> Detail:
    return read_detail(_reply(**fields), RESULT_ID)


def _assertion(source: str, **more: object) -> dict[str, object]:
    return {"source": source, "comparison": "EQUALS", "target": "200", "actual": 503, "error": "x", **more}


REASONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no connection": (
        {"apiCheckResult": {"requestError": "getaddrinfo ENOTFOUND shop.example", "response": {"status": 0}}},
        ["getaddrinfo ENOTFOUND shop.example"],
    ),
    "a failed assertion among passed ones": (
        {
            "apiCheckResult": {
                "assertions": [
                    _assertion("STATUS_CODE"),
                    _assertion("RESPONSE_TIME", error=None),
                    _assertion("RESPONSE_TIME", error=""),
                ],
                "response": {"status": 503},
            }
        },
        ["STATUS_CODE EQUALS 200, received 503"],
    ),
    "an error status without an assertion": (
        {"apiCheckResult": {"assertions": [], "response": {"status": 503, "statusText": "503 Try Later"}}},
        ["answered 503 Try Later"],
    ),
    "a good status is not a reason": ({"apiCheckResult": {"response": {"status": 200}}}, []),
    "the first error of a browser check, without colours and call log": (
        {
            "browserCheckResult": {
                "errors": ["\x1b[31mError\x1b[0m: no button\nCall log:\n - waiting", "late"]
            }
        },
        ["Error: no button (and 1 more error)"],
    ),
    "colours before a stack": (
        {"browserCheckResult": {"errors": ["Error: no \x1b[1mbutton\n\x1b[2m    at go (a.ts:3:1)\x1b[22m"]}},
        ["Error: no button"],
    ),
    "a stack with a line that names no file": (
        {
            "browserCheckResult": {
                "errors": ["Error: no\r\n    at new Promise (<anonymous>)\r\n    at b.ts:1:2"]
            }
        },
        ["Error: no"],
    ),
    "the fields of a failed expectation, each on a line": (
        {
            "playwrightCheckResult": {
                "errors": ["Failed\n\nLocator: #a\nExpected: visible\nat once. \nTimeout: 5s"]
            }
        },
        ["Failed; Locator: #a; Expected: visible at once. Timeout: 5s"],
    ),
    "an excerpt of the source": (
        {
            "playwrightCheckResult": {
                "errors": [
                    "Error: not there\n\nExpected: 1\n\n\x1b[90m  10 |\x1b[39m b;\n> 11 | a\n     | \x1b[31m^"
                ]
            }
        },
        ["Error: not there; Expected: 1"],
    ),
    "an excerpt of the source that begins with the failing line": (
        {"playwrightCheckResult": {"errors": ["Error: not there\n>  1 | expect(a)\n     |   ^"]}},
        ["Error: not there"],
    ),
    "an excerpt that contains only the marker": (
        {"playwrightCheckResult": {"errors": ["Error: not there\n    |   ^"]}},
        ["Error: not there"],
    ),
    "a message that resembles a stack and an excerpt": (
        {"browserCheckResult": {"errors": ["Expected\nat least 3 items\n3 of 10 | were there"]}},
        ["Expected at least 3 items 3 of 10 | were there"],
    ),
    "only a call log": (
        {"browserCheckResult": {"errors": ["\x1b[2mCall log:\x1b[22m\n  - waiting for '#go'", "late"]}},
        ["Call log: - waiting for '#go' (and 1 more error)"],
    ),
    "a long error is cut before the number of further errors": (
        {"browserCheckResult": {"errors": ["x" * 400, "late"]}},
        ["x" * 280 + "… (and 1 more error)"],
    ),
    "an error with a stack": (
        {"multiStepCheckResult": {"errors": [{"message": "Error: no 201\n    at step.ts:3:1"}, "b", "c"]}},
        ["Error: no 201 (and 2 more errors)"],
    ),
    "an error that consists only of colour codes": (
        {"playwrightCheckResult": {"errors": ["\x1b[31m\x1b[39m", "no picture"]}},
        ["no picture (and 1 more error)"],
    ),
    "a suite": ({"playwrightCheckResult": {"errors": [{"message": "2 failed"}]}}, ["2 failed"]),
    "an agent": (
        {
            "agenticCheckResult": {
                "summary": "It did not work.",
                "errors": [{"error": {"message": "goal missed"}}],
                "assertions": [
                    {"condition": "a receipt is shown", "passed": False, "actual": "a blank page"},
                    {"condition": "the title fits", "passed": True, "actual": "it does"},
                ],
            }
        },
        ["a receipt is shown: a blank page", "goal missed", "It did not work."],
    ),
    "a route": (
        {"tracerouteCheckResult": {"assertions": [_assertion("HOP_COUNT", target=20, actual=30)]}},
        ["HOP_COUNT EQUALS 20, received 30"],
    ),
    "gRPC": (
        {"grpcCheckResult": {"response": {"grpcStatusMessage": "no healthy upstream"}}},
        ["gRPC status: no healthy upstream"],
    ),
    "a certificate": (
        {"sslCheckResult": {"failureCategory": "EXPIRED", "daysUntilExpiry": -3}},
        ["certificate: EXPIRED, expired 3 days ago"],
    ),
    "a certificate that is about to expire": (
        {"sslCheckResult": {"failureCategory": "EXPIRING", "daysUntilExpiry": 1}},
        ["certificate: EXPIRING, expires in 1 day"],
    ),
    "a certificate without an expiry date": (
        {"sslCheckResult": {"failureCategory": "UNREACHABLE", "daysUntilExpiry": None}},
        ["certificate: UNREACHABLE"],
    ),
    "a degraded certificate": (
        {"isDegraded": True, "responseTime": 80, "sslCheckResult": {"daysUntilExpiry": 6}},
        ["certificate: expires in 6 days, answered in 80 ms"],
    ),
    "a certificate whose assertion failed": (
        {"sslCheckResult": {"daysUntilExpiry": 90, "assertions": [_assertion("RESPONSE_TIME")]}},
        ["RESPONSE_TIME EQUALS 200, received 503", "certificate: expires in 90 days"],
    ),
    "degraded with an error": (
        {"isDegraded": True, "responseTime": 80, "browserCheckResult": {"errors": ["no picture"]}},
        ["no picture"],
    ),
    "far too slow, with an error": (
        {"overMaxResponseTime": True, "browserCheckResult": {"errors": ["no picture"]}},
        ["no picture", "was over the check's maximum response time"],
    ),
    "far too slow": (
        {"overMaxResponseTime": True, "isDegraded": True, "responseTime": 31000.4},
        ["took 31000 ms, over the check's maximum response time"],
    ),
    "slow": ({"isDegraded": True, "responseTime": None}, ["was over the check's degraded response time"]),
    "a check without known details": ({"hasFailures": True}, ["Checkly gives no reason"]),
    "no details": ({"apiCheckResult": None, "hasErrors": True}, ["Checkly gives no reason"]),
    "cancelled": ({"isCancelled": True}, []),
    "an error response": (
        {"apiCheckResult": {"response": {"status": 404, "statusText": "Not Found"}}},
        ["answered 404 Not Found"],
    ),
    "more reasons than the gate shows": (
        {
            "apiCheckResult": {
                "assertions": [_assertion("STATUS_CODE", actual=number) for number in range(500, 509)]
            }
        },
        [f"STATUS_CODE EQUALS 200, received {number}" for number in range(500, 505)],
    ),
    "every field has the wrong type": (
        {
            "apiCheckResult": [1],
            "browserCheckResult": {"errors": "boom", "playwrightTestTraces": {}},
            "multiStepCheckResult": {"errors": [None, 7, {}, {"error": "x"}, ""]},
            "agenticCheckResult": {"assertions": [3, {"condition": 4, "error": 5}]},
            "responseTime": "soon",
        },
        [],
    ),
}


@pytest.mark.parametrize(("fields", "reasons"), REASONS.values(), ids=REASONS.keys())
def test_the_reasons_are_read_from_the_details(fields: dict[str, Any], reasons: list[str]) -> None:
    assert list(_read(**fields).reasons) == reasons


@pytest.mark.parametrize(
    "fields",
    [
        {"apiCheckResult": {"assertions": [_assertion(source, property="x", target=SECRET, actual=SECRET)]}}
        for source in (
            "JSON_BODY",
            "TEXT_BODY",
            "HEADERS",
            "RESPONSE_DATA",
            "GRPC_METADATA",
            "NEW_SOURCE",
            "",
        )
    ]
    + [
        {"apiCheckResult": {"assertions": [_assertion("HEADERS", error=f"expected {SECRET}")]}},
        {"apiCheckResult": {"response": {"status": 500, "body": SECRET, "headers": {"x": SECRET}}}},
        {"apiCheckResult": {"request": {"url": SECRET, "data": SECRET, "headers": {"a": SECRET}}}},
        {"apiCheckResult": {"requestError": f"GET https://me:{SECRET}@shop.example/ failed"}},
        {"apiCheckResult": {"requestError": f"GET https://shop.example/a?token={SECRET}#x failed"}},
        {"apiCheckResult": {"requestError": "no", "jobLog": [{"msg": SECRET}]}},
        {"browserCheckResult": {"errors": [f"goto https://shop.example/#id_token={SECRET}"]}},
        {"grpcCheckResult": {"response": {"responseMessage": SECRET, "metadata": [{"a": SECRET}]}}},
        {"browserCheckResult": {"playwrightTestVideos": [f"https://a.example/v.webm?sig={SECRET}"]}},
        {"playwrightCheckResult": {"playwrightTraceFiles": [{"url": f"https://a.example/t.zip?s={SECRET}"}]}},
    ],
)
def test_contents_of_requests_and_responses_are_not_copied(fields: dict[str, Any]) -> None:
    detail = _read(**fields)
    assert SECRET not in " ".join((*detail.reasons, *detail.recordings))


def test_only_the_parts_of_a_link_that_can_contain_secrets_are_hidden() -> None:
    errors = ["Is it up? GET https://shop.example/a?b=c#d failed, see https://shop.example/#help"]
    (reason,) = _read(browserCheckResult={"errors": errors}).reasons
    assert reason == "Is it up? GET https://shop.example/a?… failed, see https://shop.example/#help"


def test_the_long_name_of_a_recording_is_truncated() -> None:
    (name,) = _read(browserCheckResult={"playwrightTestVideos": ["x" * 400]}).recordings
    assert name == "x" * 79 + "…"


def test_traces_and_videos_are_listed_by_name() -> None:
    recordings = _read(
        browserCheckResult={
            "playwrightTestTraces": ["https://a.example/x/trace.zip?sig=1", "", 7],
            "playwrightTestVideos": ["video.webm"],
        },
        playwrightCheckResult={
            "playwrightTraceFiles": [{"name": "basket.zip", "url": "https://a.example/1"}]
        },
    ).recordings
    assert recordings == ("trace.zip", "video.webm", "basket.zip")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "requestError",
                    "assertions",
                    "source",
                    "error",
                    "errors",
                    "message",
                    "response",
                    "status",
                    "name",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.exhaustive
@examples(200)
@given(
    st.dictionaries(
        st.sampled_from(
            ["apiCheckResult", "browserCheckResult", "agenticCheckResult", "responseTime", "isDegraded"]
        ),
        json_values,
    )
)
def test_any_document_yields_at_most_five_clean_reasons(fields: dict[str, Any]) -> None:
    detail = _read(**fields)
    for text in (*detail.reasons, *detail.recordings):
        assert text
        assert text == clean(text, 300)
    assert len(detail.reasons) <= 5
    assert len(detail.recordings) <= 5


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Response(404, {}, b"{}"), NoSuchSession),
        (Response(502, {}, b"<html>"), RequestFailed),
        (Response(200, {}, b"<html>"), InvalidResponse),
        (Response(200, {}, b"{}"), InvalidResponse),
        (_reply(id="another"), InvalidResponse),
        (Response(200, {}, json.dumps({"id": None}).encode()), InvalidResponse),
    ],
)
def test_a_response_that_is_not_the_result_causes_an_error(reply: Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_detail(reply, RESULT_ID)


def _judged(of: Session, policy: Policy | None = None) -> tuple[JudgedSession, ...]:
    return judge([finished(of)], lambda _: policy or Policy()).sessions


def test_details_of_final_results_at_the_worst_locations_are_requested_first() -> None:
    of = session(
        "FAILED",
        result("green"),
        attempt("flaky"),
        result("flaky", after_s=9),
        attempt("red", after_s=1),
        attempt("red", after_s=2),
        result("red", "failed", after_s=9),
        result("slow", "degraded"),
    )
    names = {
        each.id: f"{each.location} {each.kind.value} {each.stopped_at:%S}" for each in run_of(of).results
    }
    assert [names[asked.result_id] for asked in results_to_explain(_judged(of))] == [
        "red FINAL 09",
        "slow FINAL 05",
        "flaky ATTEMPT 02",
        "red ATTEMPT 02",
        "red ATTEMPT 01",
    ]


def test_no_details_are_requested_for_green_or_skipped_locations() -> None:
    of = session("FAILED", result("green"), result("known", "failed"))
    assert not [*results_to_explain(_judged(of, Policy(skipped={"known": "INC-4711"})))]


@pytest.mark.parametrize("odd", ["../../accounts", "", "0c4b1b3e", f"{RESULT_ID}/x"])
def test_only_a_uuid_becomes_part_of_a_path(odd: str) -> None:
    red = result("a", "failed")
    assert not [*results_to_explain(_judged(session("FAILED", replace(red, id=odd))))]
    assert not [*results_to_explain(_judged(session("FAILED", red, check_id=odd)))]
    ref = detail_ref(session("FAILED", red), CHECK_ID, RESULT_ID)
    assert ref is not None
    assert ref.request.path == f"/v1/check-results/{CHECK_ID}/{RESULT_ID}"
