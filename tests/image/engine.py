"""A container engine for the tests: a client, the address of its daemon, and its base image."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LOCAL = "unix://"  # the tests share folders and 127.0.0.1 with the daemon, so it must be on this machine
PULL_WITHIN_S = 300


class NoEngine(Exception):
    """No image can be built here. The message contains the reason."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A client and a daemon. `base` is the base image to use in a Dockerfile."""

    client: str
    host: str
    base: str
    about: str

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that calls the client with some arguments."""
        return [self.client, "--host", self.host, *arguments]

    def ask(self, *arguments: str, within_s: float = 60) -> str:
        """Call the client and return its output. If it fails, raise CalledProcessError with its errors."""
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
    """Return the environment for the client, including variables that it passes to a container."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"DOCKER_BUILDKIT": "1", "BUILDX_BUILDER": "default"} | dict(more or {})


def pinned_base(dockerfile: str) -> str:
    """Return the base image that the first FROM instruction names."""
    return dockerfile.split("FROM ", 1)[1].split(maxsplit=1)[0]


def machines_own() -> Engine:
    """Return this machine's Docker engine, after pulling the Dockerfile's base image if it is absent.

    Raise `NoEngine` if there is no engine on this machine, or if the image cannot be pulled.
    """
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
        raise NoEngine("no docker daemon responds") from None
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
