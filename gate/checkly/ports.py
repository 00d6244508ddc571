"""The interfaces that the client needs: a clock, and a transport for requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gate.checkly.http import Request, Response
from gate.domain.errors import Unreachable


class Clock(Protocol):
    """A monotonic clock, in seconds. When a signal arrives, a sleep ends early and raises `Stopped`."""

    def now_s(self) -> float:
        """Return the seconds since an arbitrary moment."""
        ...

    def sleep_s(self, seconds: float) -> None:
        """Sleep for a number of seconds."""
        ...


class Transport(Protocol):
    """An object that sends requests to Checkly."""

    def send(self, request: Request, *, within_s: float) -> Response:
        """Return the whole response within `within_s` seconds, or raise `Unreachable`."""
        ...

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        """Send requests at the same time. Return the response to each, or its error, in the same order."""
        ...
