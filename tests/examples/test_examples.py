"""Each example is valid for its system, and passes only existing inputs to the gate."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gate.config.input import ENVIRONMENT_PREFIXES
from gate.config.inputs import BY_NAME
from gate.config.settings import read_settings
from gate.domain.exit_code import ExitCode
from tests.examples.reading import ACTION, EVERY_FILE, FILES, IMAGE, ROOT, arguments, text, variables
from tests.test_documents import OUTPUTS

CHECK_JSONSCHEMA = str(Path(sys.executable).with_name("check-jsonschema"))
SCHEMAS = {
    "azure/azure-pipelines.yml": "azure-pipelines",
    "bitbucket/bitbucket-pipelines.yml": "bitbucket-pipelines",
    "buildkite/pipeline.yml": "buildkite",
    "circleci/config.yml": "circle-ci",
    "drone/.drone.yml": "drone-ci",
    "gitlab/.gitlab-ci.yml": "gitlab-ci",
    "woodpecker/.woodpecker.yml": "woodpecker-ci",
    **{name: "github-workflows" for name in FILES if name.startswith("github/")},
}
JOBS = {"argo/rollouts.yaml", "clouddeploy/skaffold.yaml"}
"""Examples that publish no report. test_recipes.py tests them."""
WITHOUT_A_SCHEMA = {"argo/workflow.yaml", "jenkins/Jenkinsfile", "tekton/task.yaml", *JOBS}
"""Examples that are not validated against a schema. test_structures.py checks their structure."""
PLAYED = {"argo/workflow.yaml", "bitbucket/bitbucket-pipelines.yml", "tekton/task.yaml"}
"""Examples that test_pods.py and test_commands.py run. test_github.py runs the examples for GitHub."""
EXIT_CODE = r"(?:exit[ _]?(?:code|status)\}?\}?:?|\bcode) (?:[!=]= )?(\d+)"
# The text with which an example publishes the report even if the gate closes. The other examples publish no
# report, or other tests run them.
PUBLISHED_ALWAYS = {
    "azure/azure-pipelines.yml": r"PublishTestResults@2\n +condition: succeededOrFailed\(\)",
    "buildkite/pipeline.yml": r"artifact_paths: test-results/checkly-junit\.xml",
    "circleci/config.yml": r"store_test_results:.*\n +path: test-results",
    "drone/.drone.yml": r"cat test-results/checkly-junit\.xml\n +when:\n +status: \[success, failure\]",
    "gitlab/.gitlab-ci.yml": r"when: always.*\n(.*\n)+? +junit: test-results/checkly-junit\.xml",
    "jenkins/Jenkinsfile": r"always \{\n +junit 'test-results/checkly-junit\.xml'",
    "woodpecker/.woodpecker.yml": r"checkly-junit\.xml\n +when:\n +- status: \[success, failure\]",
}


def test_every_example_is_tested() -> None:
    assert set(FILES) == set(SCHEMAS) | WITHOUT_A_SCHEMA
    assert set(FILES) - {name for name in FILES if "github" in name} == set(PUBLISHED_ALWAYS) | PLAYED | JOBS


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_an_example_is_valid_against_the_schema_of_its_system(name: str, schema: str) -> None:
    # Azure's schema has patterns that are invalid in unicode mode.
    command = [CHECK_JSONSCHEMA, "--builtin-schema", f"vendor.{schema}", "--regex-variant", "nonunicode"]
    done = subprocess.run(
        [*command, f"examples/{name}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", FILES)
def test_the_gate_accepts_the_inputs_of_an_example(name: str) -> None:
    for flags, env in arguments(name):
        settings = read_settings(flags, env)
        assert settings.api_key
        assert settings.account_id
        assert settings.session_id or settings.trigger_tags or settings.session_file or settings.commit
        assert any("TIMEOUT" in variable for variable in env) or any("--timeout=" in each for each in flags)


@pytest.mark.parametrize("name", EVERY_FILE)
def test_no_variable_looks_like_an_unknown_input(name: str) -> None:
    """CI systems pass every variable to the gate, which refuses unknown variables with its prefixes."""
    known = {variable for row in BY_NAME.values() for variable in row.environment}
    prefixes = "|".join(ENVIRONMENT_PREFIXES)
    assert set(re.findall(rf"\b(?:{prefixes})[A-Za-z_-]+", text(name))) <= known


@pytest.mark.parametrize("name", FILES)
def test_the_api_key_comes_from_a_secret(name: str) -> None:
    assert not re.search(r"\b(cu|sv)_\w", text(name))
    given = variables(name).get("CHECKLY_API_KEY", "")
    secrets = {"$(CHECKLY_API_KEY)", "credentials('checkly-api-key')", "${{ secrets.CHECKLY_API_KEY }}"}
    assert given in {"", *secrets}
    for key in re.findall(r"^\s*api[-_]key: (.+)$", text(name), re.MULTILINE):
        assert re.fullmatch(r"\$\{\{ secrets\.[\w-]+ \}\}", key)


@pytest.mark.parametrize("name", FILES)
def test_an_example_mentions_only_existing_outputs_verdicts_and_exit_codes(name: str) -> None:
    assert set(re.findall(r"steps\.gate\.outputs\.([\w-]+)", text(name))) <= set(OUTPUTS)
    codes = {int(code) for code in re.findall(EXIT_CODE, text(name), re.IGNORECASE)}
    own = {int(code) for code in re.findall(r"\bcode=(\d+)", text(name))}  # codes that the script sets
    assert codes <= {*ExitCode, *own}
    verdicts = re.findall(r"outputs\.verdict == '(\w+)'", text(name))
    assert set(verdicts) <= {"pass", "fail", "inconclusive"}


@pytest.mark.parametrize("name", PUBLISHED_ALWAYS)
def test_the_report_of_a_closed_gate_is_published(name: str) -> None:
    assert re.search(PUBLISHED_ALWAYS[name], text(name))


@pytest.mark.parametrize("name", [name for name in EVERY_FILE if not name.endswith(".sh")])
def test_examples_for_github_name_the_action_and_all_others_the_image(name: str) -> None:
    named = set(re.findall(r"[\w./]*OWNER/checkly-gate[\w@:.]*", text(name)))
    assert named == {ACTION if "github" in name else IMAGE}


PIN = re.compile(r"([\w/-]+)@([0-9a-f]{40}) # v[\d.]+")
README = (ROOT / "README.md").read_text()


def _used(source: str) -> list[str]:
    """Return the actions of other owners that a workflow uses."""
    return [line for line in re.findall(r"uses: (.+)", source) if not line.startswith(("./", "OWNER/"))]


def test_every_action_of_other_owners_has_the_same_pin_everywhere() -> None:
    workflows = [path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml")]
    used = [line for source in [README, *workflows, *map(text, EVERY_FILE)] for line in _used(source)]
    assert [line for line in used if not PIN.fullmatch(line)] == []
    pins: dict[str, set[str]] = {}
    for line in used:
        pins.setdefault(line.split("@")[0], set()).add(line)
    assert {action: lines for action, lines in pins.items() if len(lines) > 1} == {}
    assert len(pins) > 8


def test_the_page_on_ci_systems_links_to_every_example() -> None:
    linked = re.findall(r"\]\(\.\./examples/([^)]+)\)", (ROOT / "docs" / "CI.md").read_text())
    assert sorted(linked) == EVERY_FILE
