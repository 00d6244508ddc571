"""The changelog: the section of a version becomes the release notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_HEADING = re.compile(r"^## \[(?P<name>[^\]\n]+)\](?P<rest>.*)$", re.MULTILINE)
_UNRELEASED = "Unreleased"


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    rest: str
    text: str


def notes(changelog: str, version: str) -> str:
    """Return the changelog's section for a version, without its heading."""
    return next(section.text for section in _sections(changelog) if section.name == version)


def problems(changelog: str, version: str) -> list[str]:
    """Return the reasons why a changelog cannot provide the release notes of a version."""
    sections = _sections(changelog)
    named = [section for section in sections if section.name == version]
    if len(named) != 1:
        problem = (
            f"CHANGELOG.md has {len(named) or 'no'} sections for {version} and needs one; write the changes "
            f"below `## [{version}] - YYYY-MM-DD`, with an empty [{_UNRELEASED}] above it"
        )
        return [problem]
    (section,) = named
    newest = next(each.name for each in sections if each.name != _UNRELEASED)
    untold = any(each.text for each in sections if each.name == _UNRELEASED)
    found = {
        f"[{version}] has no date; write `## [{version}] - YYYY-MM-DD`": not _is_day(section.rest),
        f"[{version}] is empty; write the changes": not section.text,
        f"the newest version is {newest}, not {version}; put the newest first": newest != version,
        f"[{_UNRELEASED}] has lines that the release notes would omit; move them to [{version}]": untold,
    }
    return [f"CHANGELOG.md: {problem}" for problem, is_there in found.items() if is_there]


def _sections(changelog: str) -> list[_Section]:
    headings = list(_HEADING.finditer(changelog))
    ends = [heading.start() for heading in headings[1:]] + [len(changelog)]
    return [
        _Section(heading["name"], heading["rest"], changelog[heading.end() : end].strip())
        for heading, end in zip(headings, ends, strict=False)
    ]


def _is_day(rest: str) -> bool:
    match = re.fullmatch(r" - (\d{4}-\d{2}-\d{2})", rest)
    try:
        return bool(match and date.fromisoformat(match[1]))
    except ValueError:
        return False
