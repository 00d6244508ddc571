"""Asks Checkly: which API version answers, whether completion is served, how many requests it may cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gate import api
from gate.errors import (
    CheckSessionUnreadable,
    NoSuchSession,
    NotServed,
    OutOfTime,
    Transient,
    TriggerLost,
    Unreachable,
)
from gate.model import ApiVersion, CheckSession
from gate.trigger import Started, read_started

REQUESTS_PER_MINUTE = 300  # half of Checkly's limit, which everything else in the account shares
REQUEST_BOUND_S = 30.0  # the longest that any request may take, beyond the wait that a long poll asks for
_PAUSE_AFTER_429_S = 5.0
_NETWORK_ERRORS_UNTIL_PLAIN_POLLING = 2


class Clock(Protocol):
    """Monotonic time in seconds. A sleep ends early, by raising `Stopped`, when a signal says so."""

    def now_s(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep_s(self, seconds: float) -> None:
        """Lets that many seconds pass."""
        ...


class Transport(Protocol):
    """The way to Checkly."""

    def send(self, request: api.Request, *, within_s: float) -> api.Reply:
        """Returns the whole reply within `within_s` seconds, or raises `Unreachable`."""
        ...

    def send_each(
        self, requests: Sequence[api.Request], *, within_s: float
    ) -> Sequence[api.Reply | Unreachable]:
        """Sends requests at the same time; returns, in their order, the replies or why there are none."""
        ...


@dataclass(slots=True)
class Budget:
    """How many requests may start within any minute."""

    per_minute: int = REQUESTS_PER_MINUTE
    spent: int = 0
    _recent_s: deque[float] = field(default_factory=deque)

    def wait_s(self, now_s: float) -> float:
        """Seconds until the next request may start."""
        while self._recent_s and self._recent_s[0] <= now_s - 60:
            self._recent_s.popleft()
        return 0.0 if len(self._recent_s) < self.per_minute else self._recent_s[0] + 60 - now_s

    def spend(self, now_s: float) -> None:
        """Counts a request that starts now."""
        self._recent_s.append(now_s)
        self.spent += 1


@dataclass(slots=True)
class Checkly:
    """The API as the gate uses it; remembers what it learned about what is served.

    `version` None means that v1, the endpoint of the first hour, is asked until only v2 knows a session.
    """

    transport: Transport
    clock: Clock
    version: ApiVersion | None = None
    budget: Budget = field(default_factory=Budget)
    completion_served: bool = True
    _completion_network_errors: int = 0

    def look(self, session_id: str, *, until_s: float) -> CheckSession:
        """The session as it is now. Raises a `CheckSessionUnreadable`; never takes longer than `until_s`."""
        if self.version is not None:
            return self._retrieve(session_id, self.version, until_s)
        try:
            return self._retrieve(session_id, ApiVersion.V1, until_s)
        except (NoSuchSession, NotServed) as unknown_to_v1:
            try:
                session = self._retrieve(session_id, ApiVersion.V2, until_s)
            except NotServed:
                raise unknown_to_v1 from None
        self.version = ApiVersion.V2
        return session

    def await_end(self, session: CheckSession, max_wait_s: int, *, until_s: float) -> CheckSession | None:
        """Waits for the session's end with a long poll of `max_wait_s` (1 to 30) seconds.

        Returns the session where the call answered with it, None where it is still running. Where completion
        turns out not to be served, says so in `completion_served` and returns None. Raises `Transient`.
        """
        request = api.completion(session.id, session.version, max_wait_s)
        try:
            reply = self._send(request, until_s, REQUEST_BOUND_S + max_wait_s)
        except Unreachable:
            self._completion_network_errors += 1
            if self._completion_network_errors >= _NETWORK_ERRORS_UNTIL_PLAIN_POLLING:
                self.completion_served = False
            raise
        self._completion_network_errors = 0
        if reply.status == 408 and api.retry_after_s(reply) is None:
            return None
        try:
            return api.read_session(reply, session.id, session.version)
        except Transient as trouble:
            if trouble.status == 501:
                self.completion_served = False
                return None
            raise
        except CheckSessionUnreadable:
            self.completion_served = False  # the next plain look says what it really is
            return None

    def trigger(self, request: api.Request, *, until_s: float) -> tuple[Started, ...]:
        """Starts check sessions. Never sent again after it may have arrived: it would run the checks twice.

        Raises a `CheckSessionUnreadable`: `TriggerLost` where nobody knows what became of the call.
        """
        while True:
            try:
                return read_started(self._send(request, until_s, REQUEST_BOUND_S))
            except Transient as trouble:
                wait_s = trouble.retry_after_s or _PAUSE_AFTER_429_S
                # 429 alone says that the call was not carried out.
                if trouble.status != 429 or self.clock.now_s() + wait_s >= until_s:
                    raise TriggerLost(str(trouble), status=trouble.status) from None
                self.clock.sleep_s(wait_s)

    def cancel(self, session_id: str, *, until_s: float) -> None:
        """Asks Checkly to cancel what still runs of a session. Raises a `CheckSessionUnreadable`."""
        reply = self._send(api.cancel(session_id), until_s, REQUEST_BOUND_S)
        if not 200 <= reply.status < 300:
            raise api.refusal(reply)

    def ask_each(
        self, requests: Sequence[api.Request], *, until_s: float
    ) -> Sequence[api.Reply | Unreachable]:
        """The replies to requests that are sent at the same time. Raises `OutOfTime`."""
        for _ in requests:
            self._afford(until_s)
        within_s = max(min(REQUEST_BOUND_S, until_s - self.clock.now_s()), 0.0)
        return self.transport.send_each(requests, within_s=within_s)

    def _retrieve(self, session_id: str, version: ApiVersion, until_s: float) -> CheckSession:
        reply = self._send(api.retrieve(session_id, version), until_s, REQUEST_BOUND_S)
        return api.read_session(reply, session_id, version)

    def _send(self, request: api.Request, until_s: float, bound_s: float) -> api.Reply:
        self._afford(until_s)
        return self.transport.send(request, within_s=min(bound_s, until_s - self.clock.now_s()))

    def _afford(self, until_s: float) -> None:
        """Waits until the budget allows one more request, and spends it."""
        wait_s = self.budget.wait_s(self.clock.now_s())
        if self.clock.now_s() + wait_s >= until_s:
            raise OutOfTime("the time was up before the next request could be sent")
        if wait_s > 0:
            self.clock.sleep_s(wait_s)
        self.budget.spend(self.clock.now_s())
