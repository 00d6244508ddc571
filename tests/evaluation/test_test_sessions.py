"""Verdicts on test sessions: each check's rows, groups of checks with separate limits, and session rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gate.domain.exit_code import ExitCode
from gate.evaluation.judged import JudgedSession
from gate.evaluation.verdict import Verdict, judge
from gate.policy.schema import read_policy
from gate.polling.result import Ending, PollResult
from tests.checkly.test_test_sessions import ABSENT, document, read, result

DAY = date(2026, 11, 23)


def check(name: str, **changes: object) -> dict[str, Any]:
    """Return a result of a deployed check. The ID of the check is derived from `name`."""
    return result(name=name, checkId=f"00000000-0000-0000-0000-{abs(hash(name)) % 10**12:012}", **changes)


def verdict_on(fields: dict[str, Any], policy: str = "failed-threshold: 0") -> Verdict:
    session = read(fields)
    written = read_policy(policy, "p.yml")
    polled = PollResult(session.ref, session, Ending.FINISHED)
    return judge([polled], lambda run: written.resolve(run, DAY))


def states(judged: JudgedSession) -> dict[str, str]:
    return {row.outcome.check.label: row.outcome.state.value for row in judged.rows}


RED = {"status": "FAILED", "hasFailures": True}
ROWS: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "all passed": (document(check("A"), check("B")), "failed-threshold: 0", set()),
    "one failed": (
        document(check("A", **RED), check("B"), status="FAILED"),
        "failed-threshold: 0",
        {"failed"},
    ),
    "one failed, which a share allows": (
        document(check("A", **RED), check("B"), status="FAILED"),
        "failed-threshold: 50%",
        set(),
    ),
    "degraded in a PASSED session": (
        document(check("A", isDegraded=True), check("B")),
        "failed-threshold: 0",
        {"degraded"},
    ),
    "a check that never reported": (
        document(check("A"), check("B", resultType="PENDING", status="RUNNING")),
        "failed-threshold: 0",
        {"missing"},
    ),
    "a placeholder beside the result of a deployed check": (
        document(check("A", resultType="PENDING", status="RUNNING"), check("A")),
        "failed-threshold: 0",
        set(),
    ),
    "a placeholder beside the result of a check without an ID": (
        document(result(checkId=None, resultType="PENDING", status="RUNNING"), result(checkId=None)),
        "failed-threshold: 0",
        {"missing", "nothing counted"},
    ),
    "cancelled": (
        document(check("A", status="CANCELLED"), check("B"), status="CANCELLED"),
        "failed-threshold: 0",
        {"cancelled"},
    ),
    "cancelled, allowed": (
        document(check("A", status="CANCELLED"), check("B"), status="CANCELLED"),
        "cancelled: pass",
        set(),
    ),
    "FAILED without a failed check": (
        document(check("A"), status="FAILED"),
        "failed-threshold: 0",
        {"unexplained"},
    ),
    "no results": (document(results=ABSENT), "missing: pass", {"no results"}),
    "empty results": (document(), "missing: pass", {"nothing counted"}),
    "a required location at which one check is red": (
        document(check("A"), check("B", **RED), status="FAILED"),
        "{failed-threshold: 1, locations: {required: [us-east-1]}}",
        {"required"},
    ),
    "a required location at which no check ran": (
        document(check("A")),
        "locations: {required: [eu-west-1]}",
        {"required"},
    ),
    "a quarantined check": (
        document(check("A", **RED), check("B"), status="FAILED"),
        "quarantine: [{check: A, until: 2026-12-31, reason: INC-1}]",
        set(),
    ),
    "the limits of an entry apply to the group of its checks": (
        document(check("Checkout 1", isDegraded=True), *(check(f"Other {number}") for number in range(9))),
        "degraded-threshold: 50%\nchecks: [{match: {name: Checkout *}, degraded-threshold: 0}]",
        {"degraded"},
    ),
    "the general limits apply only to the other checks": (
        document(check("Checkout 1"), check("Checkout 2"), check("Other", isDegraded=True)),
        "degraded-threshold: 50%\nchecks: [{match: {name: Checkout *}, failed-threshold: 1}]",
        {"degraded"},
    ),
    "slower than the response time of an entry": (
        document(check("A", responseTime=4000), check("B", responseTime=4000)),
        "degraded-threshold: 0\nchecks: [{match: {name: A}, response-time: 3s}]",
        {"degraded"},
    ),
}


@pytest.mark.parametrize(("fields", "policy", "closes"), ROWS.values(), ids=ROWS.keys())
def test_the_expected_rules_close_the_gate(fields: dict[str, Any], policy: str, closes: set[str]) -> None:
    verdict = verdict_on(fields, policy)
    (judged,) = verdict.sessions
    assert {decision.rule.value for decision in judged.closing} == closes
    assert verdict.exit_code is (ExitCode.CLOSED if closes else ExitCode.OPEN)


def test_a_retry_elsewhere_finishes_the_row_of_its_check() -> None:
    fields = document(
        check("A", resultType="ATTEMPT", **RED), check("A", runLocation="eu-west-1"), check("B")
    )
    (judged,) = verdict_on(fields).sessions
    assert states(judged) == {"A": "flaky", "B": "passed"}
    assert judged.rows[0].outcome.finished_in == "eu-west-1"


def test_reasons_name_the_locations_of_checks_only_if_there_are_several_locations() -> None:
    one = verdict_on(document(check("A", **RED), check("B"), status="FAILED"))
    assert one.reason.text == "1 of 2 checks failed (50%), none allowed (p.yml:1): A"
    two = verdict_on(document(check("A", **RED), check("B", runLocation="eu-west-1"), status="FAILED"))
    assert two.reason.text == "1 of 2 checks failed (50%), none allowed (p.yml:1): A (us-east-1)"
    assert verdict_on(document(check("A"), check("B"))).reason.text == "2 of 2 checks green"
