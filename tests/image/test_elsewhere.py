"""The image in other CI systems, with other users, other variables and other ways to start it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gate.simulator import Simulator, load, shipped
from tests.end_to_end.running import KEY
from tests.image.building import Image
from tests.image.running import container, run

FAILING = load("failing")


@pytest.fixture
def api() -> Iterator[Simulator]:
    with Simulator(FAILING, speed=1000) as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder to which any user may write, like a pod's volume."""
    folder = tmp_path / "reports"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def _passed_on(env: dict[str, str]) -> list[str]:
    return [word for name in env for word in ("-e", name)]


def _cases(report: Path) -> int:
    return len(list(ET.parse(report).getroot().iter("testcase")))


def test_the_image_runs_without_privileges(api: Simulator, image: Image, folder: Path) -> None:
    env = {
        "CHECKLY_GATE_SESSION_ID": FAILING.session_ids[0],
        "CHECKLY_API_KEY": KEY,
        "CHECKLY_API_URL": api.url,
    }
    locked = [
        "--user",
        "1000:1000",
        "--read-only",
        "--cap-drop",
        "all",
        "--security-opt",
        "no-new-privileges",
    ]
    options = [*locked, "-v", f"{folder}:/reports", *_passed_on(env)]
    code, log = run(image, "--junit-path", "/reports/new/junit.xml", options=options, env=env)
    assert code == 1, log
    report = folder / "new" / "junit.xml"
    assert _cases(report) > 0
    if os.geteuid() == 0:
        assert report.stat().st_uid == 1000


def test_gitlab_starts_the_gate_with_a_shell(api: Simulator, image: Image, folder: Path) -> None:
    env = {
        "GITLAB_CI": "true",
        "CI": "true",
        "CHECKLY_API_KEY": KEY,
        "CHECKLY_API_URL": api.url,
        "CHECKLY_GATE_SESSION_ID": FAILING.session_ids[0],
    }
    options = ["--entrypoint", "", "-v", f"{folder}:/builds/project", "--workdir", "/builds/project"]
    code, log = run(image, "sh", "-c", "checkly-gate", options=[*options, *_passed_on(env)], env=env)
    assert code == 1, log
    assert "::" not in log.replace("https://", "")
    assert _cases(folder / "test-results" / "checkly-junit.xml") > 0


def test_settings_that_woodpecker_passes_as_variables_are_read(
    api: Simulator, image: Image, folder: Path
) -> None:
    env = {
        "CI": "woodpecker",
        "PLUGIN_SESSION_ID": FAILING.session_ids[0],
        "PLUGIN_API_KEY": KEY,
        "PLUGIN_API_URL": api.url,
        "PLUGIN_FAILED_THRESHOLD": "100%",
        "PLUGIN_JUNIT_PATH": "junit.xml",
    }
    options = ["-v", f"{folder}:/woodpecker/src", "--workdir", "/woodpecker/src", *_passed_on(env)]
    code, log = run(image, options=options, env=env)
    assert code == 0, log
    assert _cases(folder / "junit.xml") > 0


def test_wrong_inputs_are_refused(image: Image) -> None:
    code, log = run(image, "--sesion-id", "x")
    assert code == 2
    assert "did you mean session-id?" in log


@pytest.mark.parametrize(("scenario", "code"), [("passing", 0), ("failing", 1)])
def test_a_demo_needs_no_inputs(scenario: str, code: int, image: Image) -> None:
    ended, log = run(image, "demo", scenario)
    assert ended == code, log
    assert f"(exit code {code})" in log


def test_the_help_lists_every_scenario(image: Image) -> None:
    _, told = run(image, "--help")
    assert set(shipped()) <= set(told.replace(",", " ").split())


def test_simulate_prints_its_url_first_and_ends_on_a_signal(image: Image) -> None:
    with container(image, [], ["simulate", "flaky"]) as started:
        assert started.client.stdout is not None
        assert started.client.stdout.readline().startswith("http://127.0.0.1:")
        started.kill("TERM")
        code, log = started.end()
    assert code == 0, log


def test_a_policy_can_be_checked(image: Image, folder: Path) -> None:
    (folder / "policy.yml").write_text("degraded-treshold: 1\n")
    code, log = run(image, "policy", "check", "/reports/policy.yml", options=["-v", f"{folder}:/reports:ro"])
    assert code == 2
    assert "policy.yml:1" in log
