"""The faults of an API: the requests that they affect, and their effects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from gate.simulator.answer import Answer


class Operation(StrEnum):
    """The calls to the API that the simulator answers."""

    RETRIEVE = "retrieve"
    COMPLETION = "completion"
    CANCEL = "cancel"
    TRIGGER = "trigger"
    DETAILS = "details"
    LIST = "list"
    ERROR_GROUP = "error-group"
    PRIVATE_LOCATIONS = "private-locations"


class Cut(StrEnum):
    """The ways in which a connection can fail."""

    RESET = "reset"  # a TCP reset instead of a response
    CLOSE = "close"  # closed cleanly, without a response
    TRUNCATED = "truncated"  # half of the body that the headers declare
    STALL = "stall"  # no response until the client disconnects


@dataclass(frozen=True, slots=True)
class Drip:
    """The right response, but one byte of its body is sent every `interval_s` real seconds."""

    interval_s: float


@dataclass(frozen=True, slots=True)
class Flood:
    """A body of one JSON string of `size` bytes, compressed if `gzip` is true."""

    size: int
    gzip: bool = False


Effect = Answer | Cut | Drip | Flood


@dataclass(frozen=True, slots=True)
class Aim:
    """The target of a request. A part is None if the address does not determine it."""

    operation: Operation | None = None
    version: str | None = None
    session: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An effect, and the requests that it affects.

    A part of the aim that is None matches anything. `first` and `last` are the first and the last affected
    request, counted from 1 among those that match the aim. `from_s` and `until_s` are simulated seconds since
    the very first request; `until_s` is not included.
    """

    aim: Aim
    effect: Effect
    from_s: float = 0.0
    until_s: float = math.inf
    first: int = 1
    last: float = math.inf

    def aims_at(self, aim: Aim) -> bool:
        """Return whether a request with that aim matches the fault's own aim.

        Only the requests that match count towards `first` and `last`.
        """
        return (
            self.aim.operation in (None, aim.operation)
            and self.aim.version in (None, aim.version)
            and self.aim.session in (None, aim.session)
        )

    def strikes(self, count: int, elapsed_s: float) -> bool:
        """Return whether the fault affects the `count`th request that matches its aim, at that time."""
        return self.first <= count <= self.last and self.from_s <= elapsed_s < self.until_s
