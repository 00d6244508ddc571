"""Report files: written completely or not at all, and owned by the owner of the workspace."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from gate.config.stdout import is_stdout
from gate.domain.errors import ReportUnwritable
from gate.publish.outlet import write_to_stdout
from gate.publish.paths import absolute, real_path
from gate.text.clean import clean
from gate.text.escape import document

_APPENDED = (
    os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
)  # O_NONBLOCK: do not wait for a pipe's reader
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_whole(
    path: Path, content: bytes | Iterable[bytes], *, workspace: Path, confined: bool = False
) -> None:
    """Write a file completely or not at all: write a temporary file beside it, then rename that file.

    Missing folders are created. A container runs as root in a workspace that belongs to another user, so new
    files and folders are given to the owner of the workspace; otherwise later steps could not remove them.
    If `confined` is true, symbolic links that lead out of the workspace are refused, so that a change in the
    repository cannot make root write elsewhere. (A link that appears between the check and the write is not
    detected.) If the report's path is itself a link, the report replaces it. A device such as /dev/null
    is written to directly, as is stdout (the path `-`). Raises `ReportUnwritable`.
    """
    parts = (content,) if isinstance(content, bytes) else content
    try:
        if is_stdout(str(path)):
            write_to_stdout(document(b"".join(parts).decode()).encode())
        elif _leads_to_a_device(path, workspace, confined=confined):
            with path.open("wb") as device:
                device.writelines(parts)
        else:
            _make_folders(path.parent, workspace)
            _replace(path, parts, workspace)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def check_writable(path: Path, *, workspace: Path, confined: bool = False) -> None:
    """Raise `ReportUnwritable` if the file could not be written now. Leave nothing behind."""
    try:
        if is_stdout(str(path)) or _leads_to_a_device(path, workspace, confined=confined):
            return
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISDIR(path.lstat().st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        temporary = _existing(path.parent) / _beside(path).name
        os.close(os.open(temporary, _NEW_FILE, 0o666))
        temporary.unlink()
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def _leads_to_a_device(path: Path, workspace: Path, *, confined: bool) -> bool:
    """Return whether the path leads to a device. Raises ValueError if the gate may not write to it."""
    in_workspace = confined and _leads_through(path, workspace)
    if in_workspace:
        _stay_inside(path, workspace)
    return _is_device(path, follow_links=not in_workspace)


def _beside(path: Path) -> Path:
    """Return the path of a temporary file. Its name is random, so no link can be placed there first."""
    return path.with_name(
        f".checkly-gate-{secrets.token_hex(8)}.tmp"
    )  # short, even if the report's name is long


def remove(path: Path) -> None:
    """Remove a report if it is a regular file, not a device."""
    with contextlib.suppress(OSError, ValueError):
        if stat.S_ISREG(path.lstat().st_mode):
            path.unlink()


def _replace(path: Path, parts: Iterable[bytes], workspace: Path) -> None:
    temporary = _beside(path)
    try:
        with os.fdopen(os.open(temporary, _NEW_FILE, 0o666), "wb") as file:
            file.writelines(parts)
        _give_to_owner(temporary, workspace)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _leads_through(path: Path, workspace: Path) -> bool:
    """Return whether the path or one of its parent folders is in the workspace, with all links resolved."""
    written = absolute(path)
    border = real_path(workspace)
    return any(Path(real_path(each)).is_relative_to(border) for each in (written, *written.parents))


def _stay_inside(path: Path, workspace: Path) -> None:
    """Raise ValueError if a link in the path leads out of the workspace."""
    # Path.resolve() fails on circular links.
    if not Path(real_path(path.parent)).is_relative_to(real_path(workspace)):
        raise ValueError("a symbolic link leads out of the workspace")


def _is_device(path: Path, *, follow_links: bool) -> bool:
    """Return whether the path is a character device.

    Raises ValueError for a pipe, a socket, a block device, or a link into /proc that leads to a regular file.
    """
    try:
        mode = path.stat(follow_symlinks=follow_links).st_mode
    except OSError:
        return False  # nothing is there, or the write will report the error
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISBLK(mode):
        raise ValueError("it is not a regular file")
    if stat.S_ISREG(mode) and path.is_symlink() and path.readlink().is_relative_to("/proc"):
        raise ValueError("it is a file that a process has open")  # /dev/stdout, redirected
    return stat.S_ISCHR(mode)


def append(path: Path, text: str) -> None:
    """Append UTF-8 text to a file of the CI system. Raises `ReportUnwritable`."""
    try:
        with os.fdopen(os.open(path, _APPENDED, 0o666), "ab") as file:
            file.write(text.encode(errors="replace"))
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError | ValueError) -> ReportUnwritable:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    name = "stdout" if is_stdout(str(path)) else clean(str(path))
    return ReportUnwritable(f"{name} could not be written: {clean(reason)}")


def _existing(folder: Path) -> Path:
    """Return the folder if it exists, otherwise the nearest existing folder above it."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _make_folders(folder: Path, workspace: Path) -> None:
    missing = []
    while not folder.exists() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        _give_to_owner(each, workspace)


def _give_to_owner(path: Path, workspace: Path) -> None:
    """Change the owner if that is possible: a report that belongs to the wrong user is better than none."""
    if os.geteuid() != 0:
        return
    with contextlib.suppress(OSError):
        owner = workspace.stat()
        if owner.st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


class Reserve:
    """File descriptors that are reserved for the reports, in case hanging requests use up all others."""

    def __init__(self, descriptors: int = 3) -> None:
        self._held: list[int] = []
        with contextlib.suppress(OSError):
            for _ in range(descriptors):
                self._held.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

    def release(self) -> None:
        """Make the descriptors available."""
        while self._held:
            os.close(self._held.pop())
