"""The documents match the code: tables, names, commands and examples."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate.checkly.http import Response, error_for
from gate.commands.help import EXIT_CODES
from gate.config.inputs import BY_NAME, INPUTS
from gate.config.settings import InvalidInputs, read_settings
from gate.domain.errors import UsageError
from gate.domain.exit_code import ExitCode
from gate.report import outputs
from gate.simulator import Simulator, load, shipped
from tests.end_to_end.running import KEY, github, run
from tests.report.reports import of_error

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / ".github").glob("*.md")),
]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
OUTPUTS = list(outputs.render(of_error(UsageError("x"), decided_at=datetime(2026, 1, 1, tzinfo=UTC))))
WORKFLOW = next(iter(re.findall(r"```yaml\n(name: Deploy.*?)```", README, re.DOTALL)))


def _section(heading: str) -> str:
    """Return the text below a heading of the README."""
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def _table(text: str) -> list[list[str]]:
    """Return the rows of the only table in the text."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_action_yml_has_every_input_with_its_description() -> None:
    assert ACTION["inputs"] == {
        row.name: {
            "description": row.described,
            "required": row.required and not row.variable,
            "default": "",  # any other default would override the job's environment variables
        }
        for row in INPUTS
    }


def test_action_yml_has_every_output() -> None:
    assert list(ACTION["outputs"]) == OUTPUTS
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_inputs_md_lists_every_input() -> None:
    page = (ROOT / "docs" / "INPUTS.md").read_text()
    defaults = {row.name: f"`{row.default}`" if row.default else "required" * row.required for row in INPUTS}
    assert _table(page) == [[f"`{row.name}`", defaults[row.name], row.help] for row in INPUTS]


def test_inputs_in_the_readme_exist() -> None:
    with_artifact = {*BY_NAME, "name", "path"}  # inputs of upload-artifact
    given = {
        name
        for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
        for name in re.findall(r"^ {10}([a-z-]+):", block, re.MULTILINE)
    }
    assert {"session-file", "commit", "trigger-as"} <= given <= with_artifact


def test_the_readme_has_every_output() -> None:
    described = {name: output["description"] for name, output in ACTION["outputs"].items()}
    assert _table(_section("Outputs")) == [[f"`{name}`", described[name]] for name in OUTPUTS]


def test_the_readme_has_every_exit_code() -> None:
    assert set(EXIT_CODES) == set(ExitCode)
    assert _table(_section("Exit codes")) == [
        [str(code.value), meaning] for code, meaning in EXIT_CODES.items()
    ]


def test_the_readme_quotes_the_actual_output_of_a_demo(tmp_path: Path) -> None:
    (quoted,) = re.findall(r"```text\n(.*?)\n```", README, re.DOTALL)
    assert quoted in run(tmp_path, {}, "demo").log.splitlines()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^(make \w+)", README, re.MULTILINE))))
def test_the_make_commands_in_the_readme_exist(command: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", *command.split()[1:]], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0


def test_make_demo_shows_a_verdict_a_report_and_the_exit_code() -> None:
    done = subprocess.run(["make", "demo"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "The gate is CLOSED" in done.stdout
    assert "test-results/checkly-junit.xml" in done.stdout
    assert "Exit code 1" in done.stdout


def test_the_workflow_in_the_readme_works(tmp_path: Path) -> None:
    """Run the workflow's gate step as the runner would, with values for its expressions."""
    steps = yaml.safe_load(WORKFLOW)["jobs"]["gate"]["steps"]
    given = next(step["with"] for step in steps if step.get("id") == "gate")
    scenario = load("degraded")
    with Simulator(scenario, speed=1000) as api:
        values = {"api-key": KEY, "account-id": "account"}
        inputs = {name: values.get(name, text) for name, text in given.items()}
        gated = run(tmp_path, github(tmp_path, inputs) | {"CHECKLY_API_URL": api.url})
    assert gated.code == 1
    assert "40%), more than the allowed 25%" in gated.outputs["reason"]


def test_the_workflow_in_the_readme_uses_existing_names() -> None:
    steps = yaml.safe_load(WORKFLOW)["jobs"]["gate"]["steps"]
    assert set(re.findall(r"steps\.gate\.outputs\.([\w-]+)", WORKFLOW)) <= set(OUTPUTS)
    for step in steps:
        if "checkly-gate" in step.get("uses", ""):
            assert set(step["with"]) <= {row.name for row in INPUTS}


def test_the_flags_and_scenarios_in_the_readme_exist() -> None:
    (command,) = re.findall(r"^  checkly-gate (--.*)$", README, re.MULTILINE)
    assert set(re.findall(r"--([a-z-]+)", command)) <= {row.name for row in INPUTS}
    assert set(re.findall(r"entrypoint\.py (?:demo|simulate) ([\w-]+)", README)) <= set(shipped())


def test_the_rollback_in_the_readme_matches_the_example() -> None:
    (condition,) = re.findall(r"- if: (contains.*)", README)
    assert f"- if: {condition}\n" in (ROOT / "examples/github/rollback.yml").read_text()


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 350


def test_the_readme_explains_only_existing_messages(tmp_path: Path) -> None:
    missing = run(tmp_path, {}, "demo", "missing-location").log
    with pytest.raises(InvalidInputs) as refused:
        read_settings([], {"GITHUB_ACTIONS": "true"})
    statuses = [str(error_for(Response(status, {}, b""))) for status in (401, 403, 404)]
    sources = [path.read_text() for path in (ROOT / "gate").rglob("*.py")]
    known = "\n".join([missing, *statuses, *sources, str(refused.value)])
    rows = _table(_section("Troubleshooting"))
    assert len(rows) > 8
    for message, _ in rows:
        for part in message.strip("`").split("…"):
            assert part.strip() in known, message


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_within_the_repository_has_a_target(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", document.read_text())
    for path, heading in targets:
        target = (document.parent / path) if path else document
        assert target.exists(), path
        if heading:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize(
    "scenario", re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "SCENARIOS.md").read_text(), re.DOTALL)
)
def test_the_scenarios_in_the_documents_end_as_described(scenario: str, tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(
        re.sub(r"^speed:.*\n", "", scenario, flags=re.MULTILINE) + "speed: 100\n"
    )
    assert "the gate closes" in scenario
    assert run(tmp_path, {}, "demo", "own.yml").code == 1


def test_the_changelog_has_a_section_for_the_next_version() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
