"""A simulated world for the wait: a stand-in for Checkly, and a clock without real pauses."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from gate.checkly.budget import Budget
from gate.checkly.client import Checkly
from gate.checkly.http import Request, Response
from gate.domain.errors import Stopped, Unreachable
from gate.domain.exit_code import ExitCode
from gate.domain.session import SessionKind, SessionRef
from gate.polling.events import Event
from gate.polling.loop import Patience, poll
from gate.polling.result import PollResult
from tests.samples import CHECK_ID, SESSION_ID

LATENCY_S = 0.1
_MOST_IDLE_SLEEPS = 1_000  # in a row, so that an endless loop fails a test instead of hanging it
_ROUNDING_S = 1e-6  # a sum of pauses may be slightly too small
FINISHED = ("PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED")

T = TypeVar("T")

# What happens to a request: another response, "lost" (the connection breaks), "hangs" (no response in time),
# or None (no fault).
Fault = Response | str | None


class SimulatedClock:
    """A clock that moves only when its `sleep_s` is called. It can raise a signal at a given time."""

    def __init__(self, signal_at_s: float | None = None) -> None:
        self._now_s = 1000.0
        self._signal_at_s = None if signal_at_s is None else self._now_s + signal_at_s
        self.began_s = self._now_s
        self._idle_sleeps = 0

    def now_s(self) -> float:
        return self._now_s

    def elapsed_s(self) -> float:
        return self._now_s - self.began_s

    def sleep_s(self, seconds: float) -> None:
        assert seconds >= 0, "a pause cannot be negative"
        self._idle_sleeps = 0 if seconds > _ROUNDING_S else self._idle_sleeps + 1
        assert self._idle_sleeps < _MOST_IDLE_SLEEPS, "the wait is an endless loop"
        until_s = self._now_s + seconds
        if self._signal_at_s is not None and self._signal_at_s <= until_s:
            self._now_s, self._signal_at_s = max(self._now_s, self._signal_at_s), None
            raise Stopped(ExitCode.SIGTERM)
        self._now_s = until_s

    def at_once(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """Run jobs as if all began now, and set the clock to the end of the last one."""
        began_s = ended_s = self._now_s
        done = []
        for job in jobs:
            self._now_s = began_s
            done.append(job())
            ended_s = max(ended_s, self._now_s)
        self._now_s = ended_s
        return done


@dataclass(slots=True)
class World:
    """A stand-in for Checkly. `timelines` contains each session's statuses, with their start in seconds."""

    timelines: Mapping[str, tuple[tuple[float, str], ...]]
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    fault: Callable[[Request, float], Fault] = lambda _request, _at_s: None
    served: tuple[str, ...] = ("v1", "v2")
    sent: list[tuple[float, str]] = field(default_factory=list)
    events: list[tuple[float, Event]] = field(default_factory=list)
    last_document: dict[str, str] = field(default_factory=dict)
    latency_s: float = LATENCY_S
    kinds: Mapping[str, SessionKind] = field(default_factory=dict)

    def send(self, request: Request, *, within_s: float) -> Response:
        assert within_s > 0, "a request must have time left"
        at_s = self.clock.elapsed_s()
        self.sent.append((at_s, request.path))
        fault = self.fault(request, at_s)
        if fault == "hangs":
            self.clock.sleep_s(within_s)
            raise Unreachable("no answer")
        self.clock.sleep_s(min(self.latency_s, within_s))
        if fault == "lost":
            raise Unreachable("connection reset")
        return fault if isinstance(fault, Response) else self._answer(request, within_s - self.latency_s)

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        return self.clock.at_once([partial(self._outcome, request, within_s) for request in requests])

    def _outcome(self, request: Request, within_s: float) -> Response | Unreachable:
        try:
            return self.send(request, within_s=within_s)
        except Unreachable as error:
            return error

    def _answer(self, request: Request, within_s: float) -> Response:
        parts = urlsplit(request.path)
        match = re.fullmatch(r"/(v\d)/check-sessions/([0-9a-f-]{36})(/completion)?", parts.path)
        assert match, f"the API has no {request.path}"
        version, session_id, completion = match.groups()
        if version not in self.served:
            return Response(410, {}, b"gone")
        if session_id not in self.timelines or self._status(session_id) == "":
            return Response(404, {}, b'{"statusCode": 404, "message": "No such check session."}')
        if completion:
            max_wait_s = int(parse_qs(parts.query)["maxWaitSeconds"][0])
            return self._completion(session_id, max_wait_s, within_s)
        return self._document(session_id)

    def _completion(self, session_id: str, max_wait_s: int, within_s: float) -> Response:
        assert 1 <= max_wait_s <= 30, "Checkly accepts only 1 to 30 seconds"
        end_s = min((at_s for at_s, status in self.timelines[session_id] if status in FINISHED), default=1e9)
        left_s = max(end_s - self.clock.elapsed_s(), 0.0)
        assert max_wait_s <= within_s, "the gate would disconnect before the long poll ends"
        self.clock.sleep_s(min(left_s, max_wait_s))
        return self._document(session_id) if left_s <= max_wait_s else Response(408, {}, b"{}")

    def _status(self, session_id: str) -> str:
        now_s = self.clock.elapsed_s() + _ROUNDING_S
        return [status for at_s, status in self.timelines[session_id] if at_s <= now_s][-1]

    def _document(self, session_id: str) -> Response:
        self.last_document[session_id] = self._status(session_id)
        return document(self._status(session_id), session_id)

    def observe(self, event: Event) -> None:
        self.events.append((self.clock.elapsed_s(), event))

    def told(self, kind: type[Event]) -> list[Event]:
        """Return the events of one kind, in order."""
        return [event for _, event in self.events if isinstance(event, kind)]

    def wait(
        self,
        *,
        timeout_s: float = 1200,
        poll_interval_s: float = 10,
        version: str = "v2",
        jitter: Callable[[], float] = lambda: 0.5,
        budget: Budget | None = None,
    ) -> tuple[PollResult, ...]:
        """Wait for all sessions of the world."""
        return poll(
            tuple(SessionRef(each, self.kinds.get(each, SessionKind.CHECK)) for each in self.timelines),
            Checkly(self, self.clock, version, budget or Budget()),
            Patience(timeout_s=timeout_s, poll_interval_s=poll_interval_s),
            jitter=jitter,
            observe=self.observe,
        )

    def most_requests_in_a_minute(self) -> int:
        """Return the highest number of requests that started within any 60 seconds."""
        # Sorted, because requests that are sent together start at the same time.
        times = [at_s for at_s, _ in self.sent]
        return max(bisect_left(times, at_s + 59.999) - index for index, at_s in enumerate(times))


def document(status: str, session_id: str = SESSION_ID) -> Response:
    """Return a minimal document of a session, which contains a result if the session has ended."""
    flags = ("hasErrors", "hasFailures", "isDegraded", "aborted", "isCancelled")
    result = {"runLocation": "us-east-1", "resultType": "FINAL", **dict.fromkeys(flags, False)}
    result["hasFailures"] = status == "FAILED"
    fields = {
        "checkSessionId": session_id,
        "checkId": CHECK_ID,
        "checkType": "API",
        "status": status,
        "runLocations": ["us-east-1"],
        "results": [result] if status in FINISHED else [],
    }
    return Response(200, {}, json.dumps(fields).encode())


def one_session(*timeline: tuple[float, str]) -> dict[str, tuple[tuple[float, str], ...]]:
    """Return the timelines of a world that has only the session `SESSION_ID`."""
    return {SESSION_ID: timeline}
