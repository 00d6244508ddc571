"""Which call of the API a request is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from gate.simulator.faults import Operation

_SESSION = r"/check-sessions/(?P<session>[^/]+)"


@dataclass(frozen=True, slots=True)
class _Route:
    operation: Operation
    method: str
    path: re.Pattern[str]


_ROUTES = (
    _Route(Operation.TRIGGER, "POST", re.compile(r"/(?P<version>v1|v2)/check-sessions/trigger(?P<session>)")),
    _Route(Operation.RETRIEVE, "GET", re.compile(rf"/(?P<version>v1|v2){_SESSION}")),
    _Route(Operation.COMPLETION, "GET", re.compile(rf"/(?P<version>v1|v2){_SESSION}/completion")),
    _Route(
        Operation.CANCEL, "POST", re.compile(rf"/(?P<version>v1){_SESSION}/cancel")
    ),  # there is no v2 of it
    _Route(
        Operation.DETAILS,
        "GET",
        re.compile(r"/(?P<version>v1)/check-results/(?P<check>[^/]+)/(?P<result>[^/]+)(?P<session>)"),
    ),  # nor of this one, which goes on where v1's sessions are served no more
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the API, as its address says it; `method` is the one that the call must be made with."""

    operation: Operation
    method: str
    version: str
    session_id: str
    max_wait: str = ""
    check_id: str = ""
    result_id: str = ""

    def max_wait_s(self) -> int | None:
        """The whole seconds that a completion call asks to wait, or None where it may not ask that."""
        if not re.fullmatch(r"\d{1,2}", self.max_wait, re.ASCII):
            return None
        seconds = int(self.max_wait)
        return seconds if 1 <= seconds <= 30 else None


def call_at(target: str) -> Call | None:
    """The call that a request's target (path and query) addresses; None for any other address."""
    path, _, query = target.partition("?")
    for route in _ROUTES:
        if match := route.path.fullmatch(path):
            max_wait = parse_qs(query).get("maxWaitSeconds", [""])[-1]
            return Call(
                operation=route.operation,
                method=route.method,
                version=match["version"],
                session_id=match["session"].lower(),
                max_wait=max_wait,
                check_id=match.groupdict().get("check", "").lower(),
                result_id=match.groupdict().get("result", "").lower(),
            )
    return None
