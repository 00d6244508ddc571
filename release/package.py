"""The package's page on PyPI: a README that links to files at the version's tag, and the project's URLs."""

from __future__ import annotations

import re

from release.errors import Refused
from release.version import Version

_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_RELATIVE_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]\n]*)\]\((?!https?:|#)(?P<path>[^)\s]+)\)")
_BEFORE_URLS = "[project.scripts]\n"


def readme(text: str, repository: str, release: Version) -> str:
    """Return the README with absolute links, which also work on PyPI."""
    at = f"{_checked(repository)}/{{}}v{release}"
    page = f"https://github.com/{at.format('blob/')}"
    raw = f"https://raw.githubusercontent.com/{at.format('')}"

    def absolute(link: re.Match[str]) -> str:
        base = raw if link["image"] else page
        return f"{link['image']}[{link['text']}]({base}/{link['path']})"

    return _RELATIVE_LINK.sub(absolute, text)


def pyproject(text: str, repository: str) -> str:
    """Return the pyproject.toml with the project's URLs."""
    home = f"https://github.com/{_checked(repository)}"
    urls = {"Homepage": home, "Issues": f"{home}/issues", "Changelog": f"{home}/blob/main/CHANGELOG.md"}
    if text.count(_BEFORE_URLS) != 1 or "[project.urls]" in text:
        raise Refused(
            "pyproject.toml needs one [project.scripts], and no [project.urls], which a release adds"
        )
    lines = "".join(f'{name} = "{url}"\n' for name, url in urls.items())
    return text.replace(_BEFORE_URLS, f"[project.urls]\n{lines}\n{_BEFORE_URLS}")


def _checked(repository: str) -> str:
    if not _REPOSITORY.fullmatch(repository):
        raise Refused(f"{repository!r} is not the name of a repository; write OWNER/NAME")
    return repository
