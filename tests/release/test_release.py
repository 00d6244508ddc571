"""A complete release: the commands of the workflow on real repositories."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from release.__main__ import run
from release.errors import Refused
from tests.release import repositories
from tests.release.repositories import World
from tests.release.test_action import ACTION, REFERENCE

BRANCH = "refs/heads/candidate/v1.2.0"
NEWEST = "floating=true\nlatest=true"
LATER = REFERENCE.replace("5f5f", "6a6a")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = repositories.make(tmp_path / "world")
    world.prepare("1.2.0")
    return world


def _release(world: World, tag: str, reference: str = REFERENCE) -> tuple[str, str]:
    """Run the workflow's commands; return the commit of the release and the output of `publish`."""
    run(world.clone, ["branch", tag])
    commit = run(world.clone, ["candidate", tag, reference])
    return commit, run(world.clone, ["publish", tag, commit])


def test_a_consistent_version_can_be_released(world: World) -> None:
    world.tag("v1.2.0")
    assert "1.2.0 can be released" in run(world.clone, ["check", "v1.2.0"])


def test_all_problems_are_reported_at_once(world: World) -> None:
    (world.clone / "gate" / "__init__.py").write_text('__version__ = "1.1.0"\n')
    (world.clone / "CHANGELOG.md").write_text("# Changelog\n")
    (world.clone / "action.yml").write_text("runs: {}\n")
    world.git("commit", "--quiet", "--all", "--message", "Not reviewed")
    with pytest.raises(Refused) as refused:
        run(world.clone, ["check", "v1.2.0"])
    version, changelog, action, branch = refused.value.problems
    assert "__init__.py is 1.1.0" in version
    assert "no sections for 1.2.0" in changelog
    assert "image: Dockerfile" in action
    assert "is not on main; merge it" in branch


@pytest.mark.parametrize("how", [(), ("--annotate", "--message", "1.2.0")], ids=["plain", "annotated"])
def test_the_tags_point_to_a_commit_whose_action_runs_the_image(world: World, how: tuple[str, ...]) -> None:
    tagged = world.tag("v1.2.0", *how)
    commit, published = _release(world, "v1.2.0")
    assert published == NEWEST
    assert world.named("refs/tags/v1.2.0") == world.named("refs/tags/v1") == commit
    assert world.git("rev-parse", f"{commit}^") == tagged
    assert world.git("diff", "--name-only", tagged, commit) == "action.yml"
    assert f"  image: {REFERENCE}" in world.git("show", f"{commit}:action.yml").splitlines()
    assert REFERENCE in world.git("show", "--no-patch", "--format=%B", commit)


def test_a_release_changes_neither_main_nor_the_working_tree(world: World) -> None:
    tagged = world.tag("v1.2.0")
    _release(world, "v1.2.0")
    assert world.named("refs/heads/main") == world.git("rev-parse", "HEAD") == tagged
    assert (world.clone / "action.yml").read_bytes() == ACTION


def test_no_tag_moves_before_publish(world: World) -> None:
    tagged = world.tag("v1.2.0")
    commit = run(world.clone, ["candidate", "v1.2.0", REFERENCE])
    assert world.named(BRANCH) == commit
    assert world.named("refs/tags/v1.2.0") == tagged
    assert not world.named("refs/tags/v1")
    run(world.clone, ["publish", "v1.2.0", commit])
    assert not world.named(BRANCH)


def test_a_second_attempt_has_the_same_result_as_the_first(world: World, tmp_path: Path) -> None:
    world.tag("v1.2.0")
    first = _release(world, "v1.2.0")
    assert _release(world, "v1.2.0") == first
    assert run(world.clone, ["publish", "v1.2.0", first[0]]) == NEWEST
    elsewhere = repositories.make(tmp_path / "elsewhere")
    elsewhere.git("remote", "set-url", "origin", str(world.remote))
    elsewhere.git("fetch", "--quiet", "origin", "main")
    elsewhere.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    assert run(elsewhere.clone, ["candidate", "v1.2.0", REFERENCE]) == first[0]


def test_a_released_version_never_changes(world: World) -> None:
    world.tag("v1.2.0")
    first, _ = _release(world, "v1.2.0")
    with pytest.raises(Refused, match=r"no longer at .* release the next version"):
        _release(world, "v1.2.0", LATER)
    assert world.named("refs/tags/v1.2.0") == world.named("refs/tags/v1") == first


def test_a_deleted_tag_is_not_created_again(world: World) -> None:
    world.tag("v1.2.0")
    world.git("push", "--quiet", "origin", ":refs/tags/v1.2.0")
    with pytest.raises(Refused, match="no longer at"):
        _release(world, "v1.2.0")
    assert not world.named("refs/tags/v1.2.0")


def test_the_floating_tag_follows_the_newest_version(world: World) -> None:
    world.tag("v1.2.0")
    _release(world, "v1.2.0")
    world.prepare("1.10.0")
    world.tag("v1.10.0")
    newest, _ = _release(world, "v1.10.0", LATER)
    assert world.named("refs/tags/v1") == newest


def test_a_fix_for_an_older_version_does_not_move_the_floating_tag(world: World) -> None:
    world.tag("v1.10.0")
    newest, _ = _release(world, "v1.10.0")
    world.prepare("1.9.1")
    world.tag("v1.9.1")
    fix, published = _release(world, "v1.9.1", LATER)
    assert published == "floating=false\nlatest=false"
    assert world.named("refs/tags/v1.9.1") == fix
    assert world.named("refs/tags/v1") == newest


def test_a_fix_for_an_older_major_version_moves_its_floating_tag_but_is_not_latest(world: World) -> None:
    world.tag("v2.0.0")
    world.prepare("1.2.1")
    world.tag("v1.2.1")
    fix, published = _release(world, "v1.2.1")
    assert published == "floating=true\nlatest=false"
    assert world.named("refs/tags/v1") == fix


def test_the_tagged_commit_has_a_branch_until_the_tags_have_moved(world: World) -> None:
    tagged = world.tag("v1.2.0")
    run(world.clone, ["branch", "v1.2.0"])
    assert world.named(BRANCH) == tagged
    world.refuse("refs/tags/v1")
    with pytest.raises(Refused):
        _release(world, "v1.2.0")
    assert world.named(BRANCH) != ""
    world.allow()
    pushes = world.record_pushes()
    _release(world, "v1.2.0")
    assert world.named(BRANCH) == ""
    assert pushes.read_text().splitlines()[-2:] == ["refs/tags/v1.2.0 refs/tags/v1", BRANCH]


@pytest.mark.parametrize("refused", ["refs/tags/v1.2.0", "refs/tags/v1"])
def test_no_tag_moves_if_one_of_the_tags_cannot_move(world: World, refused: str) -> None:
    tagged = world.tag("v1.2.0")
    world.git("push", "--quiet", "origin", "HEAD:refs/tags/v1")
    world.refuse(refused)
    with pytest.raises(Refused, match=rf"CONTRIBUTING.md explains what to do:(.|\n)*{refused}"):
        _release(world, "v1.2.0")
    assert world.named("refs/tags/v1.2.0") == world.named("refs/tags/v1") == tagged


@pytest.mark.parametrize("moved", ["refs/tags/v1.2.0", "refs/tags/v1"])
def test_a_tag_that_moves_during_the_release_is_not_overwritten(world: World, moved: str) -> None:
    tagged = world.tag("v1.2.0")
    world.git("push", "--quiet", "origin", "HEAD:refs/tags/v1")
    commit = run(world.clone, ["candidate", "v1.2.0", REFERENCE])
    world.prepare("1.3.0")
    other_commit = world.named("refs/heads/main")
    world.git("checkout", "--quiet", tagged)
    world.after_a_look(moved, other_commit)
    with pytest.raises(Refused, match="stale info"):
        run(world.clone, ["publish", "v1.2.0", commit])
    assert world.named(moved) == other_commit
    (other,) = {"refs/tags/v1.2.0", "refs/tags/v1"} - {moved}
    assert world.named(other) == tagged


def test_the_notes_end_with_the_image_and_how_to_verify_it(world: World) -> None:
    notes = run(world.clone, ["notes", "v1.2.0", REFERENCE])
    assert notes.startswith("- What is new in 1.2.0.\n")
    assert f"`gh attestation verify oci://{REFERENCE.removeprefix('docker://')} --owner octo-org`" in notes


def test_no_commit_is_created_without_an_immutable_image(world: World) -> None:
    world.tag("v1.2.0")
    with pytest.raises(Refused, match="does not name one immutable image"):
        run(world.clone, ["candidate", "v1.2.0", "docker://ghcr.io/octo-org/checkly-gate:1"])
    assert not world.named(BRANCH)


def test_a_command_line_error_prints_a_message_and_exits_with_code_one(world: World) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "release"]
    done = subprocess.run(
        [*command, "check", "1.2.0"],
        cwd=world.clone,
        env={"PYTHONPATH": str(root), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "the tag '1.2.0' is not a version such as v1.2.3; delete it, and push a valid tag\n"
    usage = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert usage.returncode == 1
    assert "check TAG" in usage.stderr
