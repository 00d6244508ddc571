"""Paths as they are shown, and where they lead."""

from __future__ import annotations

import os
from pathlib import Path

from gate.config.stdout import is_stdout


def shown_path(path: Path, workspace: Path) -> str:
    """The path relative to the workspace where it lies in it, for a container's mean nothing outside.

    Empty for stdout, which is no file that a later step could read.
    """
    if is_stdout(str(path)):
        return ""
    full = absolute(path)
    try:
        return full.relative_to(absolute(workspace)).as_posix()
    except ValueError:
        return full.as_posix()


def real_path(path: str | Path) -> str:
    """Return where a path leads, links and all; as it is written if the working directory is gone."""
    try:
        return os.path.realpath(path)
    except OSError:
        return os.fspath(path)


def absolute(path: Path) -> Path:
    """Return the path from the root; if the working directory is gone, as it is written."""
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    except OSError:
        return path
