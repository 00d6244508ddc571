"""Shorten paths for readers, and resolve them."""

from __future__ import annotations

import os
from pathlib import Path

from gate.config.stdout import is_stdout


def shown_path(path: Path, workspace: Path) -> str:
    """Return the path as reports show it: relative to the workspace if it is inside.

    A container's absolute paths mean nothing outside the container. The path of stdout is empty, because a
    later step could not read it.
    """
    if is_stdout(str(path)):
        return ""
    full = absolute(path)
    try:
        return full.relative_to(absolute(workspace)).as_posix()
    except ValueError:
        return full.as_posix()


def real_path(path: str | Path) -> str:
    """Return the path with all links resolved, or unchanged if the working directory does not exist."""
    try:
        return os.path.realpath(path)
    except OSError:
        return os.fspath(path)


def absolute(path: Path) -> Path:
    """Return the absolute path, or the path unchanged if the working directory does not exist."""
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    except OSError:
        return path
