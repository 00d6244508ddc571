"""What the client needs from outside: time, and a way to send requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gate.checkly.http import Request, Response
from gate.domain.errors import Unreachable


class Clock(Protocol):
    """Monotonic time in seconds. A sleep ends early, by raising `Stopped`, when a signal says so."""

    def now_s(self) -> float:
        """Return the seconds since some moment."""
        ...

    def sleep_s(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...


class Transport(Protocol):
    """The way to Checkly."""

    def send(self, request: Request, *, within_s: float) -> Response:
        """Return the whole response within `within_s` seconds, or raise `Unreachable`."""
        ...

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        """Send requests at the same time; return, in their order, the responses or why there are none."""
        ...
