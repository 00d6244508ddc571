"""A release changes one line of action.yml, so that the action runs an image that never changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from release import action
from release.errors import Refused

ACTION = (Path(__file__).parents[2] / "action.yml").read_bytes()
DIGEST = "5f" * 32
REFERENCE = f"docker://ghcr.io/octo-org/checkly-gate@sha256:{DIGEST}"
IMAGE = b"  image: Dockerfile"


def test_the_released_action_runs_the_image() -> None:
    before, after = yaml.safe_load(ACTION), yaml.safe_load(action.released(ACTION, REFERENCE))
    assert after == before | {"runs": {"using": "docker", "image": REFERENCE}}


@given(st.binary().filter(lambda text: b"image:" not in text), st.sampled_from([b"\n", b"\r\n", b"  \n"]))
def test_only_the_image_changes_in_action_yml(text: bytes, end: bytes) -> None:
    before, after = text + b"\n", end + text
    changed = action.released(before + IMAGE + after, REFERENCE)
    assert changed == before + b"  image: " + REFERENCE.encode() + after


@pytest.mark.parametrize(
    "reference",
    [
        "Dockerfile",
        "docker://ghcr.io/octo-org/checkly-gate:1",
        f"ghcr.io/octo-org/checkly-gate@sha256:{DIGEST}",
        f"docker://ghcr.io/checkly-gate@sha256:{DIGEST}",
        f"docker://docker.io/octo-org/checkly-gate@sha256:{DIGEST}",
        f"docker://ghcr.io.example.com/octo-org/checkly-gate@sha256:{DIGEST}",
        f"docker://ghcr.io/Octo-Org/checkly-gate@sha256:{DIGEST}",
        f"docker://ghcr.io/octo-org/checkly-gate@sha256:{DIGEST[1:]}",
        f"docker://ghcr.io/octo-org/checkly-gate@sha256:{DIGEST.upper()}",
        f"{REFERENCE}\n  entrypoint: /bin/sh",
        f"{REFERENCE}\n",
        f" {REFERENCE}",
        "",
    ],
)
def test_a_reference_that_is_not_a_digest_in_the_registry_is_refused(reference: str) -> None:
    with pytest.raises(Refused, match=r"docker://ghcr\.io/<owner>/<name>@sha256:"):
        action.released(ACTION, reference)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"runs:\n  using: docker\n", "names: none"),
        (b"runs:\n  image: docker://alpine:3\n", "names: docker://alpine:3"),
        (action.released(ACTION, REFERENCE), f"names: {REFERENCE}"),
        (ACTION + IMAGE + b"\n", "names: Dockerfile, Dockerfile"),
    ],
)
def test_an_action_without_exactly_one_image_from_the_dockerfile_is_refused(text: bytes, named: str) -> None:
    (problem,) = action.problems(text)
    assert named in problem
    assert "tag a commit of main" in problem
    with pytest.raises(Refused):
        action.released(text, REFERENCE)
