"""Asks Checkly: which API version answers, whether completion is served, how many requests it may cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from gate.checkly import check_sessions, http
from gate.checkly.budget import Budget
from gate.checkly.triggers import Started, read_started
from gate.domain.errors import (
    NeverConnected,
    NoSuchSession,
    NotServed,
    NotTriggered,
    OutOfTime,
    RequestFailed,
    Stopped,
    StoppedWhileTriggering,
    Transient,
    TriggerLost,
    Unreachable,
)
from gate.domain.session import ApiVersion, Session

REQUEST_BOUND_S = 30.0  # the longest that any request may take, beyond the wait that a long poll asks for
_PAUSE_AFTER_429_S = 5.0
_LONGEST_PAUSE_S = 15.0  # before a connection is tried again that could not be made
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

    def send(self, request: http.Request, *, within_s: float) -> http.Response:
        """Returns the whole reply within `within_s` seconds, or raises `Unreachable`."""
        ...

    def send_each(
        self, requests: Sequence[http.Request], *, within_s: float
    ) -> Sequence[http.Response | Unreachable]:
        """Sends requests at the same time; returns, in their order, the replies or why there are none."""
        ...


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

    def look_each(self, session_ids: Sequence[str], *, until_s: float) -> list[Session | RequestFailed]:
        """The sessions as they are now, asked for at the same time, or why one cannot be read.

        Never takes longer than `until_s`. Raises `OutOfTime` where the budget leaves no time for it.
        """
        if self.version is not None:
            return self._retrieve_each(session_ids, self.version, until_s)
        found = self._retrieve_each(session_ids, ApiVersion.V1, until_s)
        unknown = [place for place, each in enumerate(found) if isinstance(each, NoSuchSession | NotServed)]
        if not unknown:
            return found
        again = self._retrieve_each([session_ids[place] for place in unknown], ApiVersion.V2, until_s)
        for place, each in zip(unknown, again, strict=True):
            if not isinstance(each, NotServed):
                found[place] = each
            if isinstance(each, Session):
                self.version = ApiVersion.V2
        return found

    def await_each(
        self, sessions: Sequence[Session], max_wait_s: int, *, until_s: float
    ) -> list[Session | RequestFailed | None]:
        """Waits for the sessions' ends with a long poll of `max_wait_s` (1 to 30) seconds on each.

        Returns for each the session where the call answered with it, None where it is still running, or what
        went wrong. Where completion turns out not to be served, says so in `completion_served`.
        """
        requests = [check_sessions.completion(each.id, each.version, max_wait_s) for each in sessions]
        replies = self.ask_each(requests, until_s=until_s, bound_s=REQUEST_BOUND_S + max_wait_s)
        self._completion_network_errors += 1
        if not all(isinstance(reply, Unreachable) for reply in replies):
            self._completion_network_errors = 0
        elif self._completion_network_errors >= _NETWORK_ERRORS_UNTIL_PLAIN_POLLING:
            self.completion_served = False
        return [self._ended(reply, each) for reply, each in zip(replies, sessions, strict=True)]

    def _ended(self, reply: http.Response | Unreachable, session: Session) -> Session | RequestFailed | None:
        if isinstance(reply, Unreachable):
            return reply
        if reply.status == 408 and http.retry_after_s(reply) is None:
            return None
        try:
            return check_sessions.read_session(reply, session.id, session.version)
        except RequestFailed as trouble:
            if not isinstance(trouble, Transient) or trouble.status == 501:
                self.completion_served = False  # the next plain look says what it really is
            return trouble

    def trigger(
        self, request: http.Request, *, until_s: float, tell: Callable[[str], None]
    ) -> tuple[Started, ...]:
        """Starts check sessions. Never sent again after it may have arrived: it would run the checks twice.

        `tell` is given one line when the call has to be sent again. Raises a `RequestFailed`:
        `NotTriggered` where nothing was started by `until_s`, `TriggerLost` where nobody knows what became of
        the call; and `StoppedWhileTriggering`.
        """
        tries = 0
        while True:
            try:
                started = read_started(self._send_once(request, until_s))
            except Transient as error:
                trouble = error
            else:
                self.version = self.version or ApiVersion.V2  # which knows what it has started
                return started
            wait_s = _wait_before_sending_again_s(trouble, tries)
            if wait_s is None:
                raise TriggerLost(str(trouble), status=trouble.status)
            if self.clock.now_s() + wait_s >= until_s:
                raise NotTriggered(_why_not_triggered(trouble), status=trouble.status)
            if tries == 0:
                tell(f"{_why_not_triggered(trouble)}; the trigger call is sent again")
            tries += 1
            self.clock.sleep_s(wait_s)

    def _send_once(self, request: http.Request, until_s: float) -> http.Response:
        self._afford(until_s)
        try:
            return self.transport.send(request, within_s=until_s - self.clock.now_s())
        except Stopped as stopped:
            raise StoppedWhileTriggering(stopped.stop_code) from None

    def cancel(self, session_id: str, *, until_s: float) -> None:
        """Asks Checkly to cancel what still runs of a session. Raises a `RequestFailed`."""
        reply = self._send(check_sessions.cancel(session_id), until_s, REQUEST_BOUND_S)
        if not 200 <= reply.status < 300:
            raise http.error_for(reply)

    def ask_each(
        self, requests: Sequence[http.Request], *, until_s: float, bound_s: float = REQUEST_BOUND_S
    ) -> Sequence[http.Response | Unreachable]:
        """The replies to requests that are sent at the same time. Raises `OutOfTime`."""
        for _ in requests:
            self._afford(until_s)
        within_s = max(min(bound_s, until_s - self.clock.now_s()), 0.0)
        return self.transport.send_each(requests, within_s=within_s)

    def _retrieve_each(
        self, session_ids: Sequence[str], version: ApiVersion, until_s: float
    ) -> list[Session | RequestFailed]:
        replies = self.ask_each(
            [check_sessions.retrieve(each, version) for each in session_ids], until_s=until_s
        )
        return [_read(reply, each, version) for reply, each in zip(replies, session_ids, strict=True)]

    def _send(self, request: http.Request, until_s: float, bound_s: float) -> http.Response:
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


def _read(
    reply: http.Response | Unreachable, session_id: str, version: ApiVersion
) -> Session | RequestFailed:
    if isinstance(reply, Unreachable):
        return reply
    try:
        return check_sessions.read_session(reply, session_id, version)
    except RequestFailed as error:
        return error


def _wait_before_sending_again_s(trouble: Transient, tries: int) -> float | None:
    """None where the call may have arrived: 429 alone says that it was not carried out."""
    if isinstance(trouble, NeverConnected):
        return min(0.5 * 2.0 ** min(tries, 10), _LONGEST_PAUSE_S)
    if trouble.status == HTTPStatus.TOO_MANY_REQUESTS:
        return trouble.retry_after_s or _PAUSE_AFTER_429_S
    return None


def _why_not_triggered(trouble: Transient) -> str:
    is_limit = trouble.status == HTTPStatus.TOO_MANY_REQUESTS
    return f"Checkly's rate limit turned the trigger call away ({trouble})" if is_limit else str(trouble)
