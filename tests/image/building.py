"""The image under test: built from a copy of the checkout, and read layer by layer."""

from __future__ import annotations

import gzip
import json
import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.image.engine import ROOT, Engine, pinned_base

_NOT_OF_THE_CHECKOUT = (".git", ".venv", ".*_cache", ".hypothesis", "node_modules", "test-results")
_BUILT_WITHIN_S = 300
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


@dataclass(frozen=True)
class Image:
    """A built image and its engine."""

    engine: Engine
    tag: str

    @cached_property
    def config(self) -> dict[str, Any]:
        """Return the configuration that containers of the image get."""
        config: dict[str, Any] = self._inspected(self.tag)["Config"]
        return config

    @cached_property
    def layers(self) -> list[list[tarfile.TarInfo]]:
        """Return the members of each layer."""
        with tempfile.TemporaryDirectory(prefix="checkly-gate-layers-") as folder:
            saved = Path(folder) / "image.tar"
            self.engine.ask("save", "--output", str(saved), self.tag)
            with tarfile.open(saved) as archive:
                (manifest,) = json.loads(_read(archive, "manifest.json"))
                return [_members(archive, name) for name in manifest["Layers"]]

    @cached_property
    def files(self) -> dict[str, tarfile.TarInfo]:
        """Return the members of all layers by path. No layer belongs to a base image."""
        return {_path(member): member for layer in self.layers for member in layer}

    @property
    def megabytes(self) -> float:
        return sum(member.size for layer in self.layers for member in layer) / 1e6

    @cached_property
    def megabytes_compressed(self) -> float:
        """Return the download size of the image: all layers, each compressed with gzip."""
        with tempfile.TemporaryDirectory(prefix="checkly-gate-layers-") as folder:
            saved = Path(folder) / "image.tar"
            self.engine.ask("save", "--output", str(saved), self.tag)
            with tarfile.open(saved) as archive:
                (manifest,) = json.loads(_read(archive, "manifest.json"))
                return sum(len(gzip.compress(_read(archive, name), 6)) for name in manifest["Layers"]) / 1e6

    def _inspected(self, name: str) -> dict[str, Any]:
        inspected: list[dict[str, Any]] = json.loads(self.engine.ask("image", "inspect", name))
        return inspected[0]


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def _members(archive: tarfile.TarFile, name: str) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=archive.extractfile(name)) as layer:
        return layer.getmembers()


def _path(member: tarfile.TarInfo) -> str:
    return "/" + member.name.removeprefix("./").removeprefix("/")


@contextmanager
def built(engine: Engine, dockerfile: str = "Dockerfile", *arguments: str) -> Iterator[Image]:
    """Build the image with additional arguments for the client; remove it when the context ends."""
    image = Image(engine, f"checkly-gate:tested-{os.getpid()}-{secrets.token_hex(3)}")
    with tempfile.TemporaryDirectory(prefix="checkly-gate-checkout-") as folder:
        checkout = _strict_checkout(Path(folder) / "checkout", engine, dockerfile)
        proxies = [f"--build-arg={name}={os.environ[name]}" for name in _PROXIES if name in os.environ]
        file = str(checkout / dockerfile)
        engine.ask(
            *("build", "--network", "host", *proxies, *arguments),
            *("--file", file, "--tag", image.tag, str(checkout)),
            within_s=_BUILT_WITHIN_S,
        )
    try:
        yield image
    finally:
        engine.ask("image", "rm", "--force", image.tag)


def _strict_checkout(folder: Path, engine: Engine, dockerfile: str) -> Path:
    """Copy this checkout with the permissions that a umask of 077 gives, and use the engine's base image."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_NOT_OF_THE_CHECKOUT))
    text = (folder / dockerfile).read_text()
    (folder / dockerfile).write_text(text.replace(pinned_base(text), engine.base))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder
