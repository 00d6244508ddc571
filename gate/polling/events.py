"""The events of the wait."""

from __future__ import annotations

from dataclasses import dataclass

from gate.domain.errors import RequestFailed
from gate.domain.session import Session


@dataclass(frozen=True, slots=True)
class Fetched:
    """A session was read."""

    session: Session


@dataclass(frozen=True, slots=True)
class Paused:
    """A part of a pause has passed without a response."""


@dataclass(frozen=True, slots=True)
class TroubleBegan:
    """The first of consecutive failures. The gate retries."""

    error: RequestFailed


@dataclass(frozen=True, slots=True)
class TroubleEnded:
    """Every session can be read again."""

    failures: int


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice that is shown once."""

    text: str


Event = Fetched | Paused | TroubleBegan | TroubleEnded | Noticed
