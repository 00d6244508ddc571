"""The trigger call for test sessions: what it sends, and how responses are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gate.checkly.http import Response
from gate.checkly.suite_triggers import read_started_suite, suite_request
from gate.checkly.triggers import Started
from gate.domain import errors, trigger_errors

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
LINK = f"https://app.checklyhq.com/accounts/a/test-sessions/{ID}"
TARGET = {"matchTags": [["production"]]}
SECRET = {"key": "TOKEN", "value": "x=y", "secret": True}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"variables": (("TOKEN", "x=y"),)}, {"environmentVariables": [SECRET]}),
        ({"metadata": {"commitId": "4f2a1c9"}}, {"metadata": {"commitId": "4f2a1c9"}}),
        ({"refresh_cache": True}, {"refreshCache": True}),
    ],
    ids=["nothing more", "variables", "metadata", "refresh-cache"],
)
def test_the_request_contains_only_the_given_options(given: dict[str, Any], sent: dict[str, Any]) -> None:
    request = suite_request("eu-west-1", TARGET, name="Deploy", **given)
    assert (request.method, request.path) == ("POST", "/v1/test-sessions/trigger")
    assert request.json == {"name": "Deploy", "runLocation": "eu-west-1", "target": TARGET} | sent


def _reply(fields: Mapping[str, object], status: int = 201) -> Response:
    return Response(status, {}, json.dumps(fields).encode())


def test_the_started_session_is_read() -> None:
    full = {"testSessionId": ID.upper(), "testSessionLink": LINK, "name": "Deploy\n4f2a1c9"}
    assert read_started_suite(_reply(full)) == (Started(ID, "", "Deploy 4f2a1c9", LINK),)
    assert read_started_suite(_reply({"testSessionId": ID})) == (Started(ID, "", "", ""),)


NOTHING = {"errorCode": "ERR_NO_MATCHING_CHECKS", "message": "No matching checks were found"}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (_reply(NOTHING, 403), trigger_errors.NothingTriggered),
        (_reply(NOTHING, 404), trigger_errors.NothingTriggered),
        (_reply({"errorCode": "ERR_NO_ACCESS"}, 403), errors.Forbidden),
        (_reply({"errorCode": 403}, 403), errors.Forbidden),
        (Response(403, {}, b"<html>"), errors.Forbidden),
        (_reply(NOTHING, 402), errors.PaymentRequired),
        (_reply({"testSessionId": "../../x"}), errors.InvalidResponse),
        (_reply({}), errors.InvalidResponse),
        (_reply({"testSessionId": ID}, 200), errors.InvalidResponse),
        (Response(201, {}, b"<html>"), errors.InvalidResponse),
        (_reply({}, 502), errors.Transient),
    ],
)
def test_any_response_except_a_valid_201_causes_an_error(
    reply: Response, kind: type[errors.RequestFailed]
) -> None:
    with pytest.raises(kind) as caught:
        read_started_suite(reply)
    assert type(caught.value) is kind


def test_a_trigger_that_matches_no_check_causes_an_error_with_advice() -> None:
    with pytest.raises(trigger_errors.NothingTriggered, match="No matching checks were found") as caught:
        read_started_suite(_reply(NOTHING, 403))
    assert "Check trigger-check-id, trigger-tags and account-id" in caught.value.sentence
