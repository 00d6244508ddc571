"""Trusted certificate authorities: `ca-bundle` adds to the default ones, and SSL_CERT_FILE replaces them."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from gate.checkly.endpoint import Endpoint
from gate.checkly.http import Request
from gate.checkly.proxies import Proxy
from gate.checkly.transport import HttpTransport
from gate.domain.errors import Unreachable, UsageError
from gate.runtime import Process
from tests.faults.proxy import Proxy as ServedProxy
from tests.faults.proxy import proxied

KEY = "cu_0123456789abcdef"
SESSION = "8166fa86-c9b4-4162-8541-d380c6c212d8"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class has this name
        """Log nothing, because the tests need only the responses."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def url(authority: trustme.CA) -> Iterator[str]:
    """Serve HTTPS with a certificate signed by the test authority. Yield the URL."""
    with _served(authority.issue_cert("127.0.0.1")) as address:
        yield address


@contextmanager
def _served(certificate: trustme.LeafCert) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), _Answer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def _status(url: str, *, extra: str = "", replaced: str = "", proxy: str = "") -> int:
    endpoint = Endpoint(
        base_url=url,
        api_key=KEY,
        extra_certificates=extra,
        replaced_certificates=replaced,
        proxy=Proxy(proxy),
    )
    return HttpTransport(endpoint, Process().call_each).send(Request("GET", "/"), within_s=5).status


def test_a_certificate_of_an_unknown_authority_is_not_trusted(url: str) -> None:
    with pytest.raises(Unreachable, match=r"(?i)certificate verify failed"):
        _status(url)


def test_an_authority_in_the_bundle_is_trusted(url: str, bundle: str) -> None:
    assert _status(url, extra=bundle) == 200


def test_an_authority_in_the_bundle_is_also_trusted_through_a_proxy(url: str, bundle: str) -> None:
    with proxied(ServedProxy()) as served:
        assert _status(url, extra=bundle, proxy=served.url()) == 200
        assert len(served.heads) == 1


def test_an_authority_that_replaces_the_default_ones_is_trusted(url: str, bundle: str) -> None:
    assert _status(url, replaced=bundle) == 200


def test_a_bundle_does_not_allow_a_wrong_host_name(url: str, bundle: str) -> None:
    with pytest.raises(Unreachable, match=r"(?i)certificate"):
        _status(url.replace("127.0.0.1", "localhost"), extra=bundle)


@pytest.mark.parametrize(
    ("begins", "ends", "why"), [(1, 2, "not yet valid"), (-2, -1, "has expired")], ids=["early", "late"]
)
def test_the_error_for_an_expired_or_future_certificate_mentions_the_clock(
    begins: int, ends: int, why: str, authority: trustme.CA, bundle: str
) -> None:
    from_now = [datetime.now(UTC) + timedelta(days=days) for days in (begins, ends)]
    certificate = authority.issue_cert("127.0.0.1", not_before=from_now[0], not_after=from_now[1])
    with _served(certificate) as url, pytest.raises(Unreachable, match=rf"{why}.*is the clock .* correct\?"):
        _status(url, extra=bundle)


def test_urllib3_prints_no_warning_about_the_clock(url: str, bundle: str) -> None:
    program = (
        "import datetime, urllib3.connection; urllib3.connection.RECENT_DATE = datetime.date(9999, 1, 1); "
        "from gate.__main__ import main; main()"
    )
    given = ["--session-id", SESSION, "--api-key", KEY, "--api-url", url, "--ca-bundle", bundle]
    done = subprocess.run(
        [sys.executable, "-c", program, *given, "--timeout", "1s", "--junit-path", "/dev/null"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 4
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [("authorities.pem", None), ("authorities.pem", "not a certificate"), ("x" * 5000, None)],
    ids=["missing file", "not a certificate", "a path that is too long"],
)
def test_an_invalid_ssl_cert_file_is_refused_before_any_request(
    name: str, content: str | None, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    endpoint = Endpoint(
        base_url="https://api.example",
        api_key=KEY,
        replaced_certificates=str(path),
        replaced_by="SSL_CERT_FILE",
    )
    with pytest.raises(UsageError, match=r"^SSL_CERT_FILE: \S+ is not a readable PEM file"):
        HttpTransport(endpoint, Process().call_each)


def test_a_folder_of_authorities_is_accepted(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"(?i)certificate verify failed"):
        _status(url, replaced=str(tmp_path))


def test_a_pipe_as_bundle_is_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "authorities.pem"
    os.mkfifo(pipe)
    endpoint = Endpoint(base_url="https://api.example", api_key=KEY, extra_certificates=str(pipe))
    with pytest.raises(UsageError, match=r"^ca-bundle: \S+ is a pipe, not a PEM file"):
        HttpTransport(endpoint, Process().call_each)
