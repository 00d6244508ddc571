"""The versions of tags and of the program, and the floating tag of each version."""

from __future__ import annotations

import re
from typing import NamedTuple, Self

from release.errors import Refused

_TAG = re.compile(r"v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
_SAID = re.compile(r'^__version__ = "([^"]*)"$', re.MULTILINE)


class Version(NamedTuple):
    """A version of three numbers. A later version is greater."""

    major: int
    minor: int
    patch: int

    @classmethod
    def of(cls, tag: str) -> Self | None:
        """Return the version of a tag such as v1.2.3, or None for any other tag."""
        match = _TAG.fullmatch(tag)
        return cls(*map(int, match.groups())) if match else None

    @classmethod
    def of_release(cls, tag: str) -> Self:
        """Return the version of a release's tag. Raises `Refused` for any other tag."""
        version = cls.of(tag)
        if version is None:
            raise Refused(f"the tag {tag!r} is not a version such as v1.2.3; delete it, and push a valid tag")
        return version

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def tag(self) -> str:
        """Return the tag of exactly this version."""
        return f"v{self}"

    @property
    def floating_tag(self) -> str:
        """Return the tag that follows the newest version with the same major number."""
        return f"v{self.major}"

    def is_newest_of(self, tags: list[str]) -> bool:
        """Return whether no tag names a later version."""
        return all(other <= self for tag in tags if (other := Version.of(tag)))

    def is_newest_of_its_major(self, tags: list[str]) -> bool:
        """Return whether no tag names a later version with the same major number."""
        return self.is_newest_of([tag for tag in tags if tag.startswith(f"{self.floating_tag}.")])


def problems(source: str, version: Version) -> list[str]:
    """Return a problem if the version in the program's source is not that of the tag."""
    said = _SAID.findall(source)
    if said == [str(version)]:
        return []
    found = ", ".join(said) or "nothing"
    problem = (
        f"the version in gate/__init__.py is {found}, and the tag is for {version}; "
        "set __version__ on main, or tag the commit that has it"
    )
    return [problem]
