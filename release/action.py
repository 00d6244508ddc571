"""The only line of action.yml that a release changes: the image that the action runs."""

from __future__ import annotations

import re

from release.errors import Refused

_REFERENCE = re.compile(r"docker://ghcr\.io(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*){2,}@sha256:[0-9a-f]{64}")
_IMAGE = re.compile(rb"^( +image: +)(\S+)(?= *\r?$)", re.MULTILINE)


def problems(action: bytes) -> list[str]:
    """Return the problems with an unreleased action.yml, which must build its image from the Dockerfile."""
    images = [match[2].decode(errors="replace") for match in _IMAGE.finditer(action)]
    if images == ["Dockerfile"]:
        return []
    named = ", ".join(images) or "none"
    problem = (
        f"action.yml must name its image once, as `image: Dockerfile`, but it names: {named}; "
        "tag a commit of main, where the action is built from the Dockerfile"
    )
    return [problem]


def released(action: bytes, reference: str) -> bytes:
    """Replace the Dockerfile in an action.yml with the digest of an image, and change nothing else."""
    if not _REFERENCE.fullmatch(reference):
        raise Refused(
            f"{reference!r} does not name one immutable image; "
            "give docker://ghcr.io/<owner>/<name>@sha256:<64 lower-case hexadecimal digits>"
        )
    if found := problems(action):
        raise Refused(*found)
    return _IMAGE.sub(lambda match: match[1] + reference.encode(), action)
