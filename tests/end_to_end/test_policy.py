"""The policy file in a run of the gate, and the commands `policy check` and `policy init`."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.end_to_end.running import JUNIT, gate_on, run
from tests.policy.malformed import MALFORMED

SCENARIO = """
description: one location failed, one is slow
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1, eu-central-1, ap-south-1]
    statuses: [{at: 0s, is: FAILED}]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - {at: 0s, location: eu-central-1, is: passed, took: 4s}
      - {at: 0s, location: ap-south-1, is: failed}
"""
SOON = (datetime.now(UTC) + timedelta(days=3)).date()
POLICY = f"""\
response-time: 3s
degraded-threshold: 1
quarantine:
  - {{check: "Checkout*", location: ap-south-1, until: {SOON}, reason: INC-4711}}
"""


def test_the_policy_file_of_the_workspace_is_applied_and_is_in_every_report(tmp_path: Path) -> None:
    (tmp_path / ".checkly-gate.yml").write_text(POLICY)
    gated = gate_on(tmp_path, SCENARIO)
    assert gated.code == 0
    assert (gated.outputs["skipped"], gated.outputs["degraded"], gated.outputs["locations"]) == (
        "1",
        "1",
        "2",
    )
    assert gated.cases == {
        "Checkout API [us-east-1]": "pass",
        "Checkout API [eu-central-1]": "pass",
        "Checkout API [ap-south-1]": "skipped",
    }
    reason = f"quarantined until {SOON}: INC-4711 (.checkly-gate.yml:4)"
    for place in (gated.log, gated.summary.replace("\\", ""), (tmp_path / "record.json").read_text()):
        assert reason in place
    assert reason in (tmp_path / "test-results" / "checkly-junit.xml").read_text()
    assert "is degraded (50%), at most 1 allowed (.checkly-gate.yml:2)" in gated.outputs["reason"]
    assert any("ends in 3 days: INC-4711" in line for line in gated.annotations)


def test_every_report_names_the_policy_file_and_its_sha_256(tmp_path: Path) -> None:
    (tmp_path / ".checkly-gate.yml").write_text(POLICY)
    gated = gate_on(tmp_path, SCENARIO)
    digest = sha256(POLICY.encode()).hexdigest()
    named = f".checkly-gate.yml (SHA-256 {digest})"
    assert f"  policy {named}" in gated.log.splitlines()
    assert f"Policy {named}." in gated.summary.replace("\\", "").replace("&#8203;", "")
    assert gated.record["policy-file"] == {"path": ".checkly-gate.yml", "sha256": digest}
    (suite,) = gated.junit.iter("testsuite")
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert properties["checkly.policy_file"] == ".checkly-gate.yml"
    assert properties["checkly.policy_sha256"] == digest


def test_the_value_none_disables_the_policy_file_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / ".checkly-gate.yml").write_text(POLICY)
    gated = gate_on(tmp_path, SCENARIO, policy="none")
    assert gated.code == 1
    assert "none allowed (default): ap-south-1" in gated.outputs["reason"]
    assert (gated.record["policy-file"], gated.record["inputs"]["policy"]) == (None, "none")
    for report in (gated.log, gated.summary, (tmp_path / JUNIT).read_text()):
        assert "sha256" not in report.lower().replace("-", "")


def test_a_policy_file_named_none_needs_a_folder_in_its_path(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("failed-threshold: 1\n")
    assert gate_on(tmp_path, SCENARIO, policy="./none", degraded_threshold="1").code == 0


def test_an_input_overrides_the_policy_file(tmp_path: Path) -> None:
    (tmp_path / ".checkly-gate.yml").write_text(POLICY)
    gated = gate_on(tmp_path, SCENARIO, degraded_threshold="0")
    assert gated.code == 1
    assert "none allowed (input degraded-threshold): eu-central-1; slower than 3s" in gated.outputs["reason"]


def test_an_input_chooses_another_policy_file(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "gate.yml").write_text("failed-threshold: 1\n")
    gated = gate_on(tmp_path, SCENARIO, policy="ci/gate.yml")
    assert gated.code == 0
    assert "(ci/gate.yml:1)" in gated.outputs["reason"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "policy: mine.yml cannot be read: No such file or directory"),
        (b"\xff\xfe", "policy: mine.yml is not UTF-8 text"),
        (b"missing: maybe\nfailed-threshold: x", "mine.yml:1:10: missing: 'maybe' is not a known value"),
    ],
)
def test_an_invalid_policy_is_refused_with_a_report(content: bytes | None, says: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "mine.yml").write_bytes(content)
    gated = gate_on(tmp_path, SCENARIO, policy="mine.yml")
    assert gated.code == 2
    assert says in gated.log
    assert "Traceback" not in gated.log
    assert gated.cases == {"checkly-gate [inputs]": "error GateError"}


def test_a_symbolic_link_to_a_device_is_not_read_as_policy(tmp_path: Path) -> None:
    """A pull request could add a symbolic link to /dev/zero, which has no end."""
    (tmp_path / ".checkly-gate.yml").symlink_to("/dev/zero")
    gated = gate_on(tmp_path, SCENARIO)
    assert gated.code == 2
    assert "policy: .checkly-gate.yml cannot be read: it is not a file" in gated.log


def test_a_pipe_as_policy_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".checkly-gate.yml")
    gated = gate_on(tmp_path, SCENARIO)
    assert gated.code == 2
    assert "policy: .checkly-gate.yml cannot be read: it is not a file" in gated.log


def test_a_broken_symbolic_link_as_policy_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".checkly-gate.yml").symlink_to("moved.yml")
    gated = gate_on(tmp_path, SCENARIO)
    assert gated.code == 2
    assert "policy: .checkly-gate.yml cannot be read: No such file or directory" in gated.log


def test_policy_init_writes_the_defaults_and_does_not_overwrite_a_file(tmp_path: Path) -> None:
    assert run(tmp_path, {}, "policy", "init").code == 0
    checked = run(tmp_path, {}, "policy", "check")
    assert [" ".join(line.split()) for line in checked.log.splitlines()][1:] == [
        "failed 0 allowed (.checkly-gate.yml:5)",
        "degraded 0 allowed (.checkly-gate.yml:4)",
        "flaky any number allowed (default)",
        "missing closes the gate (.checkly-gate.yml:6)",
        "cancelled closes the gate (.checkly-gate.yml:7)",
    ]
    (tmp_path / ".checkly-gate.yml").write_text(POLICY)
    again = run(tmp_path, {}, "policy", "init")
    assert again.code == 2
    assert "policy: .checkly-gate.yml already exists and is not overwritten" in again.log
    assert (tmp_path / ".checkly-gate.yml").read_text() == POLICY


def test_policy_init_accepts_a_path_and_reports_an_unwritable_path(tmp_path: Path) -> None:
    assert run(tmp_path, {}, "policy", "init", "mine.yml").code == 0
    assert (tmp_path / "mine.yml").is_file()
    refused = run(tmp_path, {}, "policy", "init", "nowhere/mine.yml")
    assert refused.code == 2
    assert "policy: nowhere/mine.yml could not be written: No such file or directory" in refused.log


def test_policy_check_shows_what_a_file_means(tmp_path: Path) -> None:
    (tmp_path / ".checkly-gate.yml").write_text(
        POLICY
        + "missing: pass\nlocations: {required: [eu-central-1]}\nchecks:\n"
        + "  - {match: {name: Pay*}, failed-threshold: 25%, degraded-threshold: 0, flaky-threshold: 2}\n"
        + "  - {match: {type: BROWSER}, response-time: 8s}\n"
    )
    checked = run(tmp_path, {}, "policy", "check")
    assert checked.code == 0
    said = [" ".join(line.split()) for line in checked.log.splitlines()]
    assert said == [
        ".checkly-gate.yml is a valid policy:",
        "failed 0 allowed (default)",
        "degraded 1 allowed (.checkly-gate.yml:2)",
        "flaky any number allowed (default)",
        "response time more than 3s counts as degraded (.checkly-gate.yml:1)",
        "missing allowed (.checkly-gate.yml:5)",
        "cancelled closes the gate (default)",
        "required eu-central-1 (.checkly-gate.yml:6)",
        "check rule 1 name Pay*: failed 25% of the locations allowed (.checkly-gate.yml:8)",
        "check rule 1 name Pay*: degraded 0 allowed (.checkly-gate.yml:8)",
        "check rule 1 name Pay*: flaky 2 allowed (.checkly-gate.yml:8)",
        "check rule 2 type BROWSER: response time more than 8s counts as degraded (.checkly-gate.yml:9)",
        f"quarantine Checkout* at ap-south-1 until {SOON}, 3 days left: INC-4711 (.checkly-gate.yml:4)",
    ]


@pytest.mark.parametrize("name", ["a typo", "an alias bomb", "two documents", "a workflow command"])
def test_policy_check_refuses_an_invalid_policy(name: str, tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text(MALFORMED[name].written)
    checked = run(tmp_path, {}, "policy", "check", "p.yml")
    assert checked.code == 2
    assert MALFORMED[name].says in checked.log
    assert "Traceback" not in checked.log


def test_policy_check_without_a_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    checked = run(tmp_path, {}, "policy", "check")
    assert checked.code == 2
    assert ".checkly-gate.yml does not exist here" in checked.log
    assert "checkly-gate policy init creates it" in checked.log


@pytest.mark.parametrize(
    "arguments", [["policy"], ["policy", "show"], ["policy", "check", "a", "b"], ["policy", "check"]]
)
def test_a_policy_command_without_valid_arguments_or_a_file_is_refused(
    arguments: list[str], tmp_path: Path
) -> None:
    assert run(tmp_path, {}, *arguments).code == 2
