"""If others control the workspace, no symbolic link in it can make the gate write a report elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.domain.errors import ReportUnwritable
from gate.publish.files import write_whole
from tests.absent import AS_ROOT

RUNNER = (1001, 121)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace that contains a folder. Next to the workspace is another folder, with a file."""
    (tmp_path / "workspace" / "inside").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").write_text("kept")
    return tmp_path / "workspace"


def _outside(workspace: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (workspace.parent / "outside").iterdir()}


# Symbolic links in the workspace with their targets, and a report path that leads out through them.
LEADS_OUT: dict[str, tuple[dict[str, str], str]] = {
    "a link to a folder": ({"results": "../outside"}, "results/report.xml"),
    "a link to the absolute path of a folder": ({"results": "{parent}/outside"}, "results/report.xml"),
    "a new folder below a link's target": ({"results": "../outside"}, "results/new/report.xml"),
    "a link below a folder": ({"inside/results": "../../outside"}, "inside/results/report.xml"),
    "a link to a link": ({"results": "other", "other": "../outside"}, "results/report.xml"),
    "the parent of a link's target": ({"results": "../outside"}, "results/../report.xml"),
    "a broken link": ({"results": "../elsewhere"}, "results/report.xml"),
}


@pytest.mark.parametrize("is_absolute", [False, True], ids=["relative", "absolute"])
@pytest.mark.parametrize(("links", "name"), LEADS_OUT.values(), ids=LEADS_OUT.keys())
def test_a_path_that_leads_out_of_the_workspace_is_refused(
    links: dict[str, str], name: str, is_absolute: bool, workspace: Path
) -> None:
    for link, target in links.items():
        (workspace / link).symlink_to(target.format(parent=workspace.parent))
    path = Path(f"{workspace if is_absolute else os.path.relpath(workspace)}/{name}")
    with pytest.raises(ReportUnwritable, match="a symbolic link leads out of the workspace"):
        write_whole(path, b"content", workspace=workspace, confined=True)
    assert _outside(workspace) == {"precious": "kept"}
    assert not (workspace.parent / "elsewhere").exists()


def test_a_cycle_of_symlinks_is_refused(workspace: Path) -> None:
    (workspace / "one").symlink_to("two")
    (workspace / "two").symlink_to("one")
    with pytest.raises(ReportUnwritable, match="could not be written"):
        write_whole(workspace / "one" / "report.xml", b"content", workspace=workspace, confined=True)


def test_a_symlink_within_the_workspace_is_followed(workspace: Path) -> None:
    (workspace / "results").symlink_to("inside")
    write_whole(workspace / "results" / "new" / "report.xml", b"content", workspace=workspace, confined=True)
    assert (workspace / "inside" / "new" / "report.xml").read_bytes() == b"content"


def test_no_symlink_leads_out_of_a_workspace_whose_own_path_is_a_symlink(workspace: Path) -> None:
    mount = workspace.parent / "mount"
    mount.symlink_to(workspace)
    for way in (mount, workspace):
        write_whole(way / "results" / "report.xml", b"content", workspace=mount, confined=True)
    (workspace / "out").symlink_to("../outside")
    for way in (mount, workspace):
        with pytest.raises(ReportUnwritable, match="leads out of the workspace"):
            write_whole(way / "out" / "report.xml", b"content", workspace=mount, confined=True)


def test_no_symlink_leads_out_of_the_workspace_through_an_alias_of_its_path(workspace: Path) -> None:
    (workspace / "out").symlink_to("../outside")
    alias = workspace.parent / "alias"
    alias.symlink_to("workspace")
    with pytest.raises(ReportUnwritable, match="leads out of the workspace"):
        write_whole(alias / "out" / "report.xml", b"content", workspace=workspace, confined=True)
    assert _outside(workspace) == {"precious": "kept"}


def test_a_report_outside_the_workspace_is_written_if_its_path_has_no_symlink(workspace: Path) -> None:
    path = workspace.parent / "outside" / "report.xml"
    write_whole(path, b"content", workspace=workspace, confined=True)
    assert path.read_bytes() == b"content"


def test_a_symlink_to_an_open_file_of_a_process_is_not_replaced(workspace: Path) -> None:
    """/dev/stdout is such a link, and root would be able to replace it."""
    link = workspace.parent / "stdout"
    with (workspace.parent / "log").open("w") as log:
        link.symlink_to(f"/proc/self/fd/{log.fileno()}")
        for confined in (True, False):
            with pytest.raises(ReportUnwritable, match="a file that a process has open"):
                write_whole(link, b"content", workspace=workspace, confined=confined)
    assert link.is_symlink()
    assert (workspace.parent / "log").read_text() == ""


def test_a_symlink_to_a_folder_outside_is_followed_if_the_workspace_is_trusted(workspace: Path) -> None:
    (workspace / "results").symlink_to("../outside")
    write_whole(workspace / "results" / "report.xml", b"content", workspace=workspace)
    assert _outside(workspace) == {"precious": "kept", "report.xml": "content"}


def test_a_report_outside_the_workspace_does_not_change_other_files_there(workspace: Path) -> None:
    write_whole(workspace.parent / "outside" / "report.xml", b"", workspace=workspace, confined=True)
    assert _outside(workspace) == {"precious": "kept", "report.xml": ""}


@pytest.mark.parametrize(
    "target", ["../outside/precious", "../outside/nothing", "report.xml", "inside", "/dev/null"]
)
def test_a_symlink_at_the_path_of_a_report_is_replaced(target: str, workspace: Path) -> None:
    path = workspace / "report.xml"
    path.symlink_to(target)
    write_whole(path, b"content", workspace=workspace, confined=True)
    assert path.read_bytes() == b"content"
    assert not path.is_symlink()
    assert _outside(workspace) == {"precious": "kept"}


def _link_every_guess(folder: Path, precious: Path) -> None:
    for name in (f".report.xml.{os.getpid()}.tmp", ".report.xml.1.tmp", "report.xml.tmp", ".report.xml.tmp"):
        (folder / name).symlink_to(os.path.relpath(precious, folder))


def test_symlinks_with_guessed_temporary_names_are_not_followed(workspace: Path) -> None:
    _link_every_guess(workspace, workspace.parent / "outside" / "precious")
    write_whole(workspace / "report.xml", b"content", workspace=workspace, confined=True)
    assert (workspace / "report.xml").read_bytes() == b"content"
    assert _outside(workspace) == {"precious": "kept"}


@AS_ROOT
def test_the_owner_of_the_target_of_a_symlink_does_not_change(workspace: Path) -> None:
    os.chown(workspace, *RUNNER)
    (workspace / "results").symlink_to("inside")
    (workspace / "inside" / "new").mkdir()
    _link_every_guess(workspace / "inside" / "new", workspace.parent / "outside" / "precious")
    write_whole(workspace / "results" / "new" / "report.xml", b"", workspace=workspace, confined=True)
    owners = {path.name: path.stat().st_uid for path in workspace.parent.rglob("*") if not path.is_symlink()}
    theirs = {"inside": 0, "new": 0, "outside": 0, "precious": 0}
    assert owners == theirs | {"workspace": 1001, "report.xml": 1001}
    assert (workspace / "results").lstat().st_uid == 0
