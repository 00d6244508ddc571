"""The git repository: the commit of a release, and the tags that move onto it.

A release is one commit beside main: the tagged commit's child, whose action.yml names the image by digest.
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
    """Whether a version is the newest of its major number, whose floating tag moved too, and of all."""

    floating: bool
    latest: bool


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone whose HEAD is the tagged commit, and its remote."""

    root: Path
    remote: str = "origin"

    def problems(self, main: str = "main") -> list[str]:
        """What keeps HEAD from being released: everything that is released was reviewed on main."""
        reviewed = self._git("rev-list", f"refs/remotes/{self.remote}/{main}").split()
        if self.head in reviewed:
            return []
        return [f"the tagged commit {self.head[:12]} is not on {main}; merge it, and tag it there"]

    @property
    def head(self) -> str:
        """The tagged commit."""
        return self._git("rev-parse", "HEAD")

    def commit(self, version: Version, reference: str) -> str:
        """Makes the commit of a release, and returns its name.

        Nothing of it depends on who makes it or when, so that a second attempt makes the same commit.
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
        """Pushes a commit to the branch of a release.

        First the tagged commit, for GitHub takes from a workflow only commits whose workflows are those of
        some branch, and main may move on; then that of the release, to be tried before a tag names it.
        """
        self._git("push", "--force", self.remote, f"{commit}:{_candidate(version)}")

    def publish(self, version: Version, commit: str) -> Published:
        """Moves the version's tag onto the commit of the release, and with it the floating tag of the newest.

        Refuses a tag that somebody moved in the meantime. The release's branch goes when the tags have moved.
        """
        refs = self._remote_refs()
        pushed = f"refs/tags/{version.tag}"
        if refs.get(f"{pushed}^{{}}", refs.get(pushed)) not in (self.head, commit):
            raise Refused(
                f"the tag {version.tag} is no longer at {self.head[:12]}, where this release began, and "
                "people may have used it; find out who moved it, and release the next version"
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
        """What the remote's branches and tags name now; `^{}` names the commit of a tag with a message."""
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
            raise Refused(f"git {words[0]} failed; .github/CONTRIBUTING.md says how to go on:\n{said}")
        return done.stdout.decode().strip()


def _candidate(version: Version) -> str:
    return f"refs/heads/candidate/{version.tag}"
