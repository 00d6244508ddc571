"""Every documented verdict over real HTTP, as GitHub runs the gate: exit code, outputs and reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.end_to_end.running import KEY, gate_on


@dataclass(frozen=True)
class Case:
    """A finished session, the inputs and the verdict. Each result is a location, a state and further keys."""

    status: str
    results: str
    code: int
    verdict: str
    cases: dict[str, str]
    locations: str = "[us-east-1, eu-central-1, ap-south-1, sa-east-1]"
    inputs: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def scenario(self) -> str:
        results = "".join(f"\n      - {{at: 0s, {line}}}" for line in self.results.split("; ") if line)
        return f"""
description: a finished session
sessions:
  - check: {{name: Checkout API, type: API}}
    locations: {self.locations}
    statuses: [{{at: 0s, is: {self.status}}}]
    results: {results or "[]"}
"""


def _four(a: str, b: str = "passed", c: str = "passed", d: str = "passed") -> str:
    names = ("us-east-1", "eu-central-1", "ap-south-1", "sa-east-1")
    return "; ".join(
        f"location: {name}, is: {state}" for name, state in zip(names, (a, b, c, d), strict=True)
    )


def _cases(a: str, b: str = "pass", c: str = "pass", d: str = "pass", **more: str) -> dict[str, str]:
    names = ("us-east-1", "eu-central-1", "ap-south-1", "sa-east-1")
    return dict(zip(names, (a, b, c, d), strict=True)) | more


ALL_GREEN = _four("passed")
ALL_BUT_THE_LAST = ALL_GREEN.rpartition("; ")[0]
FAILED = "failure CheckFailure"
DEGRADED = "failure Degraded"
MISSING = "error MissingResult"
TWO_DEGRADED = _four("degraded", "degraded")
ATTEMPT = "location: us-east-1, is: failed, attempt: true"
VERDICTS = {
    "passed": Case("PASSED", ALL_GREEN, 0, "pass", _cases("pass")),
    "failed": Case(
        "FAILED", _four("failed"), 1, "fail", _cases(FAILED), reason="1 of 4 locations failed (25%)"
    ),
    "failed, count below": Case(
        "FAILED", _four("failed"), 0, "pass", _cases("pass"), inputs={"failed-threshold": "2"}
    ),
    "failed, count at": Case(
        "FAILED", _four("failed"), 0, "pass", _cases("pass"), inputs={"failed-threshold": "1"}
    ),
    "failed, share at": Case(
        "FAILED", _four("failed"), 0, "pass", _cases("pass"), inputs={"failed-threshold": "25%"}
    ),
    "failed, share above": Case(
        "FAILED",
        _four("failed", "failed"),
        1,
        "fail",
        _cases(FAILED, FAILED),
        inputs={"failed-threshold": "25%"},
    ),
    "errored": Case("FAILED", _four("errored"), 1, "fail", _cases("error ChecklyError")),
    "errored, but Checkly reports passed": Case(
        "PASSED", _four("errored"), 1, "fail", _cases("error ChecklyError")
    ),
    "aborted": Case("FAILED", _four("aborted"), 1, "fail", _cases("error Aborted")),
    "degraded, none allowed": Case("DEGRADED", TWO_DEGRADED, 1, "fail", _cases(DEGRADED, DEGRADED)),
    "degraded, count above": Case(
        "DEGRADED", TWO_DEGRADED, 1, "fail", _cases(DEGRADED, DEGRADED), inputs={"degraded-threshold": "1"}
    ),
    "degraded, count at": Case(
        "DEGRADED", TWO_DEGRADED, 0, "pass", _cases("pass", "pass"), inputs={"degraded-threshold": "2"}
    ),
    "degraded, count below": Case(
        "DEGRADED", TWO_DEGRADED, 0, "pass", _cases("pass", "pass"), inputs={"degraded-threshold": "3"}
    ),
    "degraded, share above": Case(
        "DEGRADED",
        TWO_DEGRADED,
        1,
        "fail",
        _cases(DEGRADED, DEGRADED),
        inputs={"degraded-threshold": "25%"},
        reason="2 of 4 locations are degraded (50%), more than the allowed 25% (input degraded-threshold): ",
    ),
    "degraded, share at": Case(
        "DEGRADED", TWO_DEGRADED, 0, "pass", _cases("pass", "pass"), inputs={"degraded-threshold": "50%"}
    ),
    "degraded without a degraded location": Case(
        "DEGRADED", ALL_GREEN, 1, "fail", _cases(DEGRADED, DEGRADED, DEGRADED, DEGRADED)
    ),
    "timed out": Case(
        "TIMED_OUT",
        ALL_BUT_THE_LAST,
        1,
        "fail",
        _cases("pass", d=MISSING),
    ),
    "timed out with every result present": Case(
        "TIMED_OUT", ALL_GREEN, 1, "fail", _cases("pass", session="error TimedOut")
    ),
    "cancelled": Case(
        "CANCELLED",
        _four("cancelled"),
        1,
        "fail",
        _cases("error Cancelled"),
        reason="cancelled",
    ),
    "cancelled with every result green": Case(
        "CANCELLED", ALL_GREEN, 1, "fail", _cases("pass", session="error TimedOut")
    ),
    "missing": Case(
        "PASSED",
        ALL_BUT_THE_LAST,
        1,
        "fail",
        _cases("pass", d=MISSING),
        reason="1 of 4 locations is missing (25%)",
    ),
    "flaky": Case("PASSED", f"{ATTEMPT}; {ALL_GREEN}", 0, "pass", _cases("flaky")),
    "failed after an attempt": Case("FAILED", f"{ATTEMPT}; {_four('failed')}", 1, "fail", _cases(FAILED)),
    "retried in another region": Case(
        "PASSED",
        f"{ATTEMPT}; location: eu-west-1, is: passed; location: eu-central-1, is: passed; "
        "location: ap-south-1, is: passed; location: sa-east-1, is: passed",
        0,
        "pass",
        _cases("flaky"),
    ),
    "failed in an additional region": Case(
        "FAILED",
        f"{ALL_GREEN}; location: eu-west-1, is: failed",
        1,
        "fail",
        _cases("pass", **{"eu-west-1": FAILED}),
    ),
    "passed, but a location failed": Case("PASSED", _four("failed"), 1, "fail", _cases(FAILED)),
    "passed, but a location is degraded": Case("PASSED", _four("degraded"), 1, "fail", _cases(DEGRADED)),
    "failed without a failed location": Case(
        "FAILED", ALL_GREEN, 1, "fail", _cases("pass", session="failure Unexplained")
    ),
    "no location at all": Case(
        "PASSED",
        "",
        1,
        "fail",
        {"session": "error NothingCounted"},
        locations="[]",
        reason="no location is counted",
    ),
    "a result of an undocumented type": Case(
        "PASSED",
        ALL_GREEN.replace("sa-east-1, is: passed", "sa-east-1, is: failed, type: ALL"),
        1,
        "fail",
        _cases("pass", d=FAILED),
    ),
    "report only": Case("FAILED", _four("failed"), 0, "fail", _cases(FAILED), inputs={"report-only": "true"}),
}


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("case", VERDICTS.values(), ids=VERDICTS.keys())
def test_the_verdict_on_a_finished_session(case: Case, version: str, tmp_path: Path) -> None:
    run = gate_on(tmp_path, case.scenario, **case.inputs, **{"api-version": version})

    expected = {f"Checkout API [{name}]": says for name, says in case.cases.items()}
    if case.status == "CANCELLED" and version == "v2":  # v1 returns TIMED_OUT for a cancelled session
        expected = {name: says.replace("TimedOut", "Cancelled") for name, says in expected.items()}
    assert run.cases == expected
    assert run.code == case.code, run.log
    assert run.outputs["verdict"] == case.verdict == run.record["verdict"]
    assert case.reason in run.outputs["reason"]
    assert run.outputs["status"] == (
        "TIMED_OUT" if (case.status, version) == ("CANCELLED", "v1") else case.status
    )
    assert run.outputs["locations"] == str(sum(name != "session" for name in case.cases))
    assert run.outputs["junit-path"] == "test-results/checkly-junit.xml"
    assert run.record["exit-code"] == run.code
    assert run.summary.startswith("## ✅" if case.verdict == "pass" else "## ❌")
    assert sum(line.startswith("::error ") for line in run.annotations) == (1 if run.code else 0)
    assert KEY not in run.log.replace(f"::add-mask::{KEY}", "") + run.summary + str(run.record)


@pytest.mark.parametrize(
    ("status", "on_the_way"),
    [("PASSED", "PROGRESS_FAILED"), ("PASSED", "PROGRESS_DEGRADED"), ("FAILED", "PROGRESS_FAILED")],
)
def test_the_status_of_an_unfinished_session_does_not_decide_the_verdict(
    status: str, on_the_way: str, tmp_path: Path
) -> None:
    end = "passed" if status == "PASSED" else "failed"
    run = gate_on(
        tmp_path,
        f"""
description: retried on the way
speed: 10
sessions:
  - check: {{name: Checkout API, type: API}}
    locations: [us-east-1]
    statuses: [{{at: 0s, is: STARTED}}, {{at: 2s, is: {on_the_way}}}, {{at: 15s, is: {status}}}]
    results:
      - {{at: 2s, location: us-east-1, is: failed, attempt: true}}
      - {{at: 15s, location: us-east-1, is: {end}}}
""",
    )
    assert run.code == (0 if status == "PASSED" else 1)
    assert run.cases == {"Checkout API [us-east-1]": "flaky" if status == "PASSED" else FAILED}
    assert f"Checkout API is {status}" in run.log


def test_a_contradiction_between_status_and_results_is_reported(tmp_path: Path) -> None:
    run = gate_on(tmp_path, VERDICTS["passed, but a location failed"].scenario)
    for place in (run.log, run.summary.replace("\\", ""), str(run.record["sessions"][0]["contradictions"])):
        assert "Checkly reports PASSED, but us-east-1 failed; the gate uses the worse of the two" in place
    assert any("Checkly reports PASSED" in line for line in run.annotations if line.startswith("::warning "))


def test_several_sessions_share_one_verdict_and_one_report(tmp_path: Path) -> None:
    run = gate_on(
        tmp_path,
        """
description: two checks
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1]
    results: [{at: 0s, location: us-east-1, is: passed}]
  - check: {name: Home page, type: BROWSER}
    locations: [us-east-1]
    results: [{at: 0s, location: us-east-1, is: failed}]
""",
    )
    assert run.code == 1
    assert run.cases == {"Checkout API [us-east-1]": "pass", "Home page [us-east-1]": FAILED}
    assert run.outputs["status"] == "FAILED"
    assert run.outputs["reason"].startswith("Home page: 1 of 1 location failed")
