"""Send requests with `requests`, within limits on time and size."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import urllib3

from gate.checkly.body import Body, NoRoom, Room
from gate.checkly.connections import HeldSocket, current_socket
from gate.checkly.endpoint import Endpoint, session_for
from gate.checkly.http import Request, Response
from gate.checkly.network_errors import is_from_connecting, reason_of
from gate.domain.errors import NeverConnected, PutOff, Unreachable
from gate.text.clean import SENTENCE_LENGTH, clean, without_credentials
from gate.text.duration import format_duration
from gate.text.redact import Redaction

_CONNECT_WITHIN_S = 10.0
_INSIDE = (
    " (in a container, a loopback address is the container itself; with --network host, it is the machine)"
)
_CHUNK_BYTES = 64 * 1024


# urllib3 would write its warning about a wrong clock to stderr for each connection. If the clock makes a
# certificate invalid, the gate reports that anyway.
warnings.simplefilter("ignore", urllib3.exceptions.SystemTimeWarning)


class BoundedCall(Protocol):
    """The outcome of a job that ran with a time limit."""

    def result(self) -> Response:
        """Return the job's result. Raises the job's exception, or TimeoutError if it took too long."""
        ...


# A function that runs jobs at the same time, for at most the given number of seconds.
BoundedCalls = Callable[[Sequence[Callable[[], Response]], float], Sequence[BoundedCall]]


class HttpTransport:
    """The only part of the gate that sends requests over the network."""

    def __init__(
        self, endpoint: Endpoint, calls: BoundedCalls, log: Callable[[str], None] | None = None
    ) -> None:
        self._endpoint = endpoint
        self._calls = calls
        self._log = log
        self._hidden = Redaction(endpoint.api_key, *endpoint.secrets)
        self._hidden_in_errors = Redaction(endpoint.api_key, *endpoint.secrets, *endpoint.proxy.secrets)
        self._session = session_for(endpoint)

    def send(self, request: Request, *, within_s: float) -> Response:
        """Send a request and read the whole response. Raises `Unreachable`, which contains no credentials."""
        (reply,) = self.send_each([request], within_s=within_s)
        if isinstance(reply, Unreachable):
            try:
                raise reply
            finally:
                del reply  # otherwise the error and this frame would keep each other in memory
        return reply

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        """Send requests at the same time. Return the response to each, or its error, in the same order."""
        room = Room()
        bodies, sockets = [Body(room) for _ in requests], [HeldSocket() for _ in requests]
        jobs = [
            partial(self._exchange, *each, within_s) for each in zip(requests, bodies, sockets, strict=True)
        ]
        try:
            calls = self._calls(jobs, within_s)
            return [self._outcome(*each, within_s) for each in zip(requests, calls, bodies, strict=True)]
        finally:  # not earlier, because a request whose socket is shut down fails
            for body, held in zip(bodies, sockets, strict=True):
                body.forget()
                held.cut()

    def _outcome(
        self, request: Request, call: BoundedCall, body: Body, within_s: float
    ) -> Response | Unreachable:
        try:
            head = call.result()
        except TimeoutError:
            self._trace(request, f"no complete response within {within_s:.1f} s")
            within = format_duration(within_s)
            return Unreachable(f"{self._endpoint.base_url} sent no complete response within {within}")
        except NoRoom:
            self._trace(request, "postponed, because other large responses are arriving")
            return PutOff(f"{self._endpoint.base_url} sent too many large responses at the same time")
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            # Redact before cleaning, because cleaning could split a key, and again afterwards, because it
            # could rejoin one.
            said = self._hidden_in_errors.text(reason_of(error))
            said = without_credentials(clean(said, SENTENCE_LENGTH))
            reason = self._hidden_in_errors.text(said)
            self._trace(request, reason)
            if not is_from_connecting(error):
                return Unreachable(f"the request to {self._endpoint.base_url} failed: {reason}")
            hint = _INSIDE if self._endpoint.is_loopback and self._endpoint.is_in_container else ""
            return NeverConnected(f"the request to {self._endpoint.base_url} failed: {reason}{hint}")
        # The body is copied in this thread: memory that other threads allocate does not return to the system.
        reply = head._replace(body=self._hidden.body(body.whole()))
        self._trace(request, f"{reply.status}, {len(reply.body)} bytes")
        return reply

    def _exchange(self, request: Request, body: Body, held: HeldSocket, within_s: float) -> Response:
        current_socket.set(held)  # of this thread
        try:
            return self._receive(request, body, within_s)
        finally:
            held.release()

    def _receive(self, request: Request, body: Body, within_s: float) -> Response:
        """Append the bytes that arrive to `body`, and return a response with an empty body."""
        # The limit on the whole call expires first, so that all timeouts have the same message.
        idle_s = within_s + 1
        with self._session.request(
            request.method,
            self._endpoint.base_url + request.path,
            json=request.json,
            timeout=(min(_CONNECT_WITHIN_S, idle_s), idle_s),
            stream=True,
        ) as response:
            if not 300 <= response.status_code < 400:  # a redirect's body is not needed
                for chunk in response.iter_content(_CHUNK_BYTES):
                    body.add(chunk)
            # A response may echo the key, which must not reach a report.
            headers = {name.lower(): self._hidden.text(value) for name, value in response.headers.items()}
            return Response(response.status_code, headers, b"")

    def _trace(self, request: Request, outcome: str) -> None:
        if self._log:
            self._log(f"{request.method} {request.path}: {outcome}")
