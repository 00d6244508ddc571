"""Stand-ins for the programs that an example calls. They record their calls and exit as configured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_RECORDER = """#!{python}
import json, os, sys
with open({file!r}, "a") as file:
    print(json.dumps([sys.argv[1:], dict(os.environ)]), file=file)
for name, text in {writes!r}.items():
    with open(name, "w") as file:
        file.write(text)
sys.stdout.write({prints!r})
sys.exit({code})
"""


@dataclass(frozen=True)
class Call:
    """A call to a program: its arguments and its environment."""

    arguments: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Ended:
    """The result of a script: its exit code and its output."""

    code: int
    log: str


@dataclass(frozen=True)
class Programs:
    """A folder of programs that is on the PATH of the scripts."""

    folder: Path

    def add(
        self, name: str, code: int = 0, writes: Mapping[str, str] | None = None, prints: str = ""
    ) -> None:
        """Add a program that writes files to its working directory, prints `prints` and exits with `code`."""
        self.folder.mkdir(exist_ok=True)
        program = self.folder / name
        text = _RECORDER.format(
            python=sys.executable,
            file=f"{program}.calls",
            code=code,
            writes=dict(writes or {}),
            prints=prints,
        )
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

    def calls(self, name: str) -> list[Call]:
        file = self.folder / f"{name}.calls"
        lines = file.read_text().splitlines() if file.is_file() else []
        return [Call(*json.loads(line)) for line in lines]

    def run(self, script: str, env: Mapping[str, str], folder: Path, shell: str = "sh -e") -> Ended:
        """Run a script in a folder, with the given variables and with these programs first on the PATH."""
        done = subprocess.run(
            [*shell.split(), "-c", script],
            cwd=folder,
            env={"PATH": f"{self.folder}:{os.environ['PATH']}", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout)
