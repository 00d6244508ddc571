"""Versions: what a tag names, what the program says it is, and which tag floats with which version."""

from __future__ import annotations

import re
from typing import NamedTuple, Self

from release.errors import Refused

_TAG = re.compile(r"v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
_SAID = re.compile(r'^__version__ = "([^"]*)"$', re.MULTILINE)


class Version(NamedTuple):
    """Three numbers; the later version is the greater one."""

    major: int
    minor: int
    patch: int

    @classmethod
    def of(cls, tag: str) -> Self | None:
        """The version that a tag names, if it is `v` and three numbers."""
        match = _TAG.fullmatch(tag)
        return cls(*map(int, match.groups())) if match else None

    @classmethod
    def of_release(cls, tag: str) -> Self:
        """The version that the tag of a release names; refuses any other tag."""
        version = cls.of(tag)
        if version is None:
            raise Refused(f"the tag {tag!r} is not of the form v1.2.3; delete it, and push one that is")
        return version

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def tag(self) -> str:
        """The tag that always names this version."""
        return f"v{self}"

    @property
    def floating_tag(self) -> str:
        """The tag that names the newest version without a breaking change."""
        return f"v{self.major}"

    def is_newest_of(self, tags: list[str]) -> bool:
        """Whether no tag names a later version."""
        return all(other <= self for tag in tags if (other := Version.of(tag)))

    def is_newest_of_its_major(self, tags: list[str]) -> bool:
        """Whether no tag names a later version with the same major number."""
        return self.is_newest_of([tag for tag in tags if tag.startswith(f"{self.floating_tag}.")])


def problems(source: str, version: Version) -> list[str]:
    """What keeps the program, by the source of its version, from being that version."""
    said = _SAID.findall(source)
    if said == [str(version)]:
        return []
    found = ", ".join(said) or "nothing"
    problem = (
        f"gate/__init__.py says version {found}, the tag says {version}; "
        "set __version__ on main, or tag the commit that has it"
    )
    return [problem]
