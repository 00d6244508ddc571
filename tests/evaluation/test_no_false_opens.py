"""Sessions and policies for which the gate once decided wrongly, and the rules that must close the gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from gate.domain.exit_code import ExitCode
from gate.domain.session import ResultKind, Session
from gate.evaluation.verdict import Verdict, judge
from gate.policy.document import with_inputs
from gate.policy.effective import Policy
from gate.policy.schema import read_policy
from gate.policy.threshold import Threshold, parse_threshold
from tests.samples import attempt, finished, result, session

DAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Row:
    """A session, a policy file, the rules that must close the gate, and the input `degraded-threshold`."""

    session: Session
    policy: str
    closes: set[str]
    degraded_input: str = ""


def _none(*locations: str, status: str = "PASSED") -> Session:
    return session(status, locations=locations)


NAMELESS = session("DEGRADED", result("a", "degraded"), result("b"), name="")
CHECKOUT_IS_STRICT = "degraded-threshold: 25%\nchecks: [{match: {name: Checkout *}, degraded-threshold: 0}]"
THREE_GREEN = (result("a"), result("b"), result("c", took_s=4))
CANCELLED_AND_FAILED = replace(result("a", "cancelled"), has_failures=True)

ROWS: dict[str, Row] = {
    "a DEGRADED session without a degraded location": Row(
        session("DEGRADED", *THREE_GREEN), "degraded-threshold: 1", {"degraded"}
    ),
    "a slow location does not explain a DEGRADED session": Row(
        session("DEGRADED", *THREE_GREEN), "{degraded-threshold: 1, response-time: 3s}", {"degraded"}
    ),
    "an ignored slow location does not explain a DEGRADED session": Row(
        session("DEGRADED", *THREE_GREEN),
        "{degraded-threshold: 1, response-time: 3s, locations: {ignore: [c]}}",
        {"degraded"},
    ),
    "a DEGRADED session does not hide flaky locations": Row(
        session("DEGRADED", attempt("a"), result("a"), result("b")),
        "{degraded-threshold: 2, flaky-threshold: 0}",
        {"flaky"},
    ),
    "a degraded location can be flaky too": Row(
        session("DEGRADED", attempt("a"), result("a", "degraded"), result("b")),
        "{degraded-threshold: 2, flaky-threshold: 0}",
        {"flaky"},
    ),
    "missing: pass without any result": Row(_none("a", "b"), "missing: pass", {"nothing counted"}),
    "missing: pass with failed attempts only": Row(
        session("PASSED", attempt("a"), attempt("b")), "missing: pass", {"nothing counted"}
    ),
    "cancelled: pass with every location cancelled": Row(
        session("CANCELLED", result("a", "cancelled"), result("b", "cancelled")),
        "cancelled: pass",
        {"nothing counted"},
    ),
    "an entry for a name applies to a check without a name": Row(NAMELESS, CHECKOUT_IS_STRICT, {"degraded"}),
    "the strictest of several entries applies to a check without a name": Row(
        NAMELESS,
        "checks:\n"
        "  - {match: {name: A*}, degraded-threshold: 2}\n"
        "  - {match: {name: B*}, degraded-threshold: 0}\n"
        "  - {match: {type: API}, degraded-threshold: 2}",
        {"degraded"},
    ),
    "the shortest response time of several entries applies to a check without a name": Row(
        session("PASSED", result("a", took_s=4), name=""),
        "checks:\n"
        "  - {match: {name: A*}, response-time: 9s}\n"
        "  - {match: {name: B*}, response-time: 3s}\n"
        "  - {match: {name: C*}, response-time: 8s}",
        {"degraded"},
    ),
    "a quarantine by name does not apply to a check without a name": Row(
        session("FAILED", result("a", "failed"), result("b"), name=""),
        "quarantine: [{check: '*', location: a, until: 2026-12-31, reason: INC-1}]",
        {"failed"},
    ),
    "a cancelled result that also failed, with cancelled: pass": Row(
        session("CANCELLED", CANCELLED_AND_FAILED, result("b")), "cancelled: pass", {"failed"}
    ),
    "a cancelled and a failed result at a location, with cancelled: pass": Row(
        session("CANCELLED", result("a", "failed"), result("a", "cancelled", after_s=9), result("b")),
        "cancelled: pass",
        {"failed"},
    ),
    "a failed retry elsewhere is not assigned to an ignored location": Row(
        session(
            "FAILED",
            attempt("a"),
            attempt("b"),
            result("x", "failed", after_s=5),
            result("y", after_s=6),
            locations=("a", "b"),
        ),
        "locations: {ignore: [a]}",
        {"failed"},
    ),
    "if there are fewer retries than retried locations, none is assigned": Row(
        session("PASSED", attempt("a"), attempt("b"), result("x"), locations=("a", "b")),
        "locations: {ignore: [a]}",
        {"missing", "nothing counted"},
    ),
    "missing locations do not reduce the failed share": Row(
        session("FAILED", result("a", "failed"), result("b"), locations=("a", "b", "c", "d")),
        "{failed-threshold: 25%, missing: pass}",
        {"failed"},
    ),
    "if all retries are equally bad, those at ignored locations are assigned first": Row(
        session(
            "DEGRADED",
            attempt("a"),
            attempt("b"),
            result("x", "degraded", after_s=5),
            result("y", after_s=6, took_s=4),
            result("z", after_s=7, took_s=4),
            locations=("a", "b"),
        ),
        "{degraded-threshold: 2, response-time: 3s, locations: {ignore: [z]}}",
        {"degraded"},
    ),
    "an attempt elsewhere is assigned to a green location, not to an allowed failure": Row(
        session("FAILED", attempt("x"), result("a", "failed"), result("b"), locations=("a", "b")),
        "{failed-threshold: 1, flaky-threshold: 0}",
        {"flaky"},
    ),
    "an attempt elsewhere is assigned to a green location, not to a missing one": Row(
        session("PASSED", attempt("x"), result("b"), locations=("a", "b")),
        "{missing: pass, flaky-threshold: 0}",
        {"flaky"},
    ),
    "an input does not override the entry of a check": Row(
        session("DEGRADED", result("a", "degraded"), result("b"), name="Checkout API"),
        "checks: [{match: {name: Checkout *}, degraded-threshold: 0}]",
        {"degraded"},
        degraded_input="50%",
    ),
    "a result of an unknown type is not green": Row(
        session("PASSED", result("a"), result("b", kind=ResultKind.UNSETTLED)),
        "failed-threshold: 0",
        {"missing"},
    ),
    "a failed result of an unknown type is red": Row(
        session("PASSED", result("a"), result("a", "failed", kind=ResultKind.UNSETTLED)),
        "missing: pass",
        {"failed"},
    ),
}


def _judge(row: Row) -> Verdict:
    given = replace(parse_threshold(row.degraded_input), origin="input") if row.degraded_input else None
    book = with_inputs(read_policy(row.policy, "p.yml"), failed=None, degraded=given)
    return judge([finished(row.session)], lambda each: book.resolve(each, DAY))


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_expected_rules_close_the_gate(row: Row) -> None:
    verdict = _judge(row)
    assert verdict.exit_code is ExitCode.CLOSED
    assert {decision.rule.value for decision in verdict.sessions[0].closing} == row.closes


def test_a_response_time_that_cannot_be_applied_causes_a_notice() -> None:
    untimed = replace(result("b"), response_time_ms=None)
    policy = Policy(response_time_ms=3000, origins={"response-time": "p.yml:1"})
    (judged,) = judge([finished(session("PASSED", result("a"), untimed))], lambda _: policy).sessions
    (notice,) = judged.notices
    assert notice.startswith("response-time (p.yml:1) was not applied")
    assert notice.endswith("b")


def test_a_session_must_satisfy_every_threshold() -> None:
    policy = Policy(failed=(Threshold(2, is_share=False), parse_threshold("0", "p.yml:4")))
    failed = session("FAILED", result("a", "failed"), result("b"))
    (judged,) = judge([finished(failed)], lambda _: policy).sessions
    assert [decision.text for decision in judged.closing] == [
        "1 of 2 locations failed (50%), none allowed (p.yml:4): a"
    ]


def test_an_ignored_degraded_location_explains_a_degraded_session() -> None:
    """The retry of `a` ran in x, y or z. Checkly reports only x as degraded; y is too slow for the policy."""
    of = session(
        "DEGRADED",
        attempt("a"),
        result("b"),
        result("x", "degraded", after_s=5),
        result("y", after_s=6, took_s=4),
        result("z", after_s=7),
        locations=("a", "b"),
    )
    row = Row(of, "{degraded-threshold: 2, response-time: 3s, locations: {ignore: [x]}}", set())
    assert _judge(row).exit_code is ExitCode.OPEN
