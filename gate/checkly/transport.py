"""Sends requests with `requests`: credentials, TLS, proxies, and a bound on time and size for each answer."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Protocol

import requests
import urllib3
from requests.auth import AuthBase

from gate import __version__
from gate.checkly.http import Request, Response
from gate.checkly.tls import _AdapterWithAuthorities, _trust
from gate.domain.errors import NeverConnected, Unreachable
from gate.text.clean import SENTENCE_LENGTH, clean, without_credentials
from gate.text.redact import Redaction

LARGEST_ANSWER_BYTES = 10 * 1024 * 1024
_CONNECT_WITHIN_S = 10.0
_CHUNK_BYTES = 64 * 1024


class BoundedCall(Protocol):
    """What became of a job that was given a limited time."""

    def result(self) -> Response:
        """What the job returned. Raises what it raised, and TimeoutError where it was not over in time."""
        ...


# Runs jobs at the same time, and gives them so many seconds.
BoundedCalls = Callable[[Sequence[Callable[[], Response]], float], Sequence[BoundedCall]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to send requests and as whom; `certificates` are PEM files."""

    base_url: str
    api_key: str = field(repr=False)
    account_id: str = ""
    is_loopback: bool = False
    extra_certificates: str = ""  # trusted besides the usual authorities
    replaced_certificates: str = ""  # trusted instead of them, a file or a folder
    replaced_by: str = ""  # the variable that says so


class HttpTransport:
    """The only door to the network."""

    def __init__(
        self, endpoint: Endpoint, calls: BoundedCalls, log: Callable[[str], None] | None = None
    ) -> None:
        self._endpoint = endpoint
        self._calls = calls
        self._log = log
        self._hidden = Redaction(endpoint.api_key)
        self._session = _session(endpoint)

    def send(self, request: Request, *, within_s: float) -> Response:
        """Sends a request, reads its whole answer. Raises `Unreachable`, whose text holds no credential."""
        (reply,) = self.send_each([request], within_s=within_s)
        if isinstance(reply, Unreachable):
            raise reply
        return reply

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response | Unreachable]:
        """Sends requests at the same time; returns, in their order, the replies or why there are none."""
        bodies = [_Body() for _ in requests]
        jobs = [
            partial(self._exchange, request, body, within_s)
            for request, body in zip(requests, bodies, strict=True)
        ]
        try:
            calls = self._calls(jobs, within_s)
        finally:
            for body in bodies:
                body.forget()
        return [self._outcome(*each, within_s) for each in zip(requests, calls, strict=True)]

    def _outcome(self, request: Request, call: BoundedCall, within_s: float) -> Response | Unreachable:
        try:
            reply = call.result()
        except TimeoutError:
            self._trace(request, f"no whole answer within {within_s:.1f} s")
            return Unreachable(f"{self._endpoint.base_url} gave no whole answer within {within_s:.0f} s")
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            said = self._hidden.text(_reason(error))  # before it is shortened, perhaps within the key
            said = without_credentials(clean(said, SENTENCE_LENGTH))
            reason = self._hidden.text(said)  # cleaning can have joined what invisible characters parted
            self._trace(request, reason)
            kind = NeverConnected if _is_from_connecting(error) else Unreachable
            return kind(f"{self._endpoint.base_url} could not be asked: {reason}")
        self._trace(request, f"{reply.status}, {len(reply.body)} bytes")
        return reply

    def _exchange(self, request: Request, body: _Body, within_s: float) -> Response:
        idle_s = within_s + 1  # the bound on the whole comes first, so that one fault has one sentence
        with self._session.request(
            request.method,
            self._endpoint.base_url + request.path,
            json=request.json,
            timeout=(min(_CONNECT_WITHIN_S, idle_s), idle_s),
            stream=True,
        ) as response:
            if not 300 <= response.status_code < 400:  # where a redirect points stands in its headers
                for chunk in response.iter_content(_CHUNK_BYTES):
                    body.add(chunk)
            # An answer that echoes the key must not carry it into a report.
            headers = {name.lower(): self._hidden.text(value) for name, value in response.headers.items()}
            return Response(response.status_code, headers, self._hidden.body(body.whole()))

    def _trace(self, request: Request, outcome: str) -> None:
        if self._log:
            self._log(f"{request.method} {request.path}: {outcome}")


class _TooLarge(ValueError):
    """An answer that is more than the gate is willing to hold."""


class _Body:
    """The body of an answer as it arrives, for as long as somebody waits for it.

    A server that sends a byte now and then keeps its thread, but not the memory of what it has sent.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._is_awaited = True

    def add(self, chunk: bytes) -> None:
        """Adds what has arrived. Raises `_TooLarge`, and TimeoutError where nobody waits any more."""
        if not self._is_awaited:
            raise TimeoutError
        self._bytes += chunk
        if len(self._bytes) > LARGEST_ANSWER_BYTES:
            raise _TooLarge(f"an answer of more than {LARGEST_ANSWER_BYTES // 1024 // 1024} MiB")

    def whole(self) -> bytes:
        """All that has arrived."""
        return bytes(self._bytes)

    def forget(self) -> None:
        """Nobody waits any more."""
        self._is_awaited = False
        self._bytes.clear()


class _Session(requests.Session):
    """Follows no redirect, and does not even look where it leads.

    X-Checkly-Account would be sent along to any host. `allow_redirects=False` is not enough: to name the next
    request, requests then reads the whole body of the redirect, and ~/.netrc.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """There is none."""


def _session(endpoint: Endpoint) -> requests.Session:
    session = _Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # whatever is set would be sent back
    session.auth = _Credentials(endpoint.api_key, endpoint.account_id)
    session.headers["User-Agent"] = f"checkly-gate/{__version__}"
    session.headers["Accept"] = "application/json"
    session.trust_env = not endpoint.is_loopback  # proxies and authorities, but none on the way to oneself
    if endpoint.replaced_certificates and endpoint.base_url.startswith("https:"):
        if not Path(endpoint.replaced_certificates).is_dir():
            _trust(
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), endpoint.replaced_certificates, endpoint.replaced_by
            )
        session.verify = endpoint.replaced_certificates
    if endpoint.extra_certificates:
        session.mount("https://", _AdapterWithAuthorities(endpoint.extra_certificates))
    return session


class _Credentials(AuthBase):
    """Sets the credentials on each request; an auth object is what keeps ~/.netrc from replacing them."""

    def __init__(self, api_key: str, account_id: str) -> None:
        self._headers = {"Authorization": f"Bearer {api_key}"}
        if account_id:
            self._headers["X-Checkly-Account"] = account_id

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


def _reason(error: BaseException) -> str:
    """The innermost cause of an error of requests, which wraps what urllib3 wraps."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection in time"
    error = _innermost(error)
    name, text = type(error).__name__, str(error)
    return text if isinstance(error, _TooLarge) or text.startswith(name) else f"{name}: {text}"


def _is_from_connecting(error: BaseException) -> bool:
    """Whether no connection was made: refused, not in time, or to a name that does not exist."""
    no_connection = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return isinstance(_innermost(error), no_connection)


def _innermost(error: BaseException) -> BaseException:
    while inner := _cause(error):
        error = inner
    return error


def _cause(error: BaseException) -> BaseException | None:
    """What an error was made of: urllib3 keeps it as `reason`, requests as its argument."""
    candidates = (getattr(error, "reason", None), *error.args)
    return next((each for each in candidates if isinstance(each, BaseException)), None)
