"""The structure of the examples that no schema validates completely."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.examples.reading import IMAGE, documents, text


def test_the_blocks_of_the_jenkinsfile_are_closed() -> None:
    source = re.sub(r"//.*|'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"", "", text("jenkins/Jenkinsfile"))
    open_ones: list[str] = []
    for character in re.findall(r"[{}()\[\]'\"]", source):
        if character in "{([":
            open_ones.append(character)
        else:
            assert open_ones.pop() + character in {"{}", "()", "[]"}
    assert open_ones == []


def test_the_jenkinsfile_has_the_sections_of_a_declarative_pipeline() -> None:
    headings = re.findall(r"^( *)(\w+)(?:\('[^']*'\))? \{$", text("jenkins/Jenkinsfile"), re.MULTILINE)
    nested = [(len(indent) // 4, word) for indent, word in headings]
    assert nested[0] == (0, "pipeline")
    assert {word for depth, word in nested if depth == 1} == {"options", "stages"}
    assert {word for depth, word in nested if depth == 2} == {"stage"}
    assert {word for depth, word in nested if depth == 3} == {"environment", "steps", "post"}


def test_jenkins_replaces_the_entrypoint_and_keeps_the_exit_code_of_the_gate() -> None:
    inside = r"docker\.image\('(.+)'\)\.inside\('(.*)'\) \{\n +code = (.+)\n"
    assert re.findall(inside, text("jenkins/Jenkinsfile")) == [
        (IMAGE, "--entrypoint=", "sh(script: 'checkly-gate', returnStatus: true)")
    ]


def test_jenkins_rolls_back_if_necessary_and_fails_if_the_gate_did_not_open() -> None:
    (then,) = re.findall(r"if \(code != 0\) \{\n((?: {24}.*\n)+) {20}\}", text("jenkins/Jenkinsfile"))
    done = [line.split()[0] for line in then.splitlines() if not line.strip().startswith("//")]
    assert done == ["sh", 'error("The']
    assert text("jenkins/Jenkinsfile").count("if (") == 1


def test_the_steps_of_argo_use_every_template() -> None:
    (workflow,) = documents("argo/workflow.yaml")
    assert (workflow["apiVersion"], workflow["kind"]) == ("argoproj.io/v1alpha1", "WorkflowTemplate")
    templates = {template["name"]: template for template in workflow["spec"]["templates"]}
    steps = [step for group in templates[workflow["spec"]["entrypoint"]]["steps"] for step in group]
    assert {step["template"] for step in steps} == set(templates) - {workflow["spec"]["entrypoint"]}
    for step in steps:
        assert set(re.findall(r"steps\.([\w-]+)\.", step.get("when", ""))) <= {each["name"] for each in steps}


def test_argo_stores_the_report_from_the_volume_of_the_gate() -> None:
    (workflow,) = documents("argo/workflow.yaml")
    (gate,) = (each for each in workflow["spec"]["templates"] if each["name"] == "gate")
    (mount,) = gate["container"]["volumeMounts"]
    assert [volume["name"] for volume in gate["volumes"]] == [mount["name"]]
    assert gate["container"]["workingDir"] == mount["mountPath"]
    assert gate["outputs"]["artifacts"][0]["path"].startswith(f"{mount['mountPath']}/test-results/")


def test_all_variables_of_tekton_are_declared_and_used() -> None:
    (task,) = documents("tekton/task.yaml")
    assert (task["apiVersion"], task["kind"]) == ("tekton.dev/v1", "Task")
    spec = task["spec"]
    declared = {
        *(f"params.{each['name']}" for each in spec["params"]),
        *(f"workspaces.{each['name']}.path" for each in spec["workspaces"]),
        *(f"results.{each['name']}.path" for each in spec["results"]),
        *(f"steps.step-{each['name']}.exitCode.path" for each in spec["steps"]),
    }
    used = set(re.findall(r"\$\(((?:params|workspaces|results|steps)\.[\w.-]+)\)", text("tekton/task.yaml")))
    assert used == declared - {"steps.step-verdict.exitCode.path"}


KEYS = {
    "argo/workflow.yaml": """
        apiVersion kind metadata name spec entrypoint arguments parameters templates steps template continueOn
        failed when activeDeadlineSeconds container image command workingDir args env value valueFrom
        secretKeyRef key volumeMounts mountPath volumes emptyDir outputs artifacts path
    """,
    "tekton/task.yaml": """
        apiVersion kind metadata name spec params type workspaces results description steps image workingDir
        onError args env valueFrom secretKeyRef key script
    """,
    "argo/rollouts.yaml": """
        apiVersion kind metadata name spec metrics provider job backoffLimit activeDeadlineSeconds template
        restartPolicy containers image env value valueFrom secretKeyRef key
    """,
    "clouddeploy/skaffold.yaml": """
        apiVersion kind verify name container image executionMode kubernetesCluster overrides
    """,
    "bitbucket/bitbucket-pipelines.yml": "pipelines branches main step name script image max-time",
    "circleci/config.yml": """
        version jobs deploy docker image steps run checkly environment CHECKLY_GATE_TRIGGER_TAGS
        CHECKLY_GATE_DEGRADED_THRESHOLD CHECKLY_GATE_TIMEOUT resource_class name command no_output_timeout
        store_test_results path workflows production context requires
    """,
    "drone/.drone.yml": """
        kind type name trigger branch event steps image commands settings trigger_tags degraded_threshold
        timeout api_key account_id from_secret when status
    """,
    "woodpecker/.woodpecker.yml": """
        when event branch steps name image commands settings trigger_tags degraded_threshold timeout api_key
        account_id from_secret status
    """,
}
"""The only allowed keys of examples that have no schema, or whose schema accepts unknown keys."""


def _keys(value: Any) -> set[str]:  # noqa: ANN401 - any content of the system's file
    below = value if isinstance(value, list) else value.values() if isinstance(value, dict) else []
    own = set(value) if isinstance(value, dict) else set()
    return own.union(*map(_keys, below))


@pytest.mark.parametrize(("name", "known"), KEYS.items(), ids=KEYS.keys())
def test_no_key_is_misspelt(name: str, known: str) -> None:
    assert _keys(documents(name)) <= set(known.split())
