"""Simultaneous responses share limited memory. One response of the largest allowed size always fits."""

from __future__ import annotations

import pytest

from gate.checkly.body import LARGEST_RESPONSE_BYTES, Body, NoRoom, Room, TooLarge

MIB = 1024 * 1024


def _arrived(room: Room, mib: int) -> Body:
    body = Body(room)
    for _ in range(mib):
        body.add(b"x" * MIB)
    return body


def test_a_body_returns_the_received_bytes() -> None:
    body = Body(Room())
    body.add(b"ab")
    body.add(b"c")
    assert body.whole() == b"abc"
    assert Body(Room()).whole() == b""


def test_a_body_that_runs_out_of_room_releases_its_memory() -> None:
    room = Room()
    first, second = _arrived(room, 6), _arrived(room, 6)
    with pytest.raises(NoRoom):
        second.add(b"x")
    for _ in range(4):
        first.add(b"x" * MIB)
    assert len(first.whole()) == LARGEST_RESPONSE_BYTES


def test_a_body_that_is_too_large_releases_its_memory() -> None:
    room = Room()
    with pytest.raises(TooLarge):
        _arrived(room, 11)
    assert len(_arrived(room, 10).whole()) == LARGEST_RESPONSE_BYTES


def test_a_discarded_body_accepts_no_more_bytes() -> None:
    body = _arrived(Room(), 1)
    body.forget()
    with pytest.raises(TimeoutError):
        body.add(b"x")
