"""Report files: written whole or not at all, and owned by whoever owns the workspace."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gate.errors import ReportUnwritable
from gate.text import clean


def write_whole(path: Path, content: bytes, *, workspace: Path) -> None:
    """Writes a file by way of a temporary one beside it, making folders as needed.

    A container runs as root in a workspace that belongs to somebody else; what root creates there is given
    to the workspace's owner, else later steps could not remove it. Raises `ReportUnwritable`.
    """
    try:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        created = _make_folders(path.parent)
        try:
            temporary.write_bytes(content)
            _give_to_owner([*created, temporary], workspace)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def append(path: Path, text: str) -> None:
    """Adds UTF-8 text to a file of the CI system's. Raises `ReportUnwritable`."""
    try:
        with path.open("ab") as file:
            file.write(text.encode(errors="replace"))
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError | ValueError) -> ReportUnwritable:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ReportUnwritable(f"{clean(str(path))} could not be written: {clean(reason)}")


def shown_path(path: Path, workspace: Path) -> str:
    """The path relative to the workspace where it lies in it, for a container's mean nothing outside."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    try:
        return absolute.relative_to(os.path.abspath(workspace)).as_posix()  # noqa: PTH100 - as above
    except ValueError:
        return absolute.as_posix()


def _make_folders(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
    return missing


def _give_to_owner(paths: list[Path], workspace: Path) -> None:
    """As far as that is possible: a report that belongs to the wrong user is better than none."""
    if os.geteuid() != 0:
        return
    with contextlib.suppress(OSError):
        owner = workspace.stat()
        for path in paths if owner.st_uid != 0 else []:
            os.chown(path, owner.st_uid, owner.st_gid)
