"""The commands of the examples: their inputs reach the gate, and its exit code reaches the job."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gate.config.settings import read_settings, shown_inputs
from gate.simulator import Simulator, load
from tests.absent import require_programs
from tests.end_to_end.running import github, inputs_for, run
from tests.examples.programs import Call, Programs
from tests.examples.reading import IMAGE, ROOT, documents, text

CODES = (0, 1, 2, 3, 4)
SESSION = "8166fa86-c9b4-4162-8541-d380c6c212d8"
KEYS = {"CHECKLY_API_KEY": "cu_0123456789abcdef", "CHECKLY_ACCOUNT_ID": "account"}
GIVEN = {
    **KEYS,
    "CHECKLY_GATE_TRIGGER_TAGS": "production",
    "CHECKLY_GATE_DEGRADED_THRESHOLD": "25%",
    "CHECKLY_GATE_TIMEOUT": "20m",
}
TRIGGER = {"trigger-tags": "production", "degraded-threshold": "25%", "timeout": "1200"}


@dataclass(frozen=True)
class Script:
    """A script as a CI system runs it, and the script's variables."""

    text: str
    env: Mapping[str, str]


def _azure(name: str, variables: Mapping[str, str]) -> Script:
    """Return Azure's script. Its environment contains a secret only if the step names the secret."""
    (pipeline,) = documents(name)
    (job,) = pipeline.get("jobs", [pipeline])
    (step,) = (step for step in job["steps"] if "docker" in step.get("script", ""))
    handed_over = {key: _macros(value) for key, value in step["env"].items()}
    account = {"CHECKLY_ACCOUNT_ID": KEYS["CHECKLY_ACCOUNT_ID"]}
    return Script(
        _macros(step["script"]), {**account, **variables, **job.get("variables", {}), **handed_over}
    )


def _macros(value: str) -> str:
    return re.sub(r"\$\((CHECKLY_\w+)\)", lambda match: KEYS[match[1]], value)


def _buildkite() -> Script:
    """Return Buildkite's script after the uploader has replaced its variables. `$$` becomes a dollar sign."""
    (step,) = (step for step in documents("buildkite/pipeline.yml")[0]["steps"] if "env" in step)
    command = re.sub(r"\$\$|\$\{?(\w+)\}?", lambda match: "/uploader" if match[1] else "$", step["command"])
    return Script(command, {**KEYS, **step["env"]})


def _jenkins() -> Script:
    (script,) = re.findall(r"sh '''\n(.*?)'''", text("publishing/Jenkinsfile"), re.DOTALL)
    return Script(script.replace("\\\n", ""), {**KEYS, "SESSION_ID": SESSION})


def _readme() -> Script:
    (block,) = re.findall(r"```sh\n(docker build.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return Script(block, {**KEYS, "SESSION_ID": SESSION})


def _options(call: Call) -> argparse.Namespace:
    """Parse the arguments of `docker run`. Refuse options that no example uses."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("--rm", action="store_true")
    parser.add_argument("--env", action="append", default=[])
    for option in ("--user", "--volume", "--workdir"):
        parser.add_argument(option)
    parser.add_argument("image")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    assert call.arguments[0] == "run"
    return parser.parse_args(call.arguments[1:])


DOCKER: dict[str, tuple[Callable[[], Script], str, dict[str, str]]] = {
    "azure": (lambda: _azure("azure/azure-pipelines.yml", {}), IMAGE, TRIGGER),
    "azure, publishing": (
        lambda: _azure("publishing/azure.yml", {"SESSION_ID": SESSION}),
        IMAGE,
        {"session-id": SESSION},
    ),
    "buildkite": (_buildkite, IMAGE, TRIGGER),
    "jenkins, publishing": (_jenkins, IMAGE, {"session-id": SESSION}),
    "readme": (_readme, "checkly-gate", {"session-id": SESSION, "degraded-threshold": "25%"}),
}


@pytest.mark.parametrize(("script", "image", "inputs"), DOCKER.values(), ids=DOCKER.keys())
def test_all_inputs_reach_the_gate_in_the_container(
    script: Callable[[], Script], image: str, inputs: dict[str, str], tmp_path: Path
) -> None:
    programs = Programs(tmp_path / "programs")
    programs.add("docker")
    given = script()
    programs.run(given.text, given.env, tmp_path)
    call = programs.calls("docker")[-1]
    options = _options(call)
    assert options.image == image
    env = dict(pair.split("=", 1) if "=" in pair else (pair, call.environment[pair]) for pair in options.env)
    assert env == {name: value for name, value in given.env.items() if name.startswith("CHECKLY_")}
    settings = read_settings(options.arguments, env)
    assert settings.api_key == KEYS["CHECKLY_API_KEY"]
    assert inputs.items() <= shown_inputs(settings).items()


@pytest.mark.parametrize("script", [row[0] for row in DOCKER.values()], ids=DOCKER.keys())
def test_a_container_writes_its_report_to_the_folder_of_the_job(
    script: Callable[[], Script], tmp_path: Path
) -> None:
    programs = Programs(tmp_path / "programs")
    programs.add("docker")
    given = script()
    programs.run(given.text, given.env, tmp_path)
    options = _options(programs.calls("docker")[-1])
    assert (options.volume, options.workdir) == (f"{tmp_path}:/work", "/work")
    assert options.rm
    assert options.user in {None, f"{os.getuid()}:{os.getgid()}"}


def _bitbucket() -> Script:
    steps = documents("bitbucket/bitbucket-pipelines.yml")[0]["pipelines"]["branches"]["main"]
    (gate,) = (each["step"] for each in steps if each["step"].get("image") == IMAGE)
    return Script("\n".join(gate["script"]), KEYS)


def _circleci() -> Script:
    (config,) = documents("circleci/config.yml")
    job = config["jobs"]["checkly"]
    (uses,) = config["workflows"]["production"]["jobs"][1:]
    assert uses["checkly"]["context"] == "checkly"  # the context that contains the keys
    (container,) = job["docker"]
    return Script(_step(job["steps"], "run")["command"], {**KEYS, **container["environment"]})


def _step(steps: list[dict[str, Any]], name: str) -> Any:  # noqa: ANN401 - any content of the step
    (found,) = (step[name] for step in steps if name in step)
    return found


INSIDE = {"bitbucket": _bitbucket, "circleci": _circleci}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("script", INSIDE.values(), ids=INSIDE.keys())
def test_a_job_in_the_image_passes_all_inputs_and_keeps_the_exit_code_of_the_gate(
    script: Callable[[], Script], code: int, tmp_path: Path
) -> None:
    programs = Programs(tmp_path / "programs")
    programs.add("checkly-gate", code)
    given = script()
    assert programs.run(given.text, given.env, tmp_path).code == code
    (call,) = programs.calls("checkly-gate")
    assert GIVEN.items() <= call.environment.items()
    settings = read_settings(call.arguments, call.environment)
    # Both systems collect the reports in the folder test-results.
    assert settings.junit_path == "test-results/checkly-junit.xml"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("script", [row[0] for row in DOCKER.values()], ids=DOCKER.keys())
def test_a_step_ends_with_the_exit_code_of_its_container(
    script: Callable[[], Script], code: int, tmp_path: Path
) -> None:
    programs = Programs(tmp_path / "programs")
    programs.add("docker", code)
    given = script()
    command = given.text.removeprefix("docker build --tag checkly-gate .\n")
    assert programs.run(command, given.env, tmp_path).code == code


def test_buildkite_retries_only_exit_code_4() -> None:
    (step,) = (step for step in documents("buildkite/pipeline.yml")[0]["steps"] if "retry" in step)
    assert step["retry"] == {"automatic": [{"exit_status": 4, "limit": 1}]}


def test_circleci_also_stores_the_report_of_a_closed_gate() -> None:
    (config,) = documents("circleci/config.yml")
    steps = config["jobs"]["checkly"]["steps"]
    # CircleCI runs this step even if an earlier one failed.
    assert _step(steps, "store_test_results") == {"path": "test-results"}


def test_bitbucket_stops_the_gate_only_after_the_gates_own_timeout() -> None:
    steps = documents("bitbucket/bitbucket-pipelines.yml")[0]["pipelines"]["branches"]["main"]
    (minutes,) = (each["step"]["max-time"] for each in steps if each["step"].get("image") == IMAGE)
    assert minutes > 20


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("failing", "eu-central-1: STATUS_CODE EQUALS 200, received 503"),
        ("missing-location", "datacenter-frankfurt: no agent is running at this private location"),
        ("passing", ""),
    ],
)
def test_the_jq_command_in_the_readme_lists_the_red_rows_with_their_reasons(
    name: str, listed: str, tmp_path: Path
) -> None:
    require_programs("jq")
    (line,) = re.findall(r"```sh\n(jq .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    scenario = load(name)
    with Simulator(scenario, speed=1000) as api:
        run(tmp_path, github(tmp_path, inputs_for(api, scenario.session_ids, json_path="checkly-gate.json")))
    ended = Programs(tmp_path / "programs").run(line, {}, tmp_path)
    assert ended.code == 0
    assert ended.log.startswith(listed)
    assert ended.log.count("\n") == bool(listed)
