"""Collect announcements that parts of Checkly's API are deprecated or will be switched off.

The announcements are in the headers `Sunset` (RFC 8594) and `Deprecation` (RFC 9745).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from gate.checkly.http import Request, Response
from gate.checkly.ports import Transport
from gate.domain.errors import Unreachable


@dataclass(frozen=True, slots=True)
class Watched:
    """A transport that collects the announcements in responses: one for each part of the API."""

    transport: Transport
    _noted: dict[str, str] = field(default_factory=dict)

    def send(self, request: Request, *, within_s: float) -> Response:
        """Send a request. Raises `Unreachable`."""
        response = self.transport.send(request, within_s=within_s)
        self._note(request, response)
        return response

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        """Send requests at the same time. Return the response to each, or its error, in the same order."""
        responses = self.transport.send_each(requests, within_s=within_s)
        for request, response in zip(requests, responses, strict=True):
            if isinstance(response, Response):
                self._note(request, response)
        return responses

    @property
    def notices(self) -> Iterable[str]:
        """Return the announcements, one line for each part of the API."""
        return self._noted.values()

    def _note(self, request: Request, response: Response) -> None:
        announced = announcement(response.headers)
        if announced:
            part = "/".join(request.path.partition("?")[0].split("/")[:3])
            self._noted.setdefault(part, f"Checkly announces that {part} {announced}; update checkly-gate")


def announcement(headers: Mapping[str, str]) -> str:
    """Return the announcement in the headers, or an empty string. A deprecation without a date is ignored."""
    if "sunset" in headers:
        day = _day_in(headers["sunset"])
        return f"will be switched off on {day}" if day else "will be switched off"
    day = _day_in(headers.get("deprecation", ""))
    return f"is deprecated as of {day}" if day else ""


def _day_in(value: str) -> date | None:
    """Return the day of an HTTP date, or of `@` followed by Unix seconds; None for anything else."""
    seconds = re.fullmatch(r"@(\d{1,12})", value.strip(), re.ASCII)
    try:
        moment = (
            datetime.fromtimestamp(int(seconds[1]), UTC) if seconds else parsedate_to_datetime(value.strip())
        )
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return moment.date()
