"""The events of the wait."""

from __future__ import annotations

from typing import NamedTuple

from gate.domain.errors import RequestFailed
from gate.domain.session import Session


class Fetched(NamedTuple):
    """A session was read."""

    session: Session


class Paused:
    """A long poll, or a part of a pause, is over."""


class TroubleBegan(NamedTuple):
    """The first of consecutive failures. The gate retries."""

    error: RequestFailed


class TroubleEnded(NamedTuple):
    """All sessions can be read again after failures."""

    failures: int


class Noticed(NamedTuple):
    """A notice that is shown once."""

    text: str


Event = Fetched | Paused | TroubleBegan | TroubleEnded | Noticed
