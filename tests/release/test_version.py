"""The versions in tags, and the comparison that decides which version a floating tag follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gate
from release import version
from release.errors import Refused
from release.version import Version

NUMBER = st.integers(0, 999)
VERSIONS = st.builds(Version, NUMBER, NUMBER, NUMBER)


@given(VERSIONS)
def test_the_version_of_a_tag_is_parsed(released: Version) -> None:
    assert Version.of_release(released.tag) == released


@pytest.mark.parametrize(
    "tag", ["1.2.3", "v1.2", "v1", "v1.2.3.4", "v1.2.3-rc1", "v01.2.3", "v1.2.3\n", "v1.2.٣", "version", ""]
)
def test_a_tag_that_is_not_a_version_is_refused(tag: str) -> None:
    assert Version.of(tag) is None
    with pytest.raises(Refused, match=r"is not a version such as v1\.2\.3; delete it"):
        Version.of_release(tag)


@given(VERSIONS, st.lists(VERSIONS))
def test_a_version_is_the_newest_if_no_other_version_is_later(
    released: Version, others: list[Version]
) -> None:
    rivals = [other for other in others if other.major == released.major]
    tags = [other.tag for other in others] + [released.tag, released.floating_tag, "v1-beta", "nightly"]
    assert released.is_newest_of_its_major(tags) == (max([released, *rivals]) == released)
    assert released.is_newest_of(tags) == (max([released, *others]) == released)


def test_a_program_with_the_version_of_the_tag_is_accepted() -> None:
    source = f'"""The gate."""\n\n__version__ = "{gate.__version__}"\n'
    assert version.problems(source, Version.of_release(f"v{gate.__version__}")) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [('__version__ = "1.2.2"\n', "__init__.py is 1.2.2,"), ("", "__init__.py is nothing,")],
)
def test_a_program_with_another_version_is_refused(source: str, said: str) -> None:
    (problem,) = version.problems(source, Version(1, 2, 3))
    assert said in problem
    assert "the tag is for 1.2.3; set __version__ on main" in problem
