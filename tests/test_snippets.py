"""Every block of code in the documents is executed or checked by a test."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate.policy.loader import DEFAULT_PATH
from gate.simulator import Scenario, Simulator, load, parse
from tests.config.test_session_file import DETACHED, SCENARIO
from tests.end_to_end.running import ENTRYPOINT, Run, github, inputs_for, run
from tests.end_to_end.test_commit import SHA, session
from tests.end_to_end.test_trigger_suites import SCENARIO as SUITES
from tests.examples.programs import Programs
from tests.test_documents import DOCUMENTS, README, ROOT

HERE = "tests/test_snippets.py"
DOCS = "tests/test_documents.py"
COMMANDS = "tests/examples/test_commands.py"
POLICY = "tests/policy/test_document.py"
# The beginning of each block, and the test that executes or checks the block.
BLOCKS = {
    "README.md": {
        "make demo   # the whole gate": f"{DOCS}::test_make_demo_shows",
        "The gate is CLOSED": f"{DOCS}::test_the_readme_quotes_the_actual_output_of_a_demo",
        ".venv/bin/python entrypoint.py simulate": f"{HERE}::test_the_gate_uses_the_simulated_session",
        "export CHECKLY_API_URL=http": f"{HERE}::test_the_gate_accepts_a_simulated_session_and_commit",
        "name: Deploy": f"{DOCS}::test_the_workflow_in_the_readme_works",
        "- run: npx checkly test": f"{HERE}::test_the_gate_reads_the_output_of_checkly_test",
        "with: trigger-tags": f"{HERE}::test_checks_are_triggered_as_test_sessions",
        "with: commit:": f"{HERE}::test_the_gate_finds_the_sessions_of_a_commit",
        "- if: contains(steps.gate": f"{DOCS}::test_the_rollback_in_the_readme_matches_the_example",
        "docker build": f"{COMMANDS}::test_all_inputs_reach_the_gate_in_the_container",
        "degraded-threshold: 25%": f"{POLICY}::test_the_policy_file_in_a_document_is_valid",
        "jq -r '.sessions": f"{COMMANDS}::test_the_jq_command_in_the_readme_lists_the_red_rows",
    },
    "docs/IMAGE.md": {
        "docker build \\ --build-arg": f"{HERE}::test_the_image_is_built_with_arguments_that_exist",
        "base=$(sed": f"{HERE}::test_the_base_image_is_replaced_by_its_full_name",
    },
    "docs/POLICY.md": {
        "degraded-threshold: 25%": f"{POLICY}::test_the_policy_file_in_a_document_is_valid",
    },
    "docs/PULL_REQUESTS.md": {
        "- uses: actions/checkout": "tests/examples/test_pull_request.py::test_the_document_shows_the_steps",
        "/.github/": f"{HERE}::test_the_files_in_the_code_owners_example_exist",
    },
    "docs/SCENARIOS.md": {
        "description: One of two": f"{DOCS}::test_the_scenarios_in_the_documents_end_as",
        "description: A test session": f"{DOCS}::test_the_scenarios_in_the_documents_end_as",
    },
    "docs/architecture.md": {
        "flowchart LR": f"{HERE}::test_the_packages_in_the_flowchart_exist",
    },
}


def blocks(document: str) -> Iterator[str]:
    yield from re.findall(r"^```\w+\n(.*?)^```$", (ROOT / document).read_text(), re.DOTALL | re.MULTILINE)


def block(document: str, beginning: str) -> str:
    """Return the block that starts with `beginning`. Differences in white space are ignored."""
    (found,) = (text for text in blocks(document) if " ".join(text.split()).startswith(beginning))
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_block_of_a_document_has_a_test(path: Path) -> None:
    document = path.relative_to(ROOT).as_posix()
    listed = BLOCKS.get(document, {})
    assert len(list(blocks(document))) == len(listed)
    assert path.read_text().count("```") == 2 * len(listed), (
        "every block must have a language, and must not be inside a list"
    )
    for beginning, test in listed.items():
        assert block(document, " ".join(beginning.split()))
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text()


def gated(workspace: Path, api: Simulator, step: Any, **inputs: str) -> Run:  # noqa: ANN401 - YAML
    """Run the gate with a step's inputs, except those that contain GitHub expressions."""
    given = {name: str(value) for name, value in step["with"].items() if "${{" not in str(value)}
    return run(workspace, github(workspace, inputs_for(api, ()) | given | inputs))


PROGRAM = ".venv/bin/python entrypoint.py"


def run_on(scenario: Scenario, script: str, folder: Path) -> Iterator[str]:
    """Run the gate commands of a script one by one against a simulator. Yield the log of each."""
    exports, *gates = script.strip().splitlines()
    with Simulator(replace(scenario, started=datetime.now(UTC)), speed=1000) as api:
        for gate in gates:
            lines = [exports.replace("http://127.0.0.1:8642", api.url), gate]
            script = "\n".join(lines).replace(PROGRAM, f"{sys.executable} {ENTRYPOINT}")
            ended = Programs(folder).run(script, {}, folder)
            assert ended.code == 0, ended.log
            yield ended.log


def test_the_gate_uses_the_simulated_session() -> None:
    simulated = block("README.md", f"{PROGRAM} simulate").split()
    gated = block("README.md", "export")
    assert simulated[-2:] == ["--port", "8642"]
    assert f"http://127.0.0.1:{simulated[-1]} " in gated
    (session_id,) = load(simulated[3]).session_ids
    assert f"{PROGRAM} {session_id}\n" in gated


def test_the_gate_accepts_a_simulated_session_and_commit(tmp_path: Path) -> None:
    logs = list(run_on(load("tests-passing"), block("README.md", "export"), tmp_path))
    assert len(logs) == 2
    assert all("6 of 6 checks green" in log for log in logs)


def test_the_gate_triggers_a_simulated_check(tmp_path: Path) -> None:
    (name, inputs) = re.findall(
        r"If you run `simulate (\w+)` instead, `checkly-gate (.*)` triggers a check", README
    )[0]
    exports, *_ = block("README.md", "export").splitlines()
    gate = f"{PROGRAM} {inputs}"
    (*_, log) = run_on(load(name), "\n".join([exports, gate, gate]), tmp_path)
    assert "started Log in and out" in log


def test_the_gate_reads_the_output_of_checkly_test(tmp_path: Path) -> None:
    checkly, gate = yaml.safe_load(block("README.md", "- run: npx checkly test"))
    programs = Programs(tmp_path / "programs")
    programs.add("npx", prints=DETACHED)
    assert programs.run(checkly["run"], {}, tmp_path, f"{checkly['shell']} -eo pipefail").code == 0
    assert [call.arguments for call in programs.calls("npx")] == [["checkly", "test", "--detach"]]
    assert set(checkly["env"]) == {"CHECKLY_API_KEY", "CHECKLY_ACCOUNT_ID"}
    with Simulator(parse(SCENARIO, name="file")) as api:
        done = gated(tmp_path, api, gate)
    assert (done.code, done.outputs["checks"]) == (0, "2"), done.log


def test_tee_does_not_hide_a_failure_of_the_cli(tmp_path: Path) -> None:
    checkly, _ = yaml.safe_load(block("README.md", "- run: npx checkly test"))
    programs = Programs(tmp_path / "programs")
    programs.add("npx", 1)
    assert programs.run(checkly["run"], {}, tmp_path, f"{checkly['shell']} -eo pipefail").code == 1


def test_checks_are_triggered_as_test_sessions(tmp_path: Path) -> None:
    step = yaml.safe_load(block("README.md", "with: trigger-tags"))
    with Simulator(parse(SUITES % ("passed", ""), name="suites")) as api:
        done = gated(tmp_path, api, step)
    assert done.code == 0, done.log
    assert {name.partition("[")[2] for name in done.cases} == {"eu-west-1]", "us-east-1]"}


def test_the_gate_finds_the_sessions_of_a_commit(tmp_path: Path) -> None:
    """Replace the only expression, which is the commit, as the runner would."""
    step = yaml.safe_load(block("README.md", "with: commit:"))
    assert step["with"]["commit"].startswith("${{ github.event.deployment.sha || ")
    now = datetime.now(UTC).isoformat()
    deployed = session("Deploy").replace("staging", step["with"]["commit-environment"])
    text = f"description: x\nspeed: 20\nstarted: {now}\nsessions:{deployed}{session('of-staging')}"
    with Simulator(parse(text, name="commit")) as api:
        done = gated(tmp_path, api, step, commit=SHA)
    assert done.code == 0, done.log
    assert list(done.cases) == ["Pay Deploy [eu-west-1]"]


def test_the_image_is_built_with_arguments_that_exist(tmp_path: Path) -> None:
    (tmp_path / "company-ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    arguments = _docker(block("docs/IMAGE.md", "docker build"), tmp_path)
    given = [value for flag, value in pairwise(arguments) if flag == "--build-arg"]
    assert given[0] == "CA_CERTIFICATES=-----BEGIN CERTIFICATE-----"
    known = re.findall(r"^ARG (\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert {each.partition("=")[0] for each in given} <= set(known)


def test_the_base_image_is_replaced_by_its_full_name(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text((ROOT / "Dockerfile").read_text())
    arguments = _docker(block("docs/IMAGE.md", "base="), tmp_path)
    replaced, _, by = arguments[arguments.index("--build-context") + 1].partition("=")
    assert (ROOT / "Dockerfile").read_text().startswith(f"FROM {replaced} AS base\n")
    assert re.fullmatch(r"python:[\w.-]+@sha256:[0-9a-f]{64}", replaced)
    assert by.startswith("docker-image://")


def _docker(script: str, folder: Path) -> list[str]:
    programs = Programs(folder / "programs")
    programs.add("docker")
    assert programs.run(script, {}, folder).code == 0
    (call,) = programs.calls("docker")
    assert (call.arguments[0], call.arguments[-1]) == ("build", ".")
    return call.arguments


def test_the_files_in_the_code_owners_example_exist() -> None:
    lines = block("docs/PULL_REQUESTS.md", "/.github/").splitlines()
    patterns = [re.fullmatch(r"/(\S+) +@[\w-]+/[\w-]+", line) for line in lines]
    assert [pattern and pattern[1] for pattern in patterns] == [".github/", DEFAULT_PATH]
    assert (ROOT / ".github/workflows").is_dir()


def test_the_packages_in_the_flowchart_exist() -> None:
    flow = block("docs/architecture.md", "flowchart LR")
    inside = flow.partition("subgraph run")[2].partition("\n")[2].partition("end\n")[0]
    outside = re.findall(r"^  (\w+) (?:-->|--)", flow.replace("run -->", ""), re.MULTILINE)
    packages = {
        *re.split(r" -->(?:\|[^|]*\|)? |\n *", inside.strip()),
        *outside,
        "cli",
        "commands",
        "publish",
    }
    assert len(packages) > 10
    known = {path.stem for path in (ROOT / "gate").iterdir()}
    assert packages <= known
