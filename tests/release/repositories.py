"""Git repositories for the release tests: a small project with tags, and its bare remote."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.release.test_action import ACTION

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [{version}] - 2026-11-23\n\n- What is new in {version}.\n"


@dataclass(frozen=True)
class World:
    """A remote and a clone of it. `prepare` and `tag` also push to the remote."""

    remote: Path
    clone: Path

    def git(self, *words: str) -> str:
        return _git(self.clone, *words)

    def named(self, ref: str) -> str:
        """Return the commit of a branch or tag in the remote, or an empty string if the ref is absent."""
        line = _git(self.remote, "for-each-ref", "--format=%(objectname)", ref)
        return _git(self.remote, "rev-parse", f"{line}^{{commit}}") if line else ""

    def prepare(self, version: str) -> None:
        """Commit a version that is ready for a release, and push it to main."""
        (self.clone / "gate").mkdir(exist_ok=True)
        (self.clone / "gate" / "__init__.py").write_text(f'__version__ = "{version}"\n')
        (self.clone / "CHANGELOG.md").write_text(CHANGELOG.format(version=version))
        (self.clone / "action.yml").write_bytes(ACTION)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", f"Prepare {version}")
        self.git("push", "--quiet", "origin", "HEAD:main")

    def refuse(self, ref: str) -> None:
        """Make the remote reject every change to a ref."""
        self._program(self.remote / "hooks" / "update", f'test "$1" != {ref}')

    def allow(self) -> None:
        (self.remote / "hooks" / "update").unlink()

    def record_pushes(self) -> Path:
        """Make the remote append a line per push to a file: the refs that were pushed. Return the file."""
        self._program(self.remote / "hooks" / "pre-receive", "cut -d ' ' -f 3 | paste -s -d ' ' >> pushes")
        return self.remote / "pushes"

    def after_a_look(self, ref: str, commit: str) -> None:
        """Make the remote move a ref whenever the clone has read the refs."""
        look = self.remote / "look"
        self._program(look, f'git-upload-pack "$@"; git -C "$1" update-ref {ref} {commit}')
        self.git("config", "remote.origin.uploadpack", str(look))

    @staticmethod
    def _program(path: Path, script: str) -> None:
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def tag(self, tag: str, *how: str) -> str:
        """Tag HEAD as a maintainer does; return the tagged commit."""
        self.git("tag", *how, tag)
        self.git("push", "--quiet", "origin", tag)
        return self.git("rev-parse", "HEAD")


def make(folder: Path) -> World:
    world = World(folder / "remote.git", folder / "clone")
    folder.mkdir(exist_ok=True)
    _git(folder, "init", "--quiet", "--bare", "--initial-branch", "main", str(world.remote))
    _git(folder, "clone", "--quiet", str(world.remote), str(world.clone))
    world.git("checkout", "--quiet", "-B", "main")
    return world


def _git(folder: Path, *words: str) -> str:
    """Run git without the settings of this machine."""
    settings = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{role}_{fact}": value
            for role in ("AUTHOR", "COMMITTER")
            for fact, value in (("NAME", "A maintainer"), ("EMAIL", "maintainer@example.com"))
        },
    }
    done = subprocess.run(
        ["git", *words], cwd=folder, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
