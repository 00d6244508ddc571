"""If Checkly announces the end of a part of its API, the gate reports one notice about that part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from gate.checkly.http import Request, Response
from gate.checkly.retirement import Watched, announcement
from gate.domain.errors import Unreachable


@pytest.mark.parametrize(
    ("headers", "announced"),
    [
        ({}, ""),
        ({"sunset": "Sun, 31 Jan 2027 23:59:59 GMT"}, "will be switched off on 2027-01-31"),
        ({"sunset": "soon"}, "will be switched off"),
        (
            {"sunset": "Sun, 31 Jan 2027 23:59:59 GMT", "deprecation": "@1782864000"},
            "will be switched off on 2027-01-31",
        ),
        ({"deprecation": "@1782864000"}, "is deprecated as of 2026-07-01"),
        ({"deprecation": "Wed, 01 Jul 2026 00:00:00 GMT"}, "is deprecated as of 2026-07-01"),
        ({"deprecation": "true"}, ""),
        ({"deprecation": "@999999999999"}, ""),
        ({"deprecation": "1"}, ""),
    ],
)
def test_sunset_and_deprecation_headers_are_read(headers: Mapping[str, str], announced: str) -> None:
    assert announcement(headers) == announced


@dataclass
class _Api:
    """A transport that returns headers; the first request of a batch gets no response."""

    headers: dict[str, str] = field(default_factory=dict)

    def send(self, request: Request, *, within_s: float) -> Response:  # noqa: ARG002
        return Response(200, self.headers, b"{}")

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        return [Unreachable("no answer"), *(self.send(each, within_s=within_s) for each in requests[1:])]


def test_each_part_of_the_api_is_reported_once_without_ids_or_queries() -> None:
    watched = Watched(_Api({"deprecation": "@1782864000"}))
    watched.send(Request("POST", "/v2/check-sessions/trigger"), within_s=1)
    paths = (
        "/v1/check-sessions/1",
        "/v1/check-sessions/2",
        "/v1/check-sessions/3",
        "/v1/test-sessions?limit=1",
    )
    assert len(watched.send_each([Request("GET", path) for path in paths], within_s=1)) == 4
    assert list(watched.notices) == [
        f"Checkly announces that {part} is deprecated as of 2026-07-01; update checkly-gate"
        for part in ("/v2/check-sessions", "/v1/check-sessions", "/v1/test-sessions")
    ]
