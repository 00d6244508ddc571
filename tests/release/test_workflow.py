"""The release workflow publishes the image, the package and the tags, but only after the tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

import release.__main__
from release import package
from release.errors import Refused
from release.version import Version

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / ".github" / "workflows" / "release.yml").read_text()
WORKFLOW: dict[Any, Any] = yaml.safe_load(SOURCE)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]


def _before(name: str) -> set[str]:
    """Return all jobs that must succeed before a job begins."""
    needs = JOBS[name].get("needs", [])
    direct = [needs] if isinstance(needs, str) else needs
    return set(direct).union(*map(_before, direct))


def test_the_jobs_that_publish_the_release_and_the_package_run_last() -> None:
    assert _before("pypi") == set(JOBS) - {"pypi"}
    assert _before("publish") == set(JOBS) - {"publish", "pypi"}
    assert _before("tried") == {"agree", "branch", "test", "image", "candidate"}
    assert _before("image") == {"agree", "branch", "test"}
    assert _before("test") == {"agree", "branch"}


def _step(job: str, action: str) -> dict[str, Any]:
    """Return the inputs of the only step of a job that uses the given action."""
    (given,) = (step["with"] for step in JOBS[job]["steps"] if step.get("uses", "").startswith(f"{action}@"))
    return dict(given)


def test_a_version_tag_starts_a_release_and_releases_run_one_at_a_time() -> None:
    assert WORKFLOW[True] == {"push": {"tags": ["v*.*.*"]}}  # YAML parses the key `on` as true
    assert WORKFLOW["concurrency"] == {"group": "release", "cancel-in-progress": False}


def test_the_image_is_built_for_both_platforms_and_pushed_without_a_tag() -> None:
    built = _step("image", "docker/build-push-action")
    assert built["platforms"].split(",") == ["linux/amd64", "linux/arm64"]
    assert (built["sbom"], built["provenance"], built["context"]) == (True, "mode=max", ".")
    outputs = dict(pair.split("=", 1) for pair in built["outputs"].split(","))
    assert outputs == {
        "type": "image",
        "name": "${{ steps.named.outputs.name }}",
        "push": "true",
        "push-by-digest": "true",
        "name-canonical": "true",
    }
    assert "tags" not in built
    labels = dict(line.split("=", 1) for line in built["labels"].splitlines())
    assert labels == {
        "org.opencontainers.image.source": "${{ github.server_url }}/${{ github.repository }}",
        "org.opencontainers.image.revision": "${{ github.sha }}",
        "org.opencontainers.image.version": "${{ github.ref_name }}",
    }


def test_the_built_image_is_attested_in_the_registry() -> None:
    assert _step("image", "actions/attest-build-provenance") == {
        "subject-name": "${{ steps.named.outputs.name }}",
        "subject-digest": "${{ steps.built.outputs.digest }}",
        "push-to-registry": True,
    }
    assert JOBS["image"]["outputs"] == {
        "name": "${{ steps.named.outputs.name }}",
        "digest": "${{ steps.built.outputs.digest }}",
    }


def test_the_built_package_is_uploaded_with_trusted_publishing() -> None:
    assert _step("package", "actions/upload-artifact")["path"] == "dist/"
    assert _step("pypi", "actions/download-artifact") == {
        "name": _step("package", "actions/upload-artifact")["name"],
        "path": "dist",
    }
    assert _step("pypi", "pypa/gh-action-pypi-publish") == {"skip-existing": True}
    assert JOBS["pypi"]["environment"] == "pypi"
    assert JOBS["pypi"]["permissions"] == {"id-token": "write"}


def test_the_script_builds_a_wheel_and_an_archive_and_makes_links_absolute(
    tmp_path: Path,
) -> None:
    for name in ("README.md", "pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("gate", "release"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (script,) = (each["run"] for each in JOBS["package"]["steps"] if each.get("name", "").startswith("Build"))
    env = {"GITHUB_REF_NAME": "v1.2.0", "GITHUB_REPOSITORY": "octo-org/checkly-gate"}
    env["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=env, check=True)
    (wheel,), (_,) = tmp_path.glob("dist/*.whl"), tmp_path.glob("dist/*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("METADATA"))
        shown = archive.read(name).decode()
    assert "Project-URL: Homepage, https://github.com/octo-org/checkly-gate\n" in shown
    links = re.findall(r"\]\(([^)]*)\)", shown)
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    assert "https://github.com/octo-org/checkly-gate/blob/v1.2.0/docs/POLICY.md" in links
    assert "https://raw.githubusercontent.com/octo-org/checkly-gate/v1.2.0/docs/summary.png" in links


def test_an_invalid_repository_name_is_refused() -> None:
    with pytest.raises(Refused, match="write OWNER/NAME"):
        package.readme("[a](b)", "octo-org", Version.of_release("v1.2.0"))


def test_the_owner_in_the_image_name_is_in_lower_case(tmp_path: Path) -> None:
    (script,) = (step["run"] for step in JOBS["image"]["steps"] if step.get("id") == "named")
    (tmp_path / "outputs").touch()
    env = {"GITHUB_REPOSITORY_OWNER": "Octo-Org", "GITHUB_OUTPUT": str(tmp_path / "outputs")}
    subprocess.run(["bash", "-e", "-c", script], env=env, check=True)
    assert (tmp_path / "outputs").read_text() == "name=ghcr.io/octo-org/checkly-gate\n"


def test_the_released_action_is_tested_on_both_platforms() -> None:
    assert JOBS["tried"]["strategy"]["matrix"] == {"runner": ["ubuntu-latest", "ubuntu-24.04-arm"]}
    assert JOBS["tried"]["with"]["runner"] == "${{ matrix.runner }}"
    assert JOBS["tried"]["uses"] == "./.github/workflows/contract.yml"
    assert JOBS["test"]["uses"] == "./.github/workflows/ci.yml"


@pytest.mark.parametrize("job", ["agree", "publish"])
def test_a_job_that_needs_more_than_the_tagged_commit_fetches_all_commits(job: str) -> None:
    assert _step(job, "actions/checkout")["fetch-depth"] == 0


DIGEST = f"sha256:{'5f' * 32}"
RECORDER = '#!/bin/sh\necho "${0##*/} $*" >> "$CALLS"\ntest "$1 $2" != "release view" || exit "$VIEW"\n'


def _publish(tmp_path: Path, step: str, **env: str) -> list[str]:
    """Run a step of the job `publish` with stand-ins for docker, gh and python3; return their calls."""
    for name in ("docker", "gh", "python3"):
        (tmp_path / name).write_text(RECORDER)
        (tmp_path / name).chmod(0o755)
    (script,) = (each["run"] for each in JOBS["publish"]["steps"] if each.get("name", "").startswith(step))
    given = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_REF_NAME": "v1.2.0",
        **env,
    }
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=given, check=True)
    return (tmp_path / "calls").read_text().splitlines()


@pytest.mark.parametrize(("floating", "tags"), [("true", ["1.2.0", "1"]), ("false", ["1.2.0"])])
def test_the_floating_tags_of_the_image_and_the_repository_move_together(
    tmp_path: Path, floating: str, tags: list[str]
) -> None:
    calls = _publish(tmp_path, "Tag the image", NAME="ghcr.io/o/c", DIGEST=DIGEST, FLOATING=floating)
    assert calls == [
        f"docker buildx imagetools create --tag ghcr.io/o/c:{tag} ghcr.io/o/c@{DIGEST}" for tag in tags
    ]


@pytest.mark.parametrize("latest", ["true", "false"])
def test_the_release_uses_an_existing_tag_and_is_latest_only_if_it_is_the_newest(
    tmp_path: Path, latest: str
) -> None:
    told = f"--title v1.2.0 --notes-file {tmp_path}/notes.md"
    notes, *calls = _publish(tmp_path, "Create the release", IMAGE="docker://i", LATEST=latest, VIEW="1")
    assert notes == "python3 -m release notes v1.2.0 docker://i"
    assert calls == [
        "gh release view v1.2.0",
        f"gh release create v1.2.0 --verify-tag --latest={latest} {told}",
    ]


def test_a_second_attempt_keeps_the_release_of_the_first(tmp_path: Path) -> None:
    calls = _publish(tmp_path, "Create the release", IMAGE="docker://i", LATEST="true", VIEW="0")
    assert calls[1:] == ["gh release view v1.2.0"]


def test_later_steps_read_the_outputs_of_the_command_publish() -> None:
    printed = set(re.findall(r"`(\w+)=`", release.__main__.__doc__ or ""))
    read = set(re.findall(r"steps\.moved\.outputs\.(\w+)", SOURCE))
    assert printed == read == {"floating", "latest"}
    (moves,) = (step for step in JOBS["publish"]["steps"] if step.get("id") == "moved")
    assert moves["run"].endswith('>> "$GITHUB_OUTPUT"')


def test_the_tags_move_to_the_tested_commit() -> None:
    assert JOBS["tried"]["with"]["ref"] == "${{ needs.candidate.outputs.commit }}"
    (moves,) = (step for step in JOBS["publish"]["steps"] if step.get("id") == "moved")
    assert moves["env"] == {"COMMIT": "${{ needs.candidate.outputs.commit }}"}


def test_each_job_has_only_the_permissions_that_it_needs() -> None:
    assert WORKFLOW["permissions"] == {}
    may_write = {
        name: {scope for scope, level in job["permissions"].items() if level == "write"}
        for name, job in JOBS.items()
    }
    assert may_write == {
        "agree": set(),
        "branch": {"contents"},
        "test": set(),
        "image": {"packages", "id-token", "attestations", "artifact-metadata"},
        "candidate": {"contents"},
        "tried": set(),
        "package": set(),
        "pypi": {"id-token"},
        "publish": {"contents", "packages"},
    }


@pytest.mark.parametrize("name", [name for name, job in JOBS.items() if "steps" in job])
def test_only_jobs_that_push_keep_the_token_after_the_checkout(name: str) -> None:
    checkouts = [step["with"] for step in JOBS[name]["steps"] if "actions/checkout" in step.get("uses", "")]
    pushes = "contents" in JOBS[name]["permissions"] and JOBS[name]["permissions"]["contents"] == "write"
    # The checkout uses the commit, because the tag may have moved.
    expected = [] if name == "pypi" else [(pushes, "${{ github.sha }}")]
    assert [(checkout["persist-credentials"], checkout["ref"]) for checkout in checkouts] == expected
    assert JOBS[name]["timeout-minutes"] <= 30


def test_the_workflow_uses_the_commands_of_the_program() -> None:
    called = re.findall(r"python3 -m release (\w+) ((?:\"\$\w+\" ?)+)", SOURCE)
    assert release.__main__.__doc__
    usage = dict(re.findall(r"^(\w+) ((?:[A-Z]+ )+)", release.__main__.__doc__, re.MULTILINE))
    assert {name: len(words.split()) for name, words in called} == {
        name: len(words.split()) for name, words in usage.items()
    }


def test_no_script_of_the_workflow_contains_a_github_expression() -> None:
    scripts = [step["run"] for job in JOBS.values() for step in job.get("steps", []) if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]
