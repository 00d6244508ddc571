"""Trouble that an API can be in: which requests it strikes, and what becomes of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from gate.simulator.answers import Answer


class Operation(StrEnum):
    """The calls of the API that the simulator answers."""

    RETRIEVE = "retrieve"
    COMPLETION = "completion"
    CANCEL = "cancel"
    TRIGGER = "trigger"
    DETAILS = "details"


class Cut(StrEnum):
    """The connection does not survive."""

    RESET = "reset"  # a TCP reset instead of an answer
    CLOSE = "close"  # closed in order, without an answer
    TRUNCATED = "truncated"  # half of the body that the headers declare
    STALL = "stall"  # silence until the client leaves


@dataclass(frozen=True, slots=True)
class Drip:
    """The right answer, one byte of its body per interval in real seconds."""

    interval_s: float


@dataclass(frozen=True, slots=True)
class Flood:
    """A body that holds one JSON string of `size` bytes, compressed where `gzip` says so."""

    size: int
    gzip: bool = False


Effect = Answer | Cut | Drip | Flood


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a request went; what the address does not say is None."""

    operation: Operation | None = None
    version: str | None = None
    session: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An effect, and the requests that it strikes.

    An aim's None stands for any. `first` and `last` count the requests of that aim from 1; `from_s` and
    `until_s` are simulated seconds since the first request of all, the end not included.
    """

    aim: Aim
    effect: Effect
    from_s: float = 0.0
    until_s: float = math.inf
    first: int = 1
    last: float = math.inf

    def aims_at(self, aim: Aim) -> bool:
        """Whether a request that went there is one that this fault counts."""
        return (
            self.aim.operation in (None, aim.operation)
            and self.aim.version in (None, aim.version)
            and self.aim.session in (None, aim.session)
        )

    def strikes(self, count: int, elapsed_s: float) -> bool:
        """Whether the `count`th request of this aim, arriving at that time, is struck."""
        return self.first <= count <= self.last and self.from_s <= elapsed_s < self.until_s
