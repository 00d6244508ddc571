"""Find the API call that a request makes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from gate.domain.session import SessionKind
from gate.simulator.scenario.faults import Operation


@dataclass(frozen=True, slots=True)
class _Route:
    operation: Operation
    kind: SessionKind
    method: str
    path: re.Pattern[str]


def _path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{", "(?P<").replace("}", ">[^/]+)"))


_CHECK = "/(?P<version>v1|v2)/check-sessions"
_TEST = "/(?P<version>v1)/test-sessions"
_ROUTES = (
    _Route(Operation.TRIGGER, SessionKind.CHECK, "POST", _path(f"{_CHECK}/trigger")),
    _Route(Operation.RETRIEVE, SessionKind.CHECK, "GET", _path(f"{_CHECK}/{{session}}")),
    _Route(Operation.COMPLETION, SessionKind.CHECK, "GET", _path(f"{_CHECK}/{{session}}/completion")),
    # The calls for cancelling and for details exist only in v1.
    _Route(
        Operation.CANCEL, SessionKind.CHECK, "POST", _path("/(?P<version>v1)/check-sessions/{session}/cancel")
    ),
    _Route(
        Operation.DETAILS,
        SessionKind.CHECK,
        "GET",
        _path("/(?P<version>v1)/check-results/{check}/{result}"),
    ),
    _Route(Operation.LIST, SessionKind.TEST, "GET", _path(_TEST)),
    _Route(Operation.TRIGGER, SessionKind.TEST, "POST", _path(f"{_TEST}/trigger")),
    _Route(Operation.RETRIEVE, SessionKind.TEST, "GET", _path(f"{_TEST}/{{session}}")),
    _Route(Operation.COMPLETION, SessionKind.TEST, "GET", _path(f"{_TEST}/{{session}}/completion")),
    _Route(Operation.CANCEL, SessionKind.TEST, "POST", _path(f"{_TEST}/{{session}}/cancel")),
    _Route(
        Operation.DETAILS,
        SessionKind.TEST,
        "GET",
        _path(f"{_TEST}/{{session}}/results/{{result}}"),
    ),
    _Route(Operation.ERROR_GROUP, SessionKind.CHECK, "GET", _path("/(?P<version>v1)/error-groups/{group}")),
    _Route(
        Operation.ERROR_GROUP,
        SessionKind.TEST,
        "GET",
        _path("/(?P<version>v1)/test-session-error-groups/{group}"),
    ),
    _Route(
        Operation.PRIVATE_LOCATIONS, SessionKind.CHECK, "GET", _path("/(?P<version>v1)/private-locations")
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The API call at the address of a request. `method` is the HTTP method that it requires.

    IDs that the address does not contain are empty. `query` has the values of each name in order.
    """

    operation: Operation
    kind: SessionKind
    method: str
    version: str
    session_id: str = ""
    check_id: str = ""
    result_id: str = ""
    group_id: str = ""
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def max_wait_s(self) -> int | None:
        """Return the seconds that a completion call may wait; None if the value is not allowed."""
        asked = self.query.get("maxWaitSeconds", [""])[-1]
        if not re.fullmatch(r"\d{1,2}", asked, re.ASCII):
            return None
        seconds = int(asked)
        return seconds if 1 <= seconds <= 30 else None


def call_at(target: str) -> Call | None:
    """Return the API call at an address (path and query); None if there is none."""
    path, _, query = target.partition("?")
    for route in _ROUTES:
        if match := route.path.fullmatch(path):
            ids = {name: value.lower() for name, value in match.groupdict().items()}
            return Call(
                operation=route.operation,
                kind=route.kind,
                method=route.method,
                version=match["version"],
                session_id=ids.get("session", ""),
                check_id=ids.get("check", ""),
                result_id=ids.get("result", ""),
                group_id=ids.get("group", ""),
                query=parse_qs(query),
            )
    return None
