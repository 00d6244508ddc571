"""The notes of a release are the changelog's section for that version."""

from __future__ import annotations

import pytest

from release import changelog

HEAD = "# Changelog\n\nAll notable changes.\n"
NEWS = "### Added\n\n- A thing, with\n  a second line.\n\n### Fixed\n\n- Another."
OLDER = "## [1.1.0] - 2026-10-01\n\n### Added\n\n- The first thing.\n"


def _changelog(*, heading: str = "## [1.2.0] - 2026-11-23", news: str = NEWS, untold: str = "") -> str:
    return f"{HEAD}\n## [Unreleased]\n{untold}\n{heading}\n\n{news}\n\n{OLDER}"


def test_the_notes_are_the_section_of_the_version() -> None:
    assert changelog.problems(_changelog(), "1.2.0") == []
    assert changelog.notes(_changelog(), "1.2.0") == NEWS


def test_the_oldest_version_has_notes_too() -> None:
    first = f"{HEAD}\n## [Unreleased]\n\n{OLDER}"
    assert changelog.problems(first, "1.1.0") == []
    assert changelog.notes(first, "1.1.0") == "### Added\n\n- The first thing."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_changelog(heading="## [1.3.0] - 2026-11-23"), "no sections for 1.2.0"),
        (_changelog(heading="## 1.2.0 - 2026-11-23"), "no sections for 1.2.0"),
        (_changelog(news=f"{NEWS}\n\n## [1.2.0] - 2026-11-24"), "2 sections for 1.2.0"),
        (_changelog(heading="## [1.2.0]"), "[1.2.0] has no date"),
        (_changelog(heading="## [1.2.0] - soon"), "[1.2.0] has no date"),
        (_changelog(heading="## [1.2.0] - 2026-02-30"), "[1.2.0] has no date"),
        (_changelog(news=""), "[1.2.0] is empty; write the changes"),
        (
            _changelog(heading="## [1.3.0] - 2026-11-24\n\n- New.\n\n## [1.2.0] - 2026-11-23"),
            "put the newest",
        ),
        (_changelog(untold="\n- A thing.\n"), "would omit; move them to [1.2.0]"),
    ],
)
def test_each_problem_of_a_changelog_is_reported(text: str, said: str) -> None:
    (problem,) = changelog.problems(text, "1.2.0")
    assert said in problem


def test_all_problems_of_a_changelog_are_reported_at_once() -> None:
    found = changelog.problems(_changelog(heading="## [1.2.0]", news="", untold="- A thing."), "1.2.0")
    assert len(found) == 3
