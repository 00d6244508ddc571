"""The commands of the release workflow. A command that finds problems prints what to do, and fails.

check TAG               checks that tag, version, changelog, action and branch agree
branch TAG              pushes the tagged commit to the branch of the release
package TAG REPOSITORY  adds links to the repository to README.md and pyproject.toml, for the page on PyPI
notes TAG IMAGE         prints the release notes from the changelog
candidate TAG IMAGE     creates and pushes the commit whose action runs IMAGE; prints its hash
publish TAG COMMIT      moves the tags to that commit; prints `floating=` (whether the floating tag moved too)
                        and `latest=` (whether no version is later)
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from release import action, changelog, package, version
from release.errors import Refused
from release.repository import Repository
from release.version import Version


def run(root: Path, arguments: Sequence[str]) -> str:
    """Run one command in a clone of the repository, and return its output."""
    repository = Repository(root)
    match arguments:
        case ["check", tag]:
            return _check(repository, Version.of_release(tag))
        case ["branch", tag]:
            repository.push_candidate(Version.of_release(tag), repository.head)
            return f"candidate/{tag} is at {repository.head}"
        case ["package", tag, name]:
            return _package(root, Version.of_release(tag), name)
        case ["notes", tag, image]:
            text = changelog.notes((root / "CHANGELOG.md").read_text("utf-8"), str(Version.of_release(tag)))
            return f"{text}\n\n{_about(image)}"
        case ["candidate", tag, image]:
            release = Version.of_release(tag)
            commit = repository.commit(release, image)
            repository.push_candidate(release, commit)
            return commit
        case ["publish", tag, commit]:
            published = repository.publish(Version.of_release(tag), commit)
            return f"floating={published.floating}\nlatest={published.latest}".lower()
        case _:
            raise Refused(f"usage: python -m release COMMAND …\n\n{__doc__}")


def _check(repository: Repository, release: Version) -> str:
    root = repository.root
    found = [
        *version.problems((root / "gate" / "__init__.py").read_text("utf-8"), release),
        *changelog.problems((root / "CHANGELOG.md").read_text("utf-8"), str(release)),
        *action.problems((root / "action.yml").read_bytes()),
        *repository.problems(),
    ]
    if found:
        raise Refused(*found)
    return f"{release} can be released: tag, version, changelog, action and branch agree"


def _package(root: Path, release: Version, name: str) -> str:
    readme, project = root / "README.md", root / "pyproject.toml"
    readme.write_text(package.readme(readme.read_text("utf-8"), name, release), "utf-8")
    project.write_text(package.pyproject(project.read_text("utf-8"), name), "utf-8")
    return f"README.md and pyproject.toml link to {name}"


def _about(image: str) -> str:
    reference = image.removeprefix("docker://")
    return (
        f"### Image\n\n`{reference}`, for linux/amd64 and linux/arm64. Verify its builder and its source:\n"
        f"`gh attestation verify oci://{reference} --owner {reference.split('/')[1]}`"
    )


def main() -> int:
    """Run the command line in the current folder, and return the exit code."""
    try:
        print(run(Path.cwd(), sys.argv[1:]))
    except Refused as refused:
        print(*refused.problems, sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
