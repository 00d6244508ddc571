"""A build of the image behind TLS inspection. Build arguments set the authority and the package index."""

from __future__ import annotations

import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from tests.image.building import Image, built
from tests.image.engine import ROOT


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named as in the base class
        """Log nothing, so that the requests do not appear in the output of the tests."""


@contextmanager
def _index(folder: Path, authority: trustme.CA) -> Iterator[str]:
    """Serve a folder as a package index, with a certificate that only this authority has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _download_packages(image: Image, folder: Path) -> None:
    """Download the packages of the lock file, and arrange them as a package index does."""
    wheels = folder / "wheels"
    wheels.mkdir()
    mounts = ("-v", f"{ROOT / 'requirements.txt'}:/requirements.txt:ro", "-v", f"{wheels}:/wheels")
    download = ("python3", "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary", ":all:")
    where = ("--dest", "/wheels", "--requirement", "/requirements.txt")
    image.engine.ask(
        *("run", "--rm", "--network", "host", *mounts, image.engine.base, *download, *where), within_s=120
    )
    for wheel in wheels.iterdir():
        project = folder / "simple" / wheel.name.partition("-")[0].lower().replace("_", "-")
        project.mkdir(parents=True, exist_ok=True)
        shutil.copy(wheel, project)


@pytest.mark.timeout(180)
def test_the_build_trusts_the_given_authority_and_uses_the_given_index(image: Image, tmp_path: Path) -> None:
    authority = trustme.CA()
    _download_packages(image, tmp_path)
    with _index(tmp_path, authority) as url:
        arguments = {"CA_CERTIFICATES": authority.cert_pem.bytes().decode(), "PIP_INDEX_URL": f"{url}/simple"}
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        with built(image.engine, "Dockerfile", "--target=packages", *given) as packages:
            listed = image.engine.ask("run", "--rm", packages.tag, "ls", "/build/packages")
    assert {"requests", "yaml", "junit_xml"} <= set(listed.split())
