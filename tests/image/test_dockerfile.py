"""Properties of the Dockerfile that can be tested without a build, such as a pinned base image."""

from __future__ import annotations

import re

import yaml

from tests.image.engine import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_all_stages_have_the_same_pinned_base() -> None:
    first, *others = re.findall(r"^FROM (.+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64} AS base", first)
    assert others == ["base AS packages", "packages AS build", "scratch"]


def test_the_build_needs_no_frontend_from_a_registry_and_no_recent_engine() -> None:
    assert not re.search(r"^#\s*(syntax|escape|check)\s*=|<<|--link|--mount", DOCKERFILE, re.MULTILINE)


def test_only_hashed_wheels_are_installed() -> None:
    (install,) = re.findall(r"pip install[^&]*", DOCKERFILE)
    for word in ("--require-hashes", "--only-binary :all:", "--no-cache-dir", "requirements.txt"):
        assert word in install


def test_no_stage_sets_a_user_or_uses_add() -> None:
    assert not re.search(r"^(USER|ADD)\b", DOCKERFILE, re.MULTILINE)


def test_only_the_stage_that_installs_packages_has_build_arguments() -> None:
    """A build argument of the last stage would be in the image's history."""
    stages = DOCKERFILE.split("\nFROM ")
    with_arguments = {
        stage.split("\n", 1)[0]: re.findall(r"^ARG (.+)$", stage, re.MULTILINE) for stage in stages
    }
    assert {name: names for name, names in with_arguments.items() if names} == {
        "base AS packages": ["CA_CERTIFICATES", "PIP_INDEX_URL"]
    }


def test_the_action_uses_the_dockerfile() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"] == {"using": "docker", "image": "Dockerfile"}
