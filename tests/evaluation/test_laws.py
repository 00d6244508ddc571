"""Laws of the verdict, tested on random sessions and policies."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import GateTimeout
from gate.domain.exit_code import ExitCode
from gate.domain.session import Result, ResultKind, Session
from gate.evaluation.decision import Rule, place_of
from gate.evaluation.judged import VerdictKind
from gate.evaluation.outcomes import outcomes
from gate.evaluation.states import State
from gate.evaluation.verdict import Verdict, judge
from gate.policy.effective import Policy
from gate.policy.threshold import NOTHING, Threshold, parse_threshold
from gate.polling.result import Ending, PollResult
from tests.evaluation import naive
from tests.evaluation.generated import RUN_LOCATIONS, Case, cases, policies, sessions
from tests.exhaustive import examples
from tests.samples import finished, result, session

thorough = examples(500)


def _judge(case: Case) -> Verdict:
    return judge([finished(case.session)], case.policy_of)


def _is_open(case: Case) -> bool:
    return _judge(case).exit_code is ExitCode.OPEN


@pytest.mark.exhaustive
@examples(4000)
@given(cases())
def test_the_gate_decides_like_the_naive_version_of_the_contract(case: Case) -> None:
    verdict = _judge(case)
    (judged,) = verdict.sessions
    closing = naive.closing_rules(case.session, case.policy_of)
    assert [(row.outcome.check, row.outcome.location, row.outcome.state.value) for row in judged.rows] == [
        (row.run.check, row.location, row.state) for row in naive.rows_of(case.session, case.policy_of)
    ]
    assert {decision.rule.value for decision in judged.closing} == closing
    assert verdict.exit_code is (ExitCode.CLOSED if closing else ExitCode.OPEN)
    assert verdict.kind is (VerdictKind.FAIL if closing else VerdictKind.PASS)


_NOT_READ_TO_THE_END = st.sampled_from([Ending.TIMEOUT, Ending.INCONCLUSIVE, Ending.STOPPED])


@given(st.lists(sessions(), max_size=3), sessions(), _NOT_READ_TO_THE_END, policies(), st.randoms())
def test_the_gate_never_opens_on_a_session_that_did_not_finish(
    others: list[Session], unread: Session, ending: Ending, policy: Policy, order: random.Random
) -> None:
    watched = [
        *(finished(other) for other in others),
        PollResult(unread.ref, unread, ending, GateTimeout("late")),
    ]
    order.shuffle(watched)
    verdict = judge(watched, lambda _: policy)
    assert verdict.exit_code is not ExitCode.OPEN
    assert verdict.kind is not VerdictKind.PASS


def test_the_gate_does_not_open_without_sessions() -> None:
    assert judge([], lambda _: Policy()).exit_code is ExitCode.INCONCLUSIVE


def _stricter(policy: Policy, field: str, step: int) -> Policy:
    """Return the policy with a stricter value in one field."""
    if field in ("failed", "degraded", "flaky"):
        thresholds: tuple[Threshold, ...] = getattr(policy, field) or (Threshold(4, is_share=False),)
        less = [max(each.amount - (125_000 if each.is_share else 1) * step, 0) for each in thresholds]
        lower = [replace(each, amount=amount) for each, amount in zip(thresholds, less, strict=True)]
        return replace(policy, **_field(field, tuple(lower)))
    if field == "response_time_ms":
        return replace(policy, response_time_ms=(policy.response_time_ms or 5000) / (step + 1))
    if field == "required":
        return replace(policy, required=tuple({*policy.required, *RUN_LOCATIONS[:step]}))
    return replace(policy, **_field(field, value=False))


FIELDS = ("failed", "degraded", "flaky", "response_time_ms", "required", "allow_missing", "allow_cancelled")
_CHANGES = st.lists(st.tuples(st.sampled_from(FIELDS), st.integers(1, 4)), min_size=1, max_size=2)


@pytest.mark.exhaustive
@examples(2000)
@given(cases(), _CHANGES)
def test_a_stricter_policy_never_opens_a_gate_that_a_looser_one_closes(
    case: Case, changes: list[tuple[str, int]]
) -> None:
    stricter = case
    for field, step in changes:
        stricter = stricter.under(partial(_stricter, field=field, step=step))
    assert not _is_open(stricter) or _is_open(case)


@pytest.mark.exhaustive
@examples(2000)
@given(cases())
def test_the_gate_opens_only_if_the_policy_allows_the_state_of_every_counted_location(case: Case) -> None:
    if not _is_open(case):
        return
    (judged,) = _judge(case).sessions
    counted = [row.outcome for row in judged.rows if row.outcome.state is not State.SKIPPED]
    assert any(each.state in (State.PASSED, State.FLAKY, State.DEGRADED) or each.final for each in counted)
    for outcome in counted:
        policy = case.policies[outcome.check]
        allowed = {
            State.PASSED: True,
            State.FLAKY: True,
            State.MISSING: policy.allow_missing,
            State.CANCELLED: policy.allow_cancelled,
            State.DEGRADED: all(each.amount for each in policy.degraded),
        }.get(outcome.state, all(each.amount for each in policy.failed))
        assert allowed, outcome


def _field(name: str, value: object) -> dict[str, Any]:
    return {name: value}


def _made_worse(result: Result, how: str) -> Result:
    flags = {
        "degraded": "is_degraded",
        "aborted": "aborted",
        "failed": "has_failures",
        "errored": "has_errors",
        "cancelled": "is_cancelled",
    }
    return replace(result, **_field(flags[how], value=True))


def _is_explained(case: Case) -> bool:
    """Whether the rows explain the status of the session."""
    found = outcomes(
        case.session, lambda run: Policy(allow_cancelled=case.policies[run.check].allow_cancelled)
    )
    seen = {outcome.seen for outcome in found}
    return {
        "PASSED": True,
        "DEGRADED": State.DEGRADED in seen,
        "FAILED": bool(seen & {State.FAILED, State.ERRORED, State.ABORTED}),
        "TIMED_OUT": True,
        "CANCELLED": True,
    }[case.session.status]


def _all_strict(policy: Policy) -> Policy:
    # The law does not hold for two explicit choices. A policy that allows a failed location but no flaky
    # one opens when the flaky one fails, and a worse result can explain a status that was unexplained.
    return replace(policy, failed=(NOTHING,), flaky=(), allow_missing=False, allow_cancelled=False)


def _with_results(of: Session, number: int, results: Sequence[Result]) -> Session:
    """Return the session with other results for one of its checks."""
    runs = list(of.checks)
    runs[number] = replace(runs[number], results=tuple(results))
    return replace(of, checks=tuple(runs))


@pytest.mark.exhaustive
@thorough
@given(cases(), st.data())
def test_making_a_counted_location_worse_never_opens_a_closed_gate(case: Case, data: st.DataObject) -> None:
    case = case.under(_all_strict)
    finals = [
        (number, index)
        for number, run in enumerate(case.session.checks)
        for index, result in enumerate(run.results)
        if result.kind is ResultKind.FINAL
        and result.location in run.run_locations
        and result.location not in case.policies[run.check].skipped
    ]
    if not finals or not _is_explained(case):
        return
    number, index = data.draw(st.sampled_from(finals))
    how = data.draw(st.sampled_from(["degraded", "aborted", "failed", "errored", "cancelled"]))
    worse = list(case.session.checks[number].results)
    worse[index] = _made_worse(worse[index], how)
    made_worse = replace(case, session=_with_results(case.session, number, worse))
    assert not _is_open(made_worse) or _is_open(case)


@pytest.mark.exhaustive
@thorough
@given(cases())
def test_a_skipped_location_never_closes_the_gate_unless_it_is_required(case: Case) -> None:
    (judged,) = _judge(case).sessions
    skipped = {place_of(row.outcome) for row in judged.rows if row.outcome.state is State.SKIPPED}
    for decision in judged.closing:
        assert decision.rule is Rule.REQUIRED or not skipped & set(decision.places)


@pytest.mark.exhaustive
@thorough
@given(cases(), st.randoms())
def test_the_order_of_checks_and_results_never_changes_the_verdict(case: Case, order: random.Random) -> None:
    runs = list(case.session.checks)
    order.shuffle(runs)
    shuffled = replace(case.session, checks=tuple(runs))
    for number, run in enumerate(runs):
        results = list(run.results)
        order.shuffle(results)
        shuffled = _with_results(shuffled, number, results)
    verdict, other = _judge(case), _judge(replace(case, session=shuffled))
    assert (other.exit_code, other.kind) == (verdict.exit_code, verdict.kind)


def test_a_required_location_that_counts_as_degraded_closes_the_gate() -> None:
    """In a DEGRADED session without a degraded location, all green locations count as degraded."""
    policy = Policy(degraded=(parse_threshold("100%"),), required=("us-east-1",))
    unexplained = session("DEGRADED", result("us-east-1"), result("sa-east-1"))
    (judged,) = judge([finished(unexplained)], lambda _: policy).sessions
    assert [decision.rule for decision in judged.closing] == [Rule.REQUIRED]
