"""A container engine as the tests use it: a client, where its daemon is, and the base image that it has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LOCAL = "unix://"  # folders and 127.0.0.1 are only the tests' own where the daemon is on this machine
PULL_WITHIN_S = 300


class NoEngine(Exception):
    """Why no image can be built here."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where to build and run. `base` is the name of the base image that a Dockerfile must begin with."""

    client: str
    host: str
    base: str
    about: str

    def command(self, *arguments: str) -> list[str]:
        """The command line of a call of the client."""
        return [self.client, "--host", self.host, *arguments]

    def ask(self, *arguments: str, within_s: float = 60) -> str:
        """What the client prints. Raises CalledProcessError with what it complained of."""
        done = subprocess.run(
            self.command(*arguments),
            env=client_environment(),
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
        if done.returncode:
            error = subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
            error.add_note(done.stderr[-3000:])
            raise error
        printed: str = done.stdout
        return printed


def client_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a client of the engine needs, and what is to be passed on."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"DOCKER_BUILDKIT": "1", "BUILDX_BUILDER": "default"} | dict(more or {})


def pinned_base(dockerfile: str) -> str:
    """The base image, as the first FROM names it."""
    return dockerfile.split("FROM ", 1)[1].split(maxsplit=1)[0]


def machines_own() -> Engine:
    """The engine that works here already, with the very base image of the Dockerfile. Raises `NoEngine`."""
    client = shutil.which("docker")
    if client is None:
        raise NoEngine("there is no docker client")
    try:
        host = os.environ.get("DOCKER_HOST") or _asked(
            client, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"
        )
        if not host.startswith(_LOCAL):
            raise NoEngine(f"the docker daemon is not on this machine ({host})")
        version = _asked(client, "--host", host, "version", "--format", "{{.Server.Version}}")
    except (OSError, subprocess.SubprocessError):
        raise NoEngine("no docker daemon answers") from None
    base = pinned_base((ROOT / "Dockerfile").read_text())
    engine = Engine(client, host, base, f"Docker {version}, {base.partition('@')[0]}")
    try:
        engine.ask("image", "inspect", base)
    except subprocess.CalledProcessError:
        try:
            engine.ask("pull", "--quiet", base, within_s=PULL_WITHIN_S)
        except (OSError, subprocess.SubprocessError):
            raise NoEngine(f"docker cannot pull {base}") from None
    return engine


def _asked(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
