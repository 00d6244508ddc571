"""The endpoint of the API: credentials, TLS and proxy, and a `requests` session that uses them."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.auth import AuthBase

from gate import __version__
from gate.checkly.connections import CuttingAdapter
from gate.checkly.proxies import Proxy
from gate.checkly.tls import AdapterWithAuthorities, trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The base URL, the credentials, and how to connect. Certificates are in PEM format."""

    base_url: str
    api_key: str = field(repr=False)
    account_id: str = ""
    is_loopback: bool = False
    is_in_container: bool = False
    proxy: Proxy = field(default_factory=Proxy)
    extra_certificates: str = ""  # trusted in addition to the usual authorities
    replaced_certificates: str = ""  # a file or folder that replaces the usual authorities
    replaced_by: str = ""  # the variable that names this file or folder
    secrets: tuple[str, ...] = field(default=(), repr=False)  # redacted, because Checkly may return them


class _Session(requests.Session):
    """A session that follows no redirect.

    Following a redirect would send X-Checkly-Account to another host. `allow_redirects=False` is not enough:
    requests would still read the whole body of the redirect to prepare the next request.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target."""


def session_for(endpoint: Endpoint) -> requests.Session:
    """Return a session with the endpoint's settings. Raises `UsageError` for unreadable certificates."""
    session = _Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # no cookies are sent back
    session.auth = _Credentials(endpoint.api_key, endpoint.account_id)
    session.headers["User-Agent"] = f"checkly-gate/{__version__}"
    session.headers["Accept"] = "application/json"
    session.trust_env = False  # the endpoint already contains the environment's settings
    session.proxies = {"all": endpoint.proxy.url} if endpoint.proxy.url else {}
    if endpoint.replaced_certificates and endpoint.base_url.startswith("https:"):
        if not os.path.isdir(endpoint.replaced_certificates):  # noqa: PTH112 - Path raises an error for a long path
            trust(
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), endpoint.replaced_certificates, endpoint.replaced_by
            )
        session.verify = endpoint.replaced_certificates
    session.mount("http://", CuttingAdapter())
    extra = endpoint.extra_certificates
    session.mount("https://", AdapterWithAuthorities(extra) if extra else CuttingAdapter())
    return session


class _Credentials(AuthBase):
    """The credentials of each request."""

    def __init__(self, api_key: str, account_id: str) -> None:
        self._headers = {"Authorization": f"Bearer {api_key}"}
        if account_id:
            self._headers["X-Checkly-Account"] = account_id

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request
