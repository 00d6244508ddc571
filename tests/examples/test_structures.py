"""The systems without a schema to be had: what their files must hold, as far as it can be known here."""

from __future__ import annotations

import re

from tests.examples.reading import documents, text


def test_jenkinss_blocks_are_closed() -> None:
    source = re.sub(r"//.*|'[^'\n]*'|\"[^\"\n]*\"", "", text("jenkins/Jenkinsfile"))
    open_ones: list[str] = []
    for character in re.findall(r"[{}()\[\]'\"]", source):
        if character in "{([":
            open_ones.append(character)
        else:
            assert open_ones.pop() + character in {"{}", "()", "[]"}
    assert open_ones == []


def test_jenkins_has_the_sections_of_a_declarative_pipeline() -> None:
    headings = re.findall(r"^( *)(\w+)(?:\('[^']*'\))? \{$", text("jenkins/Jenkinsfile"), re.MULTILINE)
    nested = [(len(indent) // 4, word) for indent, word in headings]
    assert nested[0] == (0, "pipeline")
    assert {word for depth, word in nested if depth == 1} == {"options", "stages"}
    assert {word for depth, word in nested if depth == 2} == {"stage"}
    assert {word for depth, word in nested if depth == 3} == {"environment", "steps", "post"}


def test_argos_templates_are_the_ones_that_its_steps_name() -> None:
    (workflow,) = documents("argo/workflow.yaml")
    assert (workflow["apiVersion"], workflow["kind"]) == ("argoproj.io/v1alpha1", "WorkflowTemplate")
    templates = {template["name"]: template for template in workflow["spec"]["templates"]}
    steps = [step for group in templates[workflow["spec"]["entrypoint"]]["steps"] for step in group]
    assert {step["template"] for step in steps} == set(templates) - {workflow["spec"]["entrypoint"]}
    for step in steps:
        assert set(re.findall(r"steps\.([\w-]+)\.", step.get("when", ""))) <= {each["name"] for each in steps}


def test_argo_keeps_the_report_on_a_volume_that_the_gate_writes_to() -> None:
    (workflow,) = documents("argo/workflow.yaml")
    (gate,) = (each for each in workflow["spec"]["templates"] if each["name"] == "gate")
    (mount,) = gate["container"]["volumeMounts"]
    assert [volume["name"] for volume in gate["volumes"]] == [mount["name"]]
    assert gate["container"]["workingDir"] == mount["mountPath"]
    assert gate["outputs"]["artifacts"][0]["path"].startswith(f"{mount['mountPath']}/test-results/")


def test_tektons_variables_are_declared() -> None:
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
