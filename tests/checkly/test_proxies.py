"""Environment variables select the proxy, and no part of the proxy's password is ever shown."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.checkly.endpoint import Endpoint
from gate.checkly.http import Request
from gate.checkly.proxies import Proxy, proxy_for
from gate.checkly.transport import HttpTransport
from gate.domain.errors import Unreachable, UsageError
from gate.runtime import Process
from tests.faults.proxy import Proxy as ServedProxy
from tests.faults.proxy import proxied

URL = "https://api.checkly.test"
ONE, OTHER = "http://one.test:3128", "http://other.test:3128"
CHOICES: Mapping[str, tuple[dict[str, str], str]] = {
    "none": ({}, ""),
    "HTTPS_PROXY": ({"HTTPS_PROXY": ONE}, ONE),
    "the lower-case variable wins": ({"HTTPS_PROXY": ONE, "https_proxy": OTHER}, OTHER),
    "an empty lower-case variable wins too": ({"HTTPS_PROXY": ONE, "https_proxy": ""}, ""),
    "HTTP_PROXY does not apply to https URLs": ({"HTTP_PROXY": ONE}, ""),
    "ALL_PROXY": ({"ALL_PROXY": ONE}, ONE),
    "HTTPS_PROXY before ALL_PROXY": ({"ALL_PROXY": ONE, "HTTPS_PROXY": OTHER}, OTHER),
    "NO_PROXY names the host": ({"HTTPS_PROXY": ONE, "NO_PROXY": "x.test, api.checkly.test"}, ""),
    "NO_PROXY names the domain of the host": ({"HTTPS_PROXY": ONE, "no_proxy": ".checkly.test"}, ""),
    "NO_PROXY names all hosts": ({"HTTPS_PROXY": ONE, "NO_PROXY": "*"}, ""),
    "NO_PROXY names another host": ({"HTTPS_PROXY": ONE, "NO_PROXY": "example.com"}, ONE),
}
AS_REQUESTS_CHOOSES = """
import json, os, sys
from requests.utils import get_environ_proxies, select_proxy
for env in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(env)
    print(select_proxy(sys.argv[1], get_environ_proxies(sys.argv[1])) or "")
"""


@pytest.mark.parametrize(("env", "chosen"), CHOICES.values(), ids=CHOICES.keys())
def test_environment_variables_select_the_proxy(env: dict[str, str], chosen: str) -> None:
    assert proxy_for(URL, env).url == chosen


def test_the_requests_library_selects_the_same_proxy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_REQUESTS_CHOOSES, URL],
        input=json.dumps([env for env, _ in CHOICES.values()]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [chosen for _, chosen in CHOICES.values()]


WITHOUT_A_SCHEME = {"one.test:3128": ONE, "one:3128": "http://one:3128", "[::1]:3128": "http://[::1]:3128"}


@pytest.mark.parametrize(("text", "url"), [*WITHOUT_A_SCHEME.items(), (f"{ONE}/path?x", ONE)])
def test_the_scheme_of_a_proxy_is_optional_and_a_path_is_ignored(text: str, url: str) -> None:
    assert proxy_for(URL, {"HTTPS_PROXY": text}).url == url


BEGIN, END = "Zq9w7Tk", "Xv8rMn3"
MALFORMED = {
    **{f"a {name}": f"http://user:{BEGIN}{sign}{END}@one.test:3128" for name, sign in {
        "slash": "/", "question mark": "?", "hash": "#", "backslash": "\\", "bracket": "[", "pair": "[]",
    }.items()},
    "digits and a slash": f"http://user:12/{END}@one.test:3128",
    "a slash in the user": f"http://{BEGIN}/user:{END}@one.test",
    "no host": f"http://user:{BEGIN}@",
    "a port without a host": f"http://user:{BEGIN}@:3128",
    "neither a host nor an @": f"http://user:{BEGIN}",
    "only a scheme": "http://",
    "another scheme": f"ftp://user:{BEGIN}@one.test:3128",
    "a port out of range": f"http://user:{BEGIN}@one.test:99999",
    "a space in the host": f"http://user:{BEGIN}@one test",
    "not Latin-1": f"http://user:{BEGIN}\N{SNOWMAN}{END}@one.test",
    "SOCKS": f"socks5h://user:{BEGIN}@one.test:1080",
}  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
def test_a_malformed_proxy_is_refused_without_showing_its_credentials(variable: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        proxy_for(URL, {variable: text})
    (problem,) = caught.value.problems
    assert problem.startswith(f"{variable}: ")
    assert not any(part in problem for part in (BEGIN, END, "one.test"))


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "socks5", "SOCKS5h"])
def test_a_socks_proxy_is_accepted_if_its_library_is_installed(scheme: str, tmp_path: Path) -> None:
    (tmp_path / "socks.py").touch()
    code = "from gate.checkly.proxies import proxy_for; import sys; "
    code += "print(proxy_for('https://a.test', {'ALL_PROXY': sys.argv[1]}).url)"
    done = subprocess.run(
        [sys.executable, "-c", code, f"{scheme}://a:1"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{scheme.lower()}://a:1"


ODD = {
    "percent": f"{BEGIN}%{END}",
    "space": f"{BEGIN} {END}",
    "at": f"{BEGIN}@{END}",
    "colon": f"{BEGIN}:{END}",
    "Latin-1": f"{BEGIN}é{END}",
    "encoded": f"{BEGIN}%2F%3F%23%5C%5B{END}",
}
MEANT = {**ODD, "encoded": f"{BEGIN}/?#\\[{END}"}


@pytest.mark.parametrize("name", ODD)
def test_a_password_with_special_characters_is_sent_to_the_proxy_and_not_shown(name: str) -> None:
    basic = b64encode(f"user:{MEANT[name]}".encode("latin-1"))
    echo = b"HTTP/1.1 407 " + MEANT[name].encode("latin-1") + b" " + basic + b"\r\nContent-Length: 0\r\n\r\n"
    log: list[str] = []
    with proxied(ServedProxy(echo)) as served:
        proxy = proxy_for(URL, {"HTTPS_PROXY": served.url(f"user:{ODD[name]}")})
        endpoint = Endpoint(base_url=URL, api_key="cu_0123456789abcdef", proxy=proxy)
        with pytest.raises(Unreachable, match="Tunnel connection failed: 407") as caught:
            HttpTransport(endpoint, Process().call_each, log.append).send(Request("GET", "/"), within_s=5)
    assert b"Proxy-Authorization: Basic " + basic + b"\r\n" in served.heads[0]
    for shown in (str(caught.value), repr(endpoint), *log):
        assert not any(part in shown for part in (BEGIN, END, basic.decode()[8:]))


def test_a_malformed_proxy_is_ignored_for_a_host_in_no_proxy() -> None:
    env = {"HTTPS_PROXY": MALFORMED["no host"], "NO_PROXY": "api.checkly.test"}
    assert proxy_for(URL, env) == Proxy()
