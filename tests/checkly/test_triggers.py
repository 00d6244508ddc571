"""The trigger call for check sessions: what it sends, and how responses are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.checkly.http import Response
from gate.checkly.triggers import Started, not_started, read_started, trigger_request
from gate.domain import errors, trigger_errors
from gate.domain.errors import UsageError

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
CHECK = "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a"
LINK = f"https://app.checklyhq.com/check-sessions/{ID}"


@pytest.mark.parametrize(
    ("check_ids", "tags", "refresh_cache", "body"),
    [
        ((ID,), (), False, {"target": {"checkId": [ID]}}),
        ((), (("a", "!b"), ("c",)), False, {"target": {"matchTags": [["a", "!b"], ["c"]]}}),
        ((ID,), (("a",),), True, {"target": {"matchTags": [["a"]], "checkId": [ID]}, "refreshCache": True}),
    ],
)
def test_the_filters_become_the_body_of_the_request(
    check_ids: tuple[str, ...], tags: tuple[tuple[str, ...], ...], refresh_cache: bool, body: dict[str, Any]
) -> None:
    request = trigger_request(check_ids, tags, refresh_cache=refresh_cache)
    assert (request.method, request.path, request.json) == ("POST", "/v2/check-sessions/trigger", body)


def test_a_trigger_without_a_filter_is_refused() -> None:
    with pytest.raises(UsageError, match="every check"):
        trigger_request((), (), refresh_cache=True)


def _reply(*sessions: dict[str, Any], status: int = 201) -> Response:
    return Response(status, {}, json.dumps({"sessions": sessions}).encode())


def test_started_sessions_are_read() -> None:
    full = {
        "checkSessionId": ID.upper(),
        "checkId": CHECK.upper(),
        "checkSessionLink": LINK,
        "name": "Checkout\nAPI",
        "status": "STARTED",
    }
    assert read_started(_reply(full, {"checkSessionId": ID})) == (
        Started(ID, CHECK, "Checkout API", LINK),
        Started(ID, "", "", ""),
    )


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (_reply(), trigger_errors.NothingTriggered),
        (Response(404, {}, b'{"message": "No checks matched"}'), trigger_errors.NothingTriggered),
        (_reply({"checkSessionId": "../../x"}), errors.InvalidResponse),
        (_reply({"checkSessionId": ID}, {"checkSessionId": "../../x"}), errors.InvalidResponse),
        (_reply(*[{"checkSessionId": ID}] * 1_001), errors.InvalidResponse),
        (_reply({}), errors.InvalidResponse),
        (Response(201, {}, b"<html>"), errors.InvalidResponse),
        (_reply({"checkSessionId": ID}, status=200), errors.InvalidResponse),
        (Response(401, {}, b""), errors.CredentialsRejected),
        (Response(403, {}, b""), errors.Forbidden),
        (Response(402, {}, b""), errors.PaymentRequired),
        (Response(502, {}, b""), errors.Transient),
    ],
)
def test_any_response_except_a_valid_201_causes_an_error(
    reply: Response, kind: type[errors.RequestFailed]
) -> None:
    with pytest.raises(kind) as caught:
        read_started(reply)
    assert type(caught.value) is kind


def test_an_invalid_link_is_dropped() -> None:
    (started,) = read_started(
        _reply({"checkSessionId": ID, "checkSessionLink": "javascript:alert(1)\n::error::"})
    )
    assert started.link == ""


def test_up_to_a_thousand_sessions_are_read() -> None:
    assert len(read_started(_reply(*[{"checkSessionId": ID}] * 1_000))) == 1_000


def test_checks_without_a_started_session_are_found() -> None:
    other = "00000000-0000-0000-0000-000000000001"
    started = (Started(ID, CHECK, "", ""), Started(ID, "", "", ""))
    assert not_started((CHECK, other), started) == (other,)
    assert not_started((CHECK,), started) == not_started((), started) == ()
