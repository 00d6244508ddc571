"""Behaviour of test sessions that Checkly does not document: the gate handles each of these cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import Run, github, inputs_for, run

LINK = "https://app.checklyhq.com/accounts/1397c172-1938-4973-a225-5862298e571a/test-sessions/"
GREEN = "{at: 12s, is: passed}"
RETRIED = "{at: 5s, is: failed, attempt: true}"
ELSEWHERE = "{at: 12s, is: passed, location: us-east-1}"
PRIVATE = "{at: 12s, is: passed, location: %s}"


def gate_on(
    workspace: Path, first_check: str, session: str = "", rest: str = "", *, is_link: bool = False
) -> Run:
    """Run a gate on a test session of two checks. The second check passes."""
    scenario = parse(
        f"""
description: undocumented behaviour
speed: 6
sessions:
  - name: Deploy
    location: eu-west-1
    {session}
    checks:
      - {{name: Pay, results: [{first_check}]}}
      - {{name: Log in, results: [{{at: 3s, is: passed}}]}}
{rest}""",
        name="unknown",
    )
    with Simulator(scenario) as api:
        ids = tuple(f"{LINK}{each}" if is_link else each for each in scenario.session_ids)
        return run(workspace, github(workspace, inputs_for(api, ids)))


# For each behaviour: the first check's results, further keys of the session, further keys of the scenario,
# and the name and the result of the first check's test case.
UNKNOWN = {
    "each check is pending from the start": (GREEN, "", "", "Pay [eu-west-1]", "pass"),
    "each check appears with its first result": (GREEN, "grows: true", "", "Pay [eu-west-1]", "pass"),
    "a retry appears at the same location": (f"{RETRIED}, {GREEN}", "", "", "Pay [eu-west-1]", "flaky"),
    "a retry appears in another region": (f"{RETRIED}, {ELSEWHERE}", "", "", "Pay [eu-west-1]", "flaky"),
    "a private location appears as its slug": (
        PRIVATE % "datacenter-frankfurt",
        "grows: true",
        "",
        "Pay [datacenter-frankfurt]",
        "pass",
    ),
    "a private location appears as its ID": (
        PRIVATE % "22be3b52-5ec2-4894-9086-b5b4a8b00a89",
        "grows: true",
        "",
        "Pay [22be3b52-5ec2-4894-9086-b5b4a8b00a89]",
        "pass",
    ),
    "the session can be read only after some seconds": (GREEN, "readable: 8s", "", "Pay [eu-west-1]", "pass"),
    "completion requests are refused": (GREEN, "", "api: {completion: false}", "Pay [eu-west-1]", "pass"),
    "check sessions are served only as v2": (
        GREEN,
        "",
        "api: {served: [v2]}",
        "Pay [eu-west-1]",
        "pass",
    ),
}


@pytest.mark.parametrize("is_link", [False, True], ids=["ID", "link"])
@pytest.mark.parametrize("name", UNKNOWN)
def test_undocumented_behaviour_without_problems_opens_the_gate(
    name: str, is_link: bool, tmp_path: Path
) -> None:
    first_check, session, rest, case, says = UNKNOWN[name]
    gated = gate_on(tmp_path, first_check, session, rest, is_link=is_link)
    assert gated.code == 0, gated.log
    assert gated.cases == {case: says, "Log in [eu-west-1]": "pass"}


RED = {
    "a check that never reports is pending": ("", "", "Pay [eu-west-1]", "error MissingResult", "missing"),
    "the session does not show a check that failed": (
        "",
        "grows: true\n    statuses: [{at: 9s, is: FAILED}]",
        "Checkly session [session]",
        "failure Unexplained",
        "FAILED",
    ),
    "a finished session has no results": (
        GREEN,
        "document: {results: __absent__}",
        "Checkly session [session]",
        "error NoResults",
        "no results",
    ),
    "only the status of a result is FAILED": (
        "{at: 12s, is: passed, status: FAILED}",
        "",
        "Pay [eu-west-1]",
        "failure CheckFailure",
        "1 of 2 checks failed",
    ),
    "the status of a result is unknown": (
        "{at: 12s, is: passed, status: SLEEPING}",
        "",
        "Pay [eu-west-1]",
        "error MissingResult",
        "missing",
    ),
    "a degraded check in a session that PASSED": (
        "{at: 12s, is: degraded}",
        "",
        "Pay [eu-west-1]",
        "failure Degraded",
        "1 of 2 checks is degraded",
    ),
}


@pytest.mark.parametrize("name", RED)
def test_undocumented_behaviour_with_problems_closes_the_gate(name: str, tmp_path: Path) -> None:
    first_check, session, case, says, reason = RED[name]
    gated = gate_on(tmp_path, first_check, session)
    assert gated.code == 1, gated.log
    assert gated.cases[case] == says
    assert reason in gated.outputs["reason"]
