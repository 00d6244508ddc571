"""The client for Checkly's API: it finds each session's endpoint and stays within the request budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from gate.checkly import http
from gate.checkly.budget import Budget
from gate.checkly.check_sessions import V2
from gate.checkly.kinds import KINDS
from gate.checkly.ports import Clock, Transport
from gate.checkly.session_api import SessionApi
from gate.domain.errors import (
    Forbidden,
    NoSuchSession,
    NotServed,
    OutOfTime,
    PutOff,
    RequestFailed,
    Transient,
    Unreachable,
)
from gate.domain.session import Session, SessionKind, SessionRef

REQUEST_BOUND_S = 30.0  # the longest duration of a request, not counting the wait that a long poll requests
_NETWORK_ERRORS_UNTIL_PLAIN_POLLING = 2


class _Endpoint(NamedTuple):
    """One API version for one kind of session."""

    api: SessionApi
    version: str


@dataclass(slots=True)
class Checkly:
    """A client for Checkly's API that remembers which endpoints Checkly serves.

    `version` is the version of the check-session API. If it is empty, the client tries v1 first, and uses
    only v2 once it has found a session that only v2 has. `latest_date` is the latest time in a `Date` header.
    """

    transport: Transport
    clock: Clock
    version: str = ""
    budget: Budget = field(default_factory=Budget)
    latest_date: datetime | None = None
    _without_completion: set[SessionKind] = field(default_factory=set)
    _completion_network_errors: int = 0

    def fetch_each(self, refs: Sequence[SessionRef], *, until_s: float) -> list[Session | RequestFailed]:
        """Fetch sessions at the same time. Return each session as it is now, or an error in its place.

        A session of unknown kind is looked up as each kind in turn. Returns no later than `until_s`. Raises
        `OutOfTime` if the budget does not allow all requests by then.
        """
        lookups = [_Lookup(ref, deque(self._endpoints_for(ref))) for ref in refs]
        while batch := [lookup for lookup in lookups if lookup.found is None]:
            try:
                self._ask_next(batch, until_s)
            except OutOfTime:
                if not any(lookup.put_off for lookup in batch):
                    raise
                for lookup in batch:
                    lookup.found = lookup.put_off
        for lookup in lookups:
            if isinstance(lookup.found, Session) and lookup.found.api_version == V2:
                self.version = V2
        return [lookup.found for lookup in lookups if lookup.found is not None]

    def _ask_next(self, batch: Sequence[_Lookup], until_s: float) -> None:
        """Try the next endpoint of each lookup. Postponed requests are repeated in the next round."""
        asked = [lookup.endpoints[0] for lookup in batch]
        requests = [
            endpoint.api.retrieve(lookup.ref.id, endpoint.version)
            for lookup, endpoint in zip(batch, asked, strict=True)
        ]
        responses = self.ask_each(requests, until_s=until_s)
        for lookup, endpoint, response in zip(batch, asked, responses, strict=True):
            lookup.take(_read(response, lookup.ref.id, endpoint))

    def _endpoints_for(self, ref: SessionRef) -> Iterator[_Endpoint]:
        for api in KINDS.values():
            if ref.kind in (None, api.kind):
                for version in api.versions:
                    if len(api.versions) == 1 or self.version in ("", version):
                        yield _Endpoint(api, version)

    def serves_completion(self, kind: SessionKind) -> bool:
        """Return whether Checkly serves long polls for this kind of session, as far as the client knows."""
        return kind not in self._without_completion

    def await_each(
        self, sessions: Sequence[Session], max_wait_s: int, *, until_s: float
    ) -> list[Session | RequestFailed | None]:
        """Wait for sessions to end, with one long poll of `max_wait_s` (1 to 30) seconds for each.

        Returns, for each session, its final state, None if it is still running, or the error. If Checkly does
        not serve long polls, `serves_completion` returns False afterwards.
        """
        requests = [KINDS[each.kind].completion(each.id, each.api_version, max_wait_s) for each in sessions]
        responses = self.ask_each(requests, until_s=until_s, bound_s=REQUEST_BOUND_S + max_wait_s)
        self._completion_network_errors += 1
        if not all(isinstance(response, Unreachable) for response in responses):
            self._completion_network_errors = 0
        elif self._completion_network_errors >= _NETWORK_ERRORS_UNTIL_PLAIN_POLLING:
            self._without_completion.update(SessionKind)
        return [self._ended(*each) for each in zip(responses, sessions, strict=True)]

    def _ended(
        self, response: http.Response | Unreachable, session: Session
    ) -> Session | RequestFailed | None:
        if isinstance(response, Unreachable):
            return response
        if response.status == HTTPStatus.REQUEST_TIMEOUT and http.retry_after_s(response) is None:
            return None
        try:
            return KINDS[session.kind].read_session(response, session.id, session.api_version)
        except RequestFailed as trouble:
            if not isinstance(trouble, Transient) or trouble.status == HTTPStatus.NOT_IMPLEMENTED:
                self._without_completion.add(session.kind)  # the next fetch shows the real cause
            return trouble

    def cancel(self, session: Session, *, until_s: float) -> None:
        """Cancel the checks of a session that are still running. Raises a `RequestFailed`."""
        self.afford(until_s)
        within_s = min(REQUEST_BOUND_S, until_s - self.clock.now_s())
        response = self.transport.send(KINDS[session.kind].cancel(session.id), within_s=within_s)
        if not 200 <= response.status < 300:
            raise http.error_for(response)

    def ask_each(
        self, requests: Sequence[http.Request], *, until_s: float, bound_s: float = REQUEST_BOUND_S
    ) -> Sequence[http.Response | Unreachable]:
        """Send requests at the same time. Return the response to each, or its error, in the same order.

        Raises `OutOfTime` if the budget does not allow all requests by `until_s`.
        """
        for _ in requests:
            self.afford(until_s)
        within_s = max(min(bound_s, until_s - self.clock.now_s()), 0.0)
        responses = self.transport.send_each(requests, within_s=within_s)
        dates = [http.date_of(each) for each in responses if isinstance(each, http.Response)]
        self.latest_date = max((each for each in (self.latest_date, *dates) if each), default=None)
        return responses

    def afford(self, until_s: float) -> None:
        """Wait until the budget allows one more request, and count that request. Raises `OutOfTime`."""
        wait_s = self.budget.wait_s(self.clock.now_s())
        if self.clock.now_s() + wait_s >= until_s:
            raise OutOfTime("the timeout expired before the next request could be sent")
        if wait_s > 0:
            self.clock.sleep_s(wait_s)
        self.budget.spend(self.clock.now_s())


@dataclass(slots=True)
class _Lookup:
    """The search for one session: the endpoints that are left to try, and the result."""

    ref: SessionRef
    endpoints: deque[_Endpoint]
    found: Session | RequestFailed | None = None
    unknown: RequestFailed | None = None
    put_off: PutOff | None = None

    def take(self, result: Session | RequestFailed) -> None:
        """Record the result of one endpoint. If that endpoint lacks the session, the next one is tried."""
        if isinstance(result, PutOff):
            self.put_off = result
            return
        self.endpoints.popleft()
        if isinstance(result, NoSuchSession | NotServed):
            if isinstance(result, NoSuchSession):
                self.unknown = result.looked_up_as(self.ref.kind)
            elif self.unknown is None:
                self.unknown = result
            self.found = None if self.endpoints else self.unknown
        elif isinstance(result, Forbidden) and self.unknown is not None:
            # The key has no access to this kind of session, but the ID may be of the other kind.
            self.found = None if self.endpoints else self.unknown
        else:
            self.found = result


def _read(
    response: http.Response | Unreachable, session_id: str, endpoint: _Endpoint
) -> Session | RequestFailed:
    if isinstance(response, Unreachable):
        return response
    try:
        return endpoint.api.read_session(response, session_id, endpoint.version)
    except RequestFailed as error:
        return error
