"""The example for pull requests: git does the checkout, and the gate reads the policy of the base branch."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gate.simulator import Simulator, parse
from tests.absent import require_programs
from tests.end_to_end.running import Run, github, inputs_for, run
from tests.examples.github_job import steps_of
from tests.examples.reading import ROOT, text

EXAMPLE = text("github/pull-request.yml")
CHECKOUT, GATE = (step["with"] for step in steps_of(EXAMPLE)[:2])
STRICT, LENIENT = "failed-threshold: 0\n", "failed-threshold: 100%\n"
FAILED = """
description: one of two locations failed
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1, eu-central-1]
    statuses: [{at: 0s, is: FAILED}]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - {at: 0s, location: eu-central-1, is: failed}
"""


@pytest.mark.parametrize(
    ("of_base", "of_pull_request", "code"),
    [(STRICT, LENIENT, 1), (LENIENT, STRICT, 0), (STRICT, "", 1), ("", LENIENT, 2)],
    ids=["loosened", "tightened", "removed", "added"],
)
def test_a_pull_request_is_judged_by_the_policy_of_its_base_branch(
    of_base: str, of_pull_request: str, code: int, tmp_path: Path
) -> None:
    repository, workspace = tmp_path / "repository", tmp_path / "workspace"
    _commit(repository, "main", of_base)
    _commit(repository, "change", of_pull_request)
    workspace.mkdir()
    (workspace / ".checkly-gate.yml").write_text(of_pull_request or LENIENT)
    _check_out(repository, workspace, CHECKOUT)
    gated = _gate(workspace)
    assert gated.code == code
    if code != 2:
        assert gated.record["policy-file"]["path"] == "base/.checkly-gate.yml"


def test_the_document_shows_the_steps_of_the_example() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/PULL_REQUESTS.md").read_text(), re.DOTALL)
    assert shown in EXAMPLE


def _commit(repository: Path, branch: str, policy: str) -> None:
    """Commit a file and, unless `policy` is empty, a policy file to a new branch."""
    require_programs("git")
    _git(repository.parent, "init", "--quiet", str(repository))
    _git(repository, "checkout", "--quiet", "-b", branch)
    (repository / "package.json").write_text(branch)
    (repository / ".checkly-gate.yml").write_text(policy)
    if not policy:
        (repository / ".checkly-gate.yml").unlink()
    _git(repository, "add", "--all")
    author = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    _git(repository, *author, "commit", "--quiet", "--message", branch)


def _check_out(repository: Path, workspace: Path, given: dict[str, Any]) -> None:
    """Check out the repository as actions/checkout does with these inputs."""
    assert set(given) == {
        "ref",
        "path",
        "sparse-checkout",
        "sparse-checkout-cone-mode",
        "persist-credentials",
    }
    assert (given["ref"], given["sparse-checkout-cone-mode"]) == ("${{ github.base_ref }}", False)
    folder = workspace / given["path"]
    _git(workspace, "clone", "--quiet", "--no-checkout", str(repository), str(folder))
    _git(folder, "sparse-checkout", "set", "--no-cone", given["sparse-checkout"])
    _git(folder, "checkout", "--quiet", "main")
    assert {path.name for path in folder.iterdir()} <= {".git", ".checkly-gate.yml"}


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def _gate(workspace: Path) -> Run:
    """Run the gate with the example's `policy` input, but on a session instead of a commit."""
    scenario = parse(FAILED, name="pull request")
    with Simulator(scenario) as api:
        inputs = inputs_for(api, scenario.session_ids, policy=GATE["policy"])
        return run(workspace, github(workspace, inputs))
