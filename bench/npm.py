"""Install the Checkly CLI as on a fresh machine."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

from bench.first_request import first_request_s
from bench.programs import CLI_FOLDER, environment, missing, with_node

CLI_VERSION: str = json.loads((CLI_FOLDER / "package.json").read_text())["dependencies"]["checkly"]
_CHECK = "0b4ac3a0-3a11-4f0e-9a43-7b0f3d1c2e55"
_INSTALLED_WITHIN_S = 300
_ON_A_STAND_IN = {
    "CHECKLY_ENV": "local",
    "CHECKLY_SKIP_AUTH": "1",
    "CHECKLY_SKIP_NEW_VERSION_CHECK": "true",
    "CI": "true",
}


def installed_afresh(folder: Path) -> tuple[float, float, int, list[float], list[float]] | None:
    """Return the megabytes downloaded and on disk, the number of files, and the seconds of each step."""
    if missing("node", "npm", "npx"):
        return None
    cache, place = folder / "npm-cache", folder / "npm"
    place.mkdir()
    install = ["npm", "install", f"checkly@{CLI_VERSION}", "--no-audit", "--no-fund", "--ignore-scripts"]
    command = [*install, "--prefix", str(place), "--cache", str(cache)]
    began_s = time.monotonic()
    try:
        subprocess.run(
            command, env=os.environ, cwd=place, check=True, capture_output=True, timeout=_INSTALLED_WITHIN_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    took_s = time.monotonic() - began_s
    files = _files_in(place)
    npx = ["npx", "--no-install", "--prefix", str(place), "checkly", "checks", "run", "--check-id", _CHECK]
    first_s = first_request_s(npx, lambda url: with_node(environment(url, folder, **_ON_A_STAND_IN)))
    downloaded = _files_in(cache / "_cacache" / "content-v2")
    return _megabytes(downloaded), _megabytes(files), len(files), [took_s], [first_s]


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _megabytes(files: list[Path]) -> float:
    return sum(path.stat().st_size for path in files) / 1e6
