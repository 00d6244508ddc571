"""Private locations without an agent are found, and secrets in the same response are never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gate.checkly.http import Response
from gate.checkly.private_locations import IdleLocation, read_idle_locations
from gate.domain.errors import RequestFailed

SECRET = "pl_s3cret"
BERLIN = {
    "id": "0f1b6a52-7c0e-4b52-9a3c-0b54f1d7a111",
    "name": "Berlin",
    "slugName": "datacenter-berlin",
    "agentCount": 0,
    "lastSeen": "2026-01-13",
    "keys": [{"id": "1", "name": SECRET, "rawKey": SECRET, "maskedKey": SECRET}],
    "proxyUrl": f"http://agent:{SECRET}@proxy.example:3128",
    "minAgentVersion": SECRET,
}
IDLE = "no agent is running at this private location"


def _read(*items: object) -> tuple[IdleLocation, ...]:
    return read_idle_locations(Response(200, {}, json.dumps(items).encode()))


def test_an_idle_location_is_read_with_its_slug_id_and_name() -> None:
    (berlin,) = _read(BERLIN)
    assert berlin.names == ("datacenter-berlin", "0f1b6a52-7c0e-4b52-9a3c-0b54f1d7a111", "Berlin")
    assert berlin.reason == f"{IDLE} (last seen 2026-01-13)"


@pytest.mark.parametrize("count", [1, 0.5, None, "0", False, [], -1])
def test_a_location_is_idle_only_if_its_agent_count_is_zero(count: object) -> None:
    assert _read(BERLIN | {"agentCount": count}) == ()


@pytest.mark.parametrize(
    ("last_seen", "told"),
    [
        ("2026-01-13T21:07:44.000Z", f"{IDLE} (last seen 2026-01-13 21:07 UTC)"),
        (None, IDLE),
        ("soon", IDLE),
        (SECRET, IDLE),
    ],
)
def test_the_reason_contains_the_time_when_an_agent_was_last_seen(last_seen: object, told: str) -> None:
    (berlin,) = _read(BERLIN | {"lastSeen": last_seen})
    assert berlin.reason == told


def test_fields_with_secrets_are_not_read() -> None:
    assert SECRET not in repr(_read(BERLIN, SECRET, [BERLIN], {"agentCount": 0, "keys": [SECRET]}))


WHOLE = json.dumps([BERLIN]).encode()
REPLIES = {
    "truncated": Response(200, {}, WHOLE[:-1]),
    "an object": Response(200, {}, WHOLE[1:-1]),
    "a string": Response(200, {}, json.dumps(SECRET).encode()),
    "not UTF-8": Response(200, {}, WHOLE + b"\xff"),
    "a duplicate key": Response(200, {}, WHOLE[:-2] + b', "id": 1}]'),
    "a refusal that quotes the secret": Response(403, {}, json.dumps({"message": SECRET}).encode()),
    "a server error that quotes the secret": Response(502, {"cf-ray": SECRET}, WHOLE),
    "a redirect": Response(302, {"location": f"https://{SECRET}/"}, b""),
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_no_error_contains_a_secret_from_the_response(reply: Response) -> None:
    with pytest.raises(RequestFailed) as caught:
        read_idle_locations(reply)
    for error in _chain(caught.value):
        held = [str(error), repr(error), error.args, vars(error), getattr(error, "doc", "")]
        assert SECRET not in str(held)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and all its causes."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
