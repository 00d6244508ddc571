"""Error groups: when an error was first seen, and the analysis of its cause."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.checkly.error_groups import ErrorGroup, ErrorGroupRef, read_error_group
from gate.checkly.http import Response
from gate.domain.errors import InvalidResponse
from gate.domain.session import SessionKind
from gate.text.clean import clean

GROUP_ID = "7d3e9c10-52aa-4e0f-8f43-6a1d0c9be222"
STARTED = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def _read(kind: SessionKind = SessionKind.CHECK, **fields: object) -> ErrorGroup:
    body = json.dumps({"id": GROUP_ID.upper(), **fields}).encode()
    return read_error_group(Response(200, {}, body), ErrorGroupRef(kind, GROUP_ID))


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (SessionKind.CHECK, f"/v1/error-groups/{GROUP_ID}"),
        (SessionKind.TEST, f"/v1/test-session-error-groups/{GROUP_ID}"),
    ],
)
def test_the_path_of_an_error_group_depends_on_the_kind_of_session(kind: SessionKind, path: str) -> None:
    request = ErrorGroupRef(kind, GROUP_ID).request
    assert (request.method, request.path) == ("GET", path)


AGES: dict[str, tuple[Any, str]] = {
    "at the start": ("2026-01-15T09:00:00.000Z", "new error, first seen on 2026-01-15"),
    "after the start": ("2026-01-15T09:00:07.000Z", "new error, first seen on 2026-01-15"),
    "just before the start": ("2026-01-15T08:59:59.999Z", "known error since 2026-01-15"),
    "in another time zone": ("2026-01-15T09:30:00+01:00", "known error since 2026-01-15"),
    "days before": ("2025-12-03T17:20:00.000Z", "known error since 2025-12-03"),
    "the day before": ("2026-01-14", "known error since 2026-01-14"),
    "the day of the session": ("2026-01-15", "error first seen on 2026-01-15, the day of this session"),
    "the day after": ("2026-01-16", "new error, first seen on 2026-01-16"),
    "no date": (None, ""),
    "not a date": ("soon", ""),
    "a number": (1768467600, ""),
}


@pytest.mark.parametrize(("first_seen", "age"), AGES.values(), ids=AGES.keys())
def test_an_error_is_new_if_it_was_first_seen_in_the_session(first_seen: object, age: str) -> None:
    assert _read(firstSeen=first_seen).age(STARTED) == age


def test_an_error_is_not_called_new_or_known_if_the_session_has_no_start_time() -> None:
    assert _read(firstSeen="2025-12-03").age(None) == "error first seen on 2025-12-03"


def test_only_the_cleaned_message_is_read_and_credentials_in_it_are_hidden() -> None:
    message = "\x1b[31mGET\nhttps://user:s3cret@shop.example/?token=s3cret\x1b[0m failed"
    group = _read(cleanedErrorMessage=message, rawErrorMessage="s3cret")
    assert group.message == "GET https://***@shop.example/?… failed"
    assert "s3cret" not in repr(group)


def _analysis(text: object, created_at: object = None, **more: object) -> dict[str, object]:
    return {"created_at": created_at, "analysis": {"rootCause": text, **more}}


ANALYSES: dict[str, tuple[object, str]] = {
    "none": ([], ""),
    "not a list": ("x", ""),
    "without a root cause": ([{"analysis": None}, _analysis(""), _analysis(7)], ""),
    "the newest of several": (
        [
            _analysis("old", "2026-01-02T00:00:00Z"),
            _analysis("new", "2026-01-03T00:00:00Z"),
            _analysis("undated"),
        ],
        "new",
    ),
    "without links": (
        [_analysis("see [this](https://a.example/x) and http://b.example")],
        "see [this]((link) and (link)",
    ),
    "without code, evidence or links": (
        [_analysis("a", codeFix="s3cret", referenceLinks=["s3cret"], evidence=["s3cret"])],
        "a",
    ),
    "one line": ([_analysis("a\n\x1b[31mb\u202e")], "a b"),
}


@pytest.mark.parametrize(("analyses", "told"), ANALYSES.values(), ids=ANALYSES.keys())
def test_an_analysis_is_one_line_and_is_marked_as_not_verified(analyses: object, told: str) -> None:
    read = _read(rootCauseAnalyses=analyses).analysis
    assert read == (f"AI analysis by Checkly, not verified: {told}" if told else "")


texts = st.text() | st.sampled_from(
    ["a" * 500, "x " * 500, "u://a " * 200, "\x1b[31m", "https://a:b@c.example/?d=e"]
)


@given(texts, texts, st.none() | texts)
def test_all_text_of_an_error_group_is_clean_and_has_no_line_breaks(
    message: str, cause: str, first_seen: str
) -> None:
    group = _read(cleanedErrorMessage=message, rootCauseAnalyses=[_analysis(cause)], firstSeen=first_seen)
    assert group.message == clean(group.message, 120)
    assert group.analysis == clean(group.analysis, 300)
    assert "://" not in group.analysis
    assert group.age(STARTED) == clean(group.age(STARTED))


@pytest.mark.parametrize("body", [b"[]", b"<html>", b"{}", b'{"id": "another"}'])
def test_a_response_that_is_not_the_error_group_causes_an_error(body: bytes) -> None:
    with pytest.raises(InvalidResponse):
        read_error_group(Response(200, {}, body), ErrorGroupRef(SessionKind.CHECK, GROUP_ID))
