"""The networks in which gates run, as data: certificates, environment variables, proxies and host names.

By default, the gate reaches the server at 0.0.0.0, which on Linux is an address of the same machine. The
gate does not treat it as loopback, so it requires TLS and uses the proxy. A server behind a proxy has a name
that only the proxy can resolve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tests.faults.proxy import PASSWORD, USER

DIRECT, NAMED, NOBODY, INVALID, LOOPBACK = (
    "https://0.0.0.0:{port}",
    "https://api.checkly.test:{port}",
    "https://0.0.0.0:{closed}",
    "https://checkly.invalid",
    "http://127.0.0.1:{port}",
)


class Certificate(Enum):
    """The certificate of the server."""

    RIGHT = "for the right name, signed by a private authority"
    EXPIRED = "expired"
    WRONG_HOST = "for another name"
    SELF_SIGNED = "self-signed"
    NONE = "no TLS"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyPlan:
    """A proxy that returns `answer`, or connects if `answer` is empty. It may require credentials."""

    answer: bytes = b""
    asks_for_credentials: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A network, the gate's exit code in it, and text that the gate's reason must contain.

    `url`, `env`, `inputs` and `says` may contain placeholders. Files: {bundle} contains the certificate of
    the server's authority, {other} that of another authority, {empty} no certificate; {nowhere} does not
    exist. URLs of the proxy: {proxy} has no credentials, {known_proxy} has the right ones. Ports: {port} is
    the server's; {closed} refuses connections, {full} drops them, {silent} accepts them but sends nothing.
    """

    name: str
    code: int
    says: str
    url: str = DIRECT
    certificate: Certificate = Certificate.RIGHT
    inputs: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    proxy: ProxyPlan | None = None


_GREEN = "1 of 1 location green"
_BUNDLE = {"ca-bundle": "{bundle}"}
_PROXY = {"HTTPS_PROXY": "{proxy}"}
_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<html></html>\n"
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<html></html>\n"
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"

CONDITIONS: Mapping[str, tuple[Condition, ...]] = {
    "Certificates": (
        Condition(name="a private authority", code=4, says="certificate verify failed"),
        Condition(name="a private authority in `ca-bundle`", code=0, says=_GREEN, inputs=_BUNDLE),
        Condition(
            name="a private authority in `SSL_CERT_FILE`",
            code=0,
            says=_GREEN,
            env={"SSL_CERT_FILE": "{bundle}"},
        ),
        Condition(
            name="a private authority in `REQUESTS_CA_BUNDLE`",
            code=0,
            says=_GREEN,
            env={"REQUESTS_CA_BUNDLE": "{bundle}"},
        ),
        Condition(
            name="another authority in `ca-bundle`",
            code=4,
            says="certificate verify failed",
            inputs={"ca-bundle": "{other}"},
        ),
        Condition(
            name="an expired certificate",
            code=4,
            says="certificate has expired",
            certificate=Certificate.EXPIRED,
            inputs=_BUNDLE,
        ),
        Condition(
            name="a certificate for another host",
            code=4,
            says="certificate is not valid for",
            certificate=Certificate.WRONG_HOST,
            inputs=_BUNDLE,
        ),
        Condition(
            name="a self-signed certificate",
            code=4,
            says="certificate verify failed",
            certificate=Certificate.SELF_SIGNED,
            inputs=_BUNDLE,
        ),
        Condition(name="no TLS", code=4, says="SSL", certificate=Certificate.NONE),
        Condition(
            name="`ca-bundle` names a missing file",
            code=2,
            says="ca-bundle: {nowhere} is not a readable PEM file",
            inputs={"ca-bundle": "{nowhere}"},
        ),
        Condition(
            name="`SSL_CERT_FILE` names a missing file",
            code=2,
            says="SSL_CERT_FILE: {nowhere} is not a readable PEM file",
            env={"SSL_CERT_FILE": "{nowhere}"},
        ),
        Condition(
            name="`REQUESTS_CA_BUNDLE` names a missing file",
            code=2,
            says="REQUESTS_CA_BUNDLE: {nowhere} is not a readable PEM file",
            env={"REQUESTS_CA_BUNDLE": "{nowhere}"},
        ),
        Condition(
            name="`CURL_CA_BUNDLE` names a file without a certificate",
            code=2,
            says="CURL_CA_BUNDLE: {empty} is not a readable PEM file",
            env={"CURL_CA_BUNDLE": "{empty}"},
        ),
        Condition(
            name="`SSL_CERT_FILE` names a missing file, and the API does not use TLS",
            code=0,
            says=_GREEN,
            url=LOOPBACK,
            certificate=Certificate.NONE,
            env={"SSL_CERT_FILE": "{nowhere}"},
        ),
    ),
    "Addresses": (
        Condition(name="a closed port", code=4, says="Connection refused", url=NOBODY),
        Condition(
            name="connections are not accepted",
            code=4,
            says="sent no complete response",
            url="https://0.0.0.0:{full}",
        ),
        Condition(
            name="a name that does not exist", code=4, says=f"the request to {INVALID} failed", url=INVALID
        ),
    ),
    "Proxies": (
        Condition(
            name="a proxy that connects",
            code=0,
            says=_GREEN,
            url=NAMED,
            inputs=_BUNDLE,
            env=_PROXY,
            proxy=ProxyPlan(),
        ),
        Condition(
            name="a proxy variable in lower case",
            code=0,
            says=_GREEN,
            url=NAMED,
            inputs=_BUNDLE,
            env={"https_proxy": "{proxy}"},
            proxy=ProxyPlan(),
        ),
        Condition(
            name="a proxy that gets the credentials that it requires",
            code=0,
            says=_GREEN,
            url=NAMED,
            inputs=_BUNDLE,
            env={"HTTPS_PROXY": "{known_proxy}"},
            proxy=ProxyPlan(asks_for_credentials=True),
        ),
        Condition(
            name="a proxy that requires credentials and gets none",
            code=4,
            says="407 Proxy Authentication Required",
            url=NAMED,
            inputs=_BUNDLE,
            env=_PROXY,
            proxy=ProxyPlan(asks_for_credentials=True),
        ),
        Condition(
            name="a proxy that returns 502",
            code=4,
            says="502 Bad Gateway",
            url=NAMED,
            inputs=_BUNDLE,
            env={"HTTPS_PROXY": "{known_proxy}"},
            proxy=ProxyPlan(answer=_BAD_GATEWAY),
        ),
        Condition(
            name="a proxy that returns 403 in HTML",
            code=4,
            says="403 Forbidden",
            url=NAMED,
            inputs=_BUNDLE,
            env=_PROXY,
            proxy=ProxyPlan(answer=_REFUSED),
        ),
        Condition(
            name="a proxy that returns 200 in HTML",
            code=4,
            says="SSL",
            url=NAMED,
            inputs=_BUNDLE,
            env=_PROXY,
            proxy=ProxyPlan(answer=_HTML),
        ),
        Condition(
            name="a proxy at a closed port",
            code=4,
            says="Connection refused",
            url=NAMED,
            env={"HTTPS_PROXY": f"http://{USER}:{PASSWORD}@127.0.0.1:{{closed}}"},
        ),
        Condition(
            name="a proxy's password with a slash that is not encoded",
            code=2,
            says="HTTPS_PROXY: not a valid proxy URL",
            url=NAMED,
            env={"HTTPS_PROXY": f"http://{USER}:{PASSWORD}/@127.0.0.1:{{closed}}"},
        ),
        Condition(
            name="a proxy without a host",
            code=2,
            says="HTTPS_PROXY: not a valid proxy URL",
            url=NAMED,
            env={"HTTPS_PROXY": f"http://{USER}:{PASSWORD}@"},
        ),
        Condition(
            name="a SOCKS proxy without the required library",
            code=2,
            says="HTTPS_PROXY: a SOCKS proxy needs the Python package PySocks",
            url=NAMED,
            env={"HTTPS_PROXY": f"socks5h://{USER}:{PASSWORD}@127.0.0.1:{{closed}}"},
        ),
        Condition(
            name="a proxy that never responds",
            code=4,
            says="sent no complete response",
            url=NAMED,
            env={"HTTPS_PROXY": "http://127.0.0.1:{silent}"},
        ),
        Condition(
            name="a proxy, and a private authority that is not trusted",
            code=4,
            says="certificate verify failed",
            url=NAMED,
            env=_PROXY,
            proxy=ProxyPlan(),
        ),
        Condition(
            name="`NO_PROXY` names the host",
            code=0,
            says=_GREEN,
            inputs=_BUNDLE,
            env={"HTTPS_PROXY": "http://127.0.0.1:{closed}", "NO_PROXY": "example.com,0.0.0.0"},
        ),
        Condition(
            name="an unreachable proxy, and the API on this machine",
            code=0,
            says=_GREEN,
            url=LOOPBACK,
            certificate=Certificate.NONE,
            env={"HTTP_PROXY": "http://127.0.0.1:{closed}"},
        ),
    ),
}
EVERY_CONDITION = tuple(each for conditions in CONDITIONS.values() for each in conditions)
