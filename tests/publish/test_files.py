"""Report files are written completely or not at all, and belong to the owner of the workspace."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gate.domain.errors import ReportUnwritable
from gate.publish.files import check_writable, remove, write_whole
from gate.publish.paths import shown_path
from tests.absent import AS_ROOT

RUNNER = (1001, 121)


@contextmanager
def _full_disk(file_bytes: int) -> Iterator[None]:
    """Limit the size of files in this context, to simulate a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _without_privileges() -> Iterator[None]:
    """Drop the privileges of root in this context."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


def _below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def _owner(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


@pytest.mark.parametrize("name", ["report.xml", "a/report.xml", "a/b/c/report.xml", "with space/ü.xml"])
def test_missing_folders_are_created_and_no_temporary_files_remain(name: str, tmp_path: Path) -> None:
    write_whole(tmp_path / name, b"content", workspace=tmp_path)
    assert (tmp_path / name).read_bytes() == b"content"
    assert [path for path in _below(tmp_path) if (tmp_path / path).is_file()] == [name]


def test_a_report_replaces_an_older_one(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.xml", b"a long first report", workspace=tmp_path)
    write_whole(tmp_path / "report.xml", b"second", workspace=tmp_path)
    assert (tmp_path / "report.xml").read_bytes() == b"second"
    assert _below(tmp_path) == ["report.xml"]


def test_a_full_disk_leaves_the_older_report_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_bytes(b"last")
    with (
        _full_disk(100),
        pytest.raises(ReportUnwritable, match="could not be written: File too large"),
    ):
        write_whole(path, b"x" * 1000, workspace=tmp_path)
    assert path.read_bytes() == b"last"
    assert _below(tmp_path) == ["report.xml"]


UNWRITABLE = {
    "a folder": ("folder", "Is a directory"),
    "below a file": ("file/report.xml", "Not a directory"),
    "the root folder": ("/", ""),
    "the working directory": (".", ""),
    "a path in /proc": ("/proc/report.xml", ""),
    "a name that is too long": ("x" * 300, "File name too long"),
}


@pytest.mark.parametrize(("path", "reason"), UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_writing_to_an_unwritable_path_raises_an_error_with_the_reason(
    path: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    target = Path(path) if path == "." else tmp_path / path
    with pytest.raises(ReportUnwritable, match=f"could not be written: .*{reason}") as raised:
        write_whole(target, b"content", workspace=tmp_path)
    assert len(str(raised.value).splitlines()) == 1
    assert _below(tmp_path) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(("path", "reason"), UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_an_unwritable_path_is_detected_before_anything_is_written(
    path: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    target = Path(path) if path == "." else tmp_path / path
    with pytest.raises(ReportUnwritable, match=f"could not be written: .*{reason}"):
        check_writable(target, workspace=tmp_path)
    assert _below(tmp_path) == ["file", "folder"]


@pytest.mark.parametrize("name", ["report.xml", "a/b/report.xml", "old.xml", "link.xml", "/dev/null"])
def test_checking_a_writable_path_changes_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "old.xml").write_text("kept")
    (tmp_path / "link.xml").symlink_to(tmp_path)
    check_writable(tmp_path / name, workspace=tmp_path)
    assert _below(tmp_path) == ["link.xml", "old.xml"]
    assert (tmp_path / "old.xml").read_text() == "kept"


def test_writing_to_a_folder_without_write_permission_raises_an_error() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with (
            _without_privileges(),
            pytest.raises(ReportUnwritable, match="could not be written: Permission denied"),
        ):
            write_whole(Path(folder) / "report.xml", b"", workspace=Path(folder))


@AS_ROOT
def test_files_written_by_a_user_without_privileges_belong_to_that_user() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        with _without_privileges():
            write_whole(Path(folder) / "new" / "report.xml", b"", workspace=Path(folder))
        assert {path.stat().st_uid for path in Path(folder).rglob("*")} == {65534}


def test_only_regular_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / "report.xml").touch()
    (tmp_path / "link").symlink_to(tmp_path / "report.xml")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("report.xml", "link", "folder", "pipe", "nowhere"):
        remove(tmp_path / name)
    assert _below(tmp_path) == ["folder", "link", "pipe"]


def test_a_report_is_written_even_if_the_workspace_does_not_exist(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.xml", b"content", workspace=tmp_path / "not mounted")
    assert (tmp_path / "report.xml").read_bytes() == b"content"


@AS_ROOT
def test_new_files_and_folders_belong_to_the_owner_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "old.xml").write_text("old")
    os.chown(tmp_path, *RUNNER)
    for name in ("theirs/new/deep/report.xml", "theirs/old.xml"):
        write_whole(tmp_path / name, b"new", workspace=tmp_path)
    owners = {
        name: ((tmp_path / name).stat().st_uid, (tmp_path / name).stat().st_gid) for name in _below(tmp_path)
    }
    assert owners == {
        "theirs": (0, 0),
        "theirs/new": RUNNER,
        "theirs/new/deep": RUNNER,
        "theirs/new/deep/report.xml": RUNNER,
        "theirs/old.xml": RUNNER,
    }


@AS_ROOT
def test_new_files_belong_to_root_if_the_workspace_does(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "report.xml", b"", workspace=tmp_path)
    assert {path.stat().st_uid for path in tmp_path.rglob("*")} == {0}


@pytest.mark.parametrize(
    ("path", "workspace", "shown"),
    [
        ("/w/out/junit.xml", "/w", "out/junit.xml"),
        ("/w/./out/../junit.xml", "/w", "junit.xml"),
        ("/w/junit.xml", "/w/", "junit.xml"),
        ("/w/../elsewhere/junit.xml", "/w", "/elsewhere/junit.xml"),
        ("/workspace/junit.xml", "/work", "/workspace/junit.xml"),
        ("/elsewhere/junit.xml", "/w", "/elsewhere/junit.xml"),
        ("out/junit.xml", ".", "out/junit.xml"),
        ("./out//junit.xml", "", "out/junit.xml"),
    ],
)
def test_a_path_is_shown_relative_to_the_workspace_if_it_is_inside(
    path: str, workspace: str, shown: str
) -> None:
    assert shown_path(Path(path), Path(workspace)) == shown


def test_a_shown_path_contains_the_name_of_a_symbolic_link_not_its_target(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert shown_path(tmp_path / "link" / "junit.xml", tmp_path) == "link/junit.xml"


def test_a_symbolic_link_is_replaced_by_the_report_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "report.xml").symlink_to(tmp_path / "precious")
    write_whole(tmp_path / "report.xml", b"content", workspace=tmp_path)
    assert (tmp_path / "precious").read_text() == "kept"
    assert (tmp_path / "report.xml").read_bytes() == b"content"
