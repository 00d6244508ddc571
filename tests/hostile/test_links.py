"""Symbolic links in a workspace that somebody else controls lead no report out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.domain.errors import ReportUnwritable
from gate.publish.files import write_whole

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
RUNNER = (1001, 121)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a folder, beside a place outside with a file in it."""
    (tmp_path / "workspace" / "inside").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").write_text("kept")
    return tmp_path / "workspace"


def _outside(workspace: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (workspace.parent / "outside").iterdir()}


# What is in the workspace, as pairs of a link and where it points, and the path that a report is asked for.
LEADS_OUT: dict[str, tuple[dict[str, str], str]] = {
    "a folder": ({"results": "../outside"}, "results/report.xml"),
    "a folder, by its whole path": ({"results": "{parent}/outside"}, "results/report.xml"),
    "a folder that is to be made there": ({"results": "../outside"}, "results/new/report.xml"),
    "a link below a folder": ({"inside/results": "../../outside"}, "inside/results/report.xml"),
    "a link to a link": ({"results": "other", "other": "../outside"}, "results/report.xml"),
    "the way back from a link": ({"results": "../outside"}, "results/../report.xml"),
    "a link to what is not there": ({"results": "../elsewhere"}, "results/report.xml"),
}


@pytest.mark.parametrize("is_absolute", [False, True], ids=["relative", "absolute"])
@pytest.mark.parametrize(("links", "name"), LEADS_OUT.values(), ids=LEADS_OUT.keys())
def test_a_path_that_a_link_leads_out_of_the_workspace_isrefused(
    links: dict[str, str], name: str, is_absolute: bool, workspace: Path
) -> None:
    for link, target in links.items():
        (workspace / link).symlink_to(target.format(parent=workspace.parent))
    path = Path(f"{workspace if is_absolute else os.path.relpath(workspace)}/{name}")
    with pytest.raises(ReportUnwritable, match="a symbolic link leads out of the workspace"):
        write_whole(path, b"content", workspace=workspace, confined=True)
    assert _outside(workspace) == {"precious": "kept"}
    assert not (workspace.parent / "elsewhere").exists()


def test_links_in_a_circle_are_no_way(workspace: Path) -> None:
    (workspace / "one").symlink_to("two")
    (workspace / "two").symlink_to("one")
    with pytest.raises(ReportUnwritable, match="could not be written"):
        write_whole(workspace / "one" / "report.xml", b"content", workspace=workspace, confined=True)


def test_a_link_within_the_workspace_is_followed(workspace: Path) -> None:
    (workspace / "results").symlink_to("inside")
    write_whole(workspace / "results" / "new" / "report.xml", b"content", workspace=workspace, confined=True)
    assert (workspace / "inside" / "new" / "report.xml").read_bytes() == b"content"


def test_a_workspace_that_is_a_link_itself_is_no_way_out(workspace: Path) -> None:
    mount = workspace.parent / "mount"
    mount.symlink_to(workspace)
    for way in (mount, workspace):
        write_whole(way / "results" / "report.xml", b"content", workspace=mount, confined=True)
    (workspace / "out").symlink_to("../outside")
    for way in (mount, workspace):
        with pytest.raises(ReportUnwritable, match="leads out of the workspace"):
            write_whole(way / "out" / "report.xml", b"content", workspace=mount, confined=True)


def test_another_name_of_the_workspace_is_no_way_around(workspace: Path) -> None:
    (workspace / "out").symlink_to("../outside")
    alias = workspace.parent / "alias"
    alias.symlink_to("workspace")
    with pytest.raises(ReportUnwritable, match="leads out of the workspace"):
        write_whole(alias / "out" / "report.xml", b"content", workspace=workspace, confined=True)
    assert _outside(workspace) == {"precious": "kept"}


def test_a_place_outside_that_is_asked_for_by_its_own_name_is_written_to(workspace: Path) -> None:
    path = workspace.parent / "outside" / "report.xml"
    write_whole(path, b"content", workspace=workspace, confined=True)
    assert path.read_bytes() == b"content"


def test_a_link_to_what_a_process_has_open_is_not_replaced(workspace: Path) -> None:
    """As /dev/stdout is one, which root could replace."""
    link = workspace.parent / "stdout"
    with (workspace.parent / "log").open("w") as log:
        link.symlink_to(f"/proc/self/fd/{log.fileno()}")
        for confined in (True, False):
            with pytest.raises(ReportUnwritable, match="a file that a process has open"):
                write_whole(link, b"content", workspace=workspace, confined=confined)
    assert link.is_symlink()
    assert (workspace.parent / "log").read_text() == ""


def test_where_nobody_else_controls_the_workspace_a_linked_folder_is_a_folder(workspace: Path) -> None:
    (workspace / "results").symlink_to("../outside")
    write_whole(workspace / "results" / "report.xml", b"content", workspace=workspace)
    assert _outside(workspace) == {"precious": "kept", "report.xml": "content"}


def test_a_path_outside_that_was_asked_for_as_such_is_written(workspace: Path) -> None:
    write_whole(workspace.parent / "outside" / "report.xml", b"", workspace=workspace, confined=True)
    assert _outside(workspace) == {"precious": "kept", "report.xml": ""}


@pytest.mark.parametrize(
    "target", ["../outside/precious", "../outside/nothing", "report.xml", "inside", "/dev/null"]
)
def test_a_link_in_the_place_of_a_report_is_replaced(target: str, workspace: Path) -> None:
    path = workspace / "report.xml"
    path.symlink_to(target)
    write_whole(path, b"content", workspace=workspace, confined=True)
    assert path.read_bytes() == b"content"
    assert not path.is_symlink()
    assert _outside(workspace) == {"precious": "kept"}


def _link_every_guess(folder: Path, precious: Path) -> None:
    for name in (f".report.xml.{os.getpid()}.tmp", ".report.xml.1.tmp", "report.xml.tmp", ".report.xml.tmp"):
        (folder / name).symlink_to(os.path.relpath(precious, folder))


def test_a_temporary_name_that_could_be_guessed_is_no_way_out(workspace: Path) -> None:
    _link_every_guess(workspace, workspace.parent / "outside" / "precious")
    write_whole(workspace / "report.xml", b"content", workspace=workspace, confined=True)
    assert (workspace / "report.xml").read_bytes() == b"content"
    assert _outside(workspace) == {"precious": "kept"}


@AS_ROOT
def test_what_a_link_points_to_is_not_given_away(workspace: Path) -> None:
    os.chown(workspace, *RUNNER)
    (workspace / "results").symlink_to("inside")
    (workspace / "inside" / "new").mkdir()
    _link_every_guess(workspace / "inside" / "new", workspace.parent / "outside" / "precious")
    write_whole(workspace / "results" / "new" / "report.xml", b"", workspace=workspace, confined=True)
    owners = {path.name: path.stat().st_uid for path in workspace.parent.rglob("*") if not path.is_symlink()}
    theirs = {"inside": 0, "new": 0, "outside": 0, "precious": 0}
    assert owners == theirs | {"workspace": 1001, "report.xml": 1001}
    assert (workspace / "results").lstat().st_uid == 0
