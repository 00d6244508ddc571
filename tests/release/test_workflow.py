"""The release workflow does things in the order that keeps people from what was not tried."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import release.__main__

SOURCE = (Path(__file__).parents[2] / ".github" / "workflows" / "release.yml").read_text()
WORKFLOW: dict[str, Any] = yaml.safe_load(SOURCE)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]


def _before(name: str) -> set[str]:
    """All the jobs that have succeeded when a job begins."""
    needs = JOBS[name].get("needs", [])
    direct = [needs] if isinstance(needs, str) else needs
    return set(direct).union(*map(_before, direct))


def test_nothing_moves_before_everything_else_has_succeeded() -> None:
    assert _before("publish") == set(JOBS) - {"publish"}
    assert _before("tried") == {"agree", "test", "image", "candidate"}
    assert _before("image") == {"agree", "test"}


def test_what_is_tried_is_the_commit_that_the_tags_will_name() -> None:
    assert JOBS["tried"]["with"]["ref"] == "${{ needs.candidate.outputs.commit }}"
    (moves,) = (step for step in JOBS["publish"]["steps"] if step.get("id") == "moved")
    assert moves["env"] == {"COMMIT": "${{ needs.candidate.outputs.commit }}"}


def test_a_job_may_do_what_it_does_and_no_more() -> None:
    assert WORKFLOW["permissions"] == {}
    may_write = {
        name: {scope for scope, level in job["permissions"].items() if level == "write"}
        for name, job in JOBS.items()
    }
    assert may_write == {
        "agree": set(),
        "test": set(),
        "image": {"packages", "id-token", "attestations"},
        "candidate": {"contents"},
        "tried": set(),
        "publish": {"contents", "packages"},
    }


@pytest.mark.parametrize("name", [name for name, job in JOBS.items() if "steps" in job])
def test_only_a_job_that_pushes_keeps_the_token(name: str) -> None:
    checkouts = [step["with"] for step in JOBS[name]["steps"] if "actions/checkout" in step.get("uses", "")]
    pushes = "contents" in JOBS[name]["permissions"] and JOBS[name]["permissions"]["contents"] == "write"
    assert [checkout["persist-credentials"] for checkout in checkouts] == [pushes]
    assert [checkout["ref"] for checkout in checkouts] == ["${{ github.sha }}"]  # a tag may have moved
    assert JOBS[name]["timeout-minutes"] <= 30


def test_the_commands_of_the_workflow_are_the_programs() -> None:
    called = re.findall(r"python3 -m release (\w+) ((?:\"\$\w+\" ?)+)", SOURCE)
    assert release.__main__.__doc__
    usage = dict(re.findall(r"^(\w+) ((?:[A-Z]+ )+)", release.__main__.__doc__, re.MULTILINE))
    assert {name: len(words.split()) for name, words in called} == {
        name: len(words.split()) for name, words in usage.items()
    }


def test_no_text_from_outside_is_part_of_a_script() -> None:
    scripts = [step["run"] for job in JOBS.values() for step in job.get("steps", []) if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]
