"""Report files: written whole or not at all, and owned by whoever owns the workspace."""

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
)  # no waiting for a pipe's reader
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_whole(
    path: Path, content: bytes | Iterable[bytes], *, workspace: Path, confined: bool = False
) -> None:
    """Writes a file, whole or in parts, by way of a temporary one beside it, making folders as needed.

    A container runs as root in a workspace that belongs to somebody else; what root creates there is given
    to the workspace's owner, else later steps could not remove it. Where the gate is `confined`, no symbolic
    link leads it out of the workspace: whoever may change the repository may not have root write elsewhere.
    (A link that appears between the look and the writing is not seen.) A link in the place of the report
    itself is replaced; a device such as /dev/null is written to, and stdout if the path is `-`.
    Raises `ReportUnwritable`.
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
    """Raise `ReportUnwritable` if the file could not be written now. Leaves nothing behind."""
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
    """Return whether the path is that of a device. Raises ValueError if it may not be written to."""
    in_workspace = confined and _leads_through(path, workspace)
    if in_workspace:
        _stay_inside(path, workspace)
    return _is_device(path, follow_links=not in_workspace)


def _beside(path: Path) -> Path:
    """Return the path of a temporary file. No one can guess its name, and put a link in its place."""
    return path.with_name(f".checkly-gate-{secrets.token_hex(8)}.tmp")  # short even if the path's own is long


def remove(path: Path) -> None:
    """Remove a report if it is a file; a device stays."""
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
    """Whether the path is written as one that leads through the workspace, by whatever name of it."""
    written = absolute(path)
    border = real_path(workspace)
    return any(Path(real_path(each)).is_relative_to(border) for each in (written, *written.parents))


def _stay_inside(path: Path, workspace: Path) -> None:
    """Raises ValueError for a path that lies, by a link, outside of the workspace."""
    # resolve() stumbles over links in a circle
    if not Path(real_path(path.parent)).is_relative_to(real_path(workspace)):
        raise ValueError("a symbolic link leads out of the workspace")


def _is_device(path: Path, *, follow_links: bool) -> bool:
    """Whether it is a device that takes text. Raises ValueError for what neither takes it nor is a file."""
    try:
        mode = path.stat(follow_symlinks=follow_links).st_mode
    except OSError:
        return False  # nothing is there, or writing will say what is wrong
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISBLK(mode):
        raise ValueError("what is there is no file")
    if stat.S_ISREG(mode) and path.is_symlink() and path.readlink().is_relative_to("/proc"):
        raise ValueError("what is there is a file that a process has open")  # /dev/stdout, redirected
    return stat.S_ISCHR(mode)


def append(path: Path, text: str) -> None:
    """Adds UTF-8 text to a file of the CI system's. Raises `ReportUnwritable`."""
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
    """Return the folder, or the nearest one above it that exists."""
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
    """As far as that is possible: a report that belongs to the wrong user is better than none."""
    if os.geteuid() != 0:
        return
    with contextlib.suppress(OSError):
        owner = workspace.stat()
        if owner.st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


class Reserve:
    """Descriptors that are kept free for the reports, in case that requests that hang use up all others."""

    def __init__(self, descriptors: int = 3) -> None:
        self._held: list[int] = []
        with contextlib.suppress(OSError):
            for _ in range(descriptors):
                self._held.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

    def release(self) -> None:
        """Make the descriptors available."""
        while self._held:
            os.close(self._held.pop())
