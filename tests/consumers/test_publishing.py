"""The examples that publish the report. Files are validated against schemas, and uploads are dry runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gate.simulator import Simulator, load
from tests.end_to_end.running import ENTRYPOINT, JUNIT, inputs_for

pytestmark = pytest.mark.timeout(300)
EXAMPLES = Path(__file__).parents[2] / "examples" / "publishing"
BIN = Path(sys.executable).parent
SCHEMAS = {
    "github.yml": "vendor.github-workflows",
    "gitlab.yml": "vendor.gitlab-ci",
    "azure.yml": "vendor.azure-pipelines",
}


@pytest.mark.parametrize(("file", "schema"), SCHEMAS.items())
def test_an_example_is_valid_against_the_schema_of_its_system(file: str, schema: str) -> None:
    # Azure's schema has patterns that are invalid in unicode mode.
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, "--regex-variant", "nonunicode"]
    done = subprocess.run([*command, str(EXAMPLES / file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", sorted(each.name for each in EXAMPLES.iterdir()))
def test_an_example_also_publishes_the_report_of_a_closed_gate(file: str) -> None:
    text = (EXAMPLES / file).read_text()
    assert re.search(r"\balways\b|\|\| status=", text)
    assert JUNIT in text or "outputs.junit-path" in text or "checkly-gate.json" in text


def _publish(tmp_path: Path, scenario: str, script: str, *arguments: str, **env: str) -> tuple[int, str]:
    """Run an example whose gate reads a scenario. Return the exit code and the output of the example."""
    loaded = load(scenario)
    with Simulator(loaded) as api:
        given = inputs_for(api, loaded.session_ids)
        inputs = {f"INPUT_{name.replace('-', '_').upper()}": value for name, value in given.items()}
        done = subprocess.run(
            [str(EXAMPLES / script), *arguments],
            cwd=tmp_path,
            env=inputs | {"PATH": os.environ["PATH"], "CHECKLY_GATE": f"{sys.executable} {ENTRYPOINT}"} | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("scenario", "code"), [("passing", 0), ("failing", 1)])
def test_datadog_finds_the_report_and_the_gates_exit_code_is_kept(
    tmp_path: Path, node_modules: Path, scenario: str, code: int
) -> None:
    program = f"node {node_modules}/@datadog/datadog-ci/dist/bundle.js"
    arguments = ("--dry-run", "--skip-git-metadata-upload")
    done, said = _publish(
        tmp_path, scenario, "datadog.sh", *arguments, DATADOG_CI=program, DATADOG_API_KEY="opens-nothing"
    )
    assert done == code, said
    assert f"Will upload jUnit XML file {JUNIT}" in said
    assert re.search(r"\[DRYRUN\].*Uploaded 1 files", said)
    assert "did not reach" not in said


@pytest.mark.parametrize(("scenario", "code"), [("passing", 0), ("failing", 1)])
def test_codecov_finds_the_report_and_the_gates_exit_code_is_kept(
    tmp_path: Path, scenario: str, code: int
) -> None:
    arguments = ("--dry-run", "--sha", "0" * 40, "--slug", "owner/name", "--git-service", "github")
    program = f"{BIN}/codecovcli --disable-telem"
    done, said = _publish(tmp_path, scenario, "codecov.sh", *arguments, CODECOV_CLI=program)
    assert done == code, said
    assert "Found 1 test_results files to report" in said
    assert JUNIT in said
    assert "did not reach" not in said


def test_a_failed_upload_is_reported_and_does_not_change_the_exit_code(tmp_path: Path) -> None:
    done, said = _publish(tmp_path, "passing", "datadog.sh", DATADOG_CI="false")
    assert done == 0
    assert "The report did not reach Datadog." in said
