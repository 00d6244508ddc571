"""Choose the proxy for the API as `requests` would, and check its URL before it is used.

requests and urllib3 parse a proxy's URL when they connect. If a password contains characters that should have
been encoded, these libraries mistake part of it for the host, and repeat that part in their errors.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import quote, unquote, urlsplit

from requests.utils import should_bypass_proxies

from gate.domain.errors import UsageError

_HIGHEST_PORT = 65535
_URL = (  # compiled only if there is a proxy
    r"(?:(?P<scheme>https?|socks(?:4a?|5h?))://)?"
    r"(?:(?P<user>[^:/?#\\\[\]]*)(?P<colon>:?)(?P<password>[^/?#\\\[\]]*)@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s:/?#@\\\[\]%]+)(?::(?P<port>\d{1,5}))?"
    r"(?:[/?#][^@]*)?"  # requests ignores a path; a path with an @ would be the rest of a password
)
_MALFORMED = (
    "not a valid proxy URL. Use http://host:port or http://user:password@host:port, and encode special "
    "characters in the password: / is %2F, ? is %3F, # is %23, \\ is %5C, [ is %5B, ] is %5D"
)
_NO_SOCKS = (
    "a SOCKS proxy needs the Python package PySocks, which is not installed. Install it (pip install "
    "PySocks), or use an HTTP proxy"
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy's URL, empty if there is none, and the forms in which an error could repeat its password."""

    url: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def proxy_for(url: str, env: Mapping[str, str]) -> Proxy:
    """Return the proxy that the environment sets for a URL.

    Raises `UsageError`, whose text contains no credentials.
    """
    no_proxy = env.get("no_proxy") or env.get("NO_PROXY", "")
    for scheme in (urlsplit(url).scheme, "all"):
        variable = _variable(f"{scheme}_proxy", env)
        if text := env.get(variable, "").strip():
            return Proxy() if should_bypass_proxies(url, no_proxy=no_proxy) else _read(text, variable)
    return Proxy()


def _variable(name: str, env: Mapping[str, str]) -> str:
    """Return the spelling of the variable that applies.

    If the lower-case spelling is set, it applies, even if it is empty. Otherwise, another spelling applies if
    it is not empty.
    """
    return max((each for each in env if each.lower() == name and (env[each] or each == name)), default=name)


def _read(text: str, variable: str) -> Proxy:
    """Return the proxy with its credentials encoded, so that no library can misread them."""
    match = re.fullmatch(_URL, text, re.IGNORECASE)
    if not match or int(match["port"] or 0) > _HIGHEST_PORT:
        raise UsageError(f"{variable}: {_MALFORMED}")
    scheme = (match["scheme"] or "http").lower()
    user, password = unquote(match["user"] or ""), unquote(match["password"] or "")
    if scheme.startswith("socks") and not find_spec("socks"):
        raise UsageError(f"{variable}: {_NO_SOCKS}")
    try:
        basic = b64encode(f"{user}:{password}".encode("latin-1")).decode()  # the encoding that requests uses
    except UnicodeEncodeError:
        raise UsageError(f"{variable}: user and password must consist of Latin-1 characters") from None
    place = match["host"] + (f":{match['port']}" if match["port"] else "")
    if not user and not password:
        return Proxy(f"{scheme}://{place}")
    credentials = f"{quote(user, safe='')}{match['colon']}{quote(password, safe='')}"
    return Proxy(f"{scheme}://{credentials}@{place}", (password or user, basic))
