"""The git repository: the commit of a release, and the tags that move to it.

A release is one commit that is not on main. Its parent is the tagged commit, and its action.yml names the
image by its digest.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from release import action
from release.errors import Refused
from release.version import Version

_ROBOT = "github-actions[bot]"
_ROBOTS_ADDRESS = "41898282+github-actions[bot]@users.noreply.github.com"


@dataclass(frozen=True, slots=True)
class Published:
    """Whether the floating tag points to this version, and whether this version is the newest."""

    floating: bool
    latest: bool


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone whose HEAD is the tagged commit, and its remote."""

    root: Path
    remote: str = "origin"

    def problems(self, main: str = "main") -> list[str]:
        """Return the problems with HEAD. It must be a commit on main, because commits there were reviewed."""
        reviewed = self._git("rev-list", f"refs/remotes/{self.remote}/{main}").split()
        if self.head in reviewed:
            return []
        return [f"the tagged commit {self.head[:12]} is not on {main}; merge it, and tag it there"]

    @property
    def head(self) -> str:
        """Return the hash of the tagged commit."""
        return self._git("rev-parse", "HEAD")

    def commit(self, version: Version, reference: str) -> str:
        """Create the commit of a release, and return its hash.

        The commit does not depend on its creator or the time, so that a second attempt creates the same one.
        """
        released = action.released((self.root / "action.yml").read_bytes(), reference)
        blob = self._git("hash-object", "-w", "--stdin", fed=released)
        self._git("update-index", "--cacheinfo", f"100644,{blob},action.yml")
        day = self._git("show", "--no-patch", "--format=%cI", "HEAD")
        who = {
            f"GIT_{role}_{fact}": value
            for role in ("AUTHOR", "COMMITTER")
            for fact, value in (("NAME", _ROBOT), ("EMAIL", _ROBOTS_ADDRESS), ("DATE", day))
        }
        message = f"Release {version}: the action runs the image that was built for it\n\n{reference}\n"
        tree = self._git("write-tree")
        return self._git("commit-tree", tree, "-p", self.head, "-m", message, who=who)

    def push_candidate(self, version: Version, commit: str) -> None:
        """Push a commit to the branch of a release.

        The workflow pushes the tagged commit first. GitHub lets a workflow push only commits whose workflow
        files are also on a branch, and those on main may change during the release. Then the workflow pushes
        the commit of the release, so that this commit can be tested before a tag moves.
        """
        self._git("push", "--force", self.remote, f"{commit}:{_candidate(version)}")

    def publish(self, version: Version, commit: str) -> Published:
        """Move the version's tag to the commit of the release, and delete the release's branch.

        Also move the floating tag, unless a later version has the same major number. Raises `Refused` if the
        version's tag was moved in the meantime.
        """
        refs = self._remote_refs()
        pushed = f"refs/tags/{version.tag}"
        if refs.get(f"{pushed}^{{}}", refs.get(pushed)) not in (self.head, commit):
            raise Refused(
                f"the tag {version.tag} is no longer at {self.head[:12]}, the commit tagged for this "
                "release, and may have been used; find out who moved it, and release the next version"
            )
        names = [name.removeprefix("refs/tags/") for name in refs]
        published = Published(version.is_newest_of_its_major(names), version.is_newest_of(names))
        tags = [pushed, f"refs/tags/{version.floating_tag}"] if published.floating else [pushed]
        self._git(
            "push",
            "--atomic",
            *(f"--force-with-lease={name}:{refs.get(name, '')}" for name in tags),
            self.remote,
            *(f"{commit}:{name}" for name in tags),
        )
        if _candidate(version) in refs:
            self._git("push", self.remote, f":{_candidate(version)}")
        return published

    def _remote_refs(self) -> dict[str, str]:
        """Return the remote's branches and tags with their targets.

        The name of an annotated tag, followed by `^{}`, has the tag's commit as its target.
        """
        lines = self._git("ls-remote", self.remote, "refs/heads/*", "refs/tags/*").splitlines()
        return {name: target for target, name in map(str.split, lines)}

    def _git(self, *words: str, fed: bytes = b"", who: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.root,
            input=fed,
            env=os.environ | dict(who or {}),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise Refused(f"git {words[0]} failed; .github/CONTRIBUTING.md explains what to do:\n{said}")
        return done.stdout.decode().strip()


def _candidate(version: Version) -> str:
    return f"refs/heads/candidate/{version.tag}"
