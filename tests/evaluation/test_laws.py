"""Laws of the verdict, on sessions and policies at random."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import GateTimeout
from gate.domain.exit_code import ExitCode
from gate.domain.session import Result, ResultKind, Session
from gate.evaluation.decision import Rule
from gate.evaluation.judged import VerdictKind
from gate.evaluation.outcomes import State, outcomes
from gate.evaluation.verdict import Verdict, judge
from gate.policy.effective import Policy
from gate.policy.threshold import NOTHING, Threshold, parse_threshold
from gate.polling.result import Ending, PollResult
from tests.evaluation import naive
from tests.evaluation.generated import RUN_LOCATIONS, policies, sessions
from tests.exhaustive import examples
from tests.samples import finished, result, run_of, session, with_run

thorough = examples(500)


def _judge(session: Session, policy: Policy) -> Verdict:
    return judge([finished(session)], lambda _: policy)


def _is_open(session: Session, policy: Policy) -> bool:
    return _judge(session, policy).exit_code is ExitCode.OPEN


@pytest.mark.exhaustive
@examples(3000)
@given(sessions(), policies())
def test_the_gate_decides_as_the_contract_written_down_a_second_time(
    session: Session, policy: Policy
) -> None:
    verdict = _judge(session, policy)
    (judged,) = verdict.sessions
    closing = naive.closing_rules(session, policy)
    assert [(row.outcome.location, row.outcome.state.value) for row in judged.rows] == [
        (row.location, row.state) for row in naive.rows_of(session, policy)
    ]
    assert {decision.rule.value for decision in judged.closing} == closing
    assert verdict.exit_code is (ExitCode.CLOSED if closing else ExitCode.OPEN)
    assert verdict.kind is (VerdictKind.FAIL if closing else VerdictKind.PASS)


_NOT_READ_TO_THE_END = st.sampled_from([Ending.TIMEOUT, Ending.INCONCLUSIVE, Ending.STOPPED])


@given(st.lists(sessions(), max_size=3), sessions(), _NOT_READ_TO_THE_END, policies(), st.randoms())
def test_a_gate_is_never_open_while_one_session_was_not_read_to_its_end(
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


def test_a_gate_on_nothing_is_not_open() -> None:
    assert judge([], lambda _: Policy()).exit_code is ExitCode.INCONCLUSIVE


def _stricter(policy: Policy, field: str, step: int) -> Policy:
    """The policy that allows less in one of its fields."""
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
@examples(1500)
@given(sessions(), policies(), _CHANGES)
def test_a_stricter_policy_never_opens_a_gate_that_a_looser_one_closes(
    session: Session, policy: Policy, changes: list[tuple[str, int]]
) -> None:
    stricter = policy
    for field, step in changes:
        stricter = _stricter(stricter, field, step)
    assert not _is_open(session, stricter) or _is_open(session, policy)


@pytest.mark.exhaustive
@examples(1500)
@given(sessions(), policies())
def test_what_neither_a_threshold_nor_a_pass_allows_is_not_open(session: Session, policy: Policy) -> None:
    if not _is_open(session, policy):
        return
    (judged,) = _judge(session, policy).sessions
    counted = [row.outcome for row in judged.rows if row.outcome.state is not State.SKIPPED]
    assert any(each.state in (State.PASSED, State.FLAKY, State.DEGRADED) or each.final for each in counted)
    for outcome in counted:
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


def _is_explained(session: Session, policy: Policy) -> bool:
    """Whether the rows say why the session has the status that it has."""
    found = outcomes(session, lambda _: Policy(allow_cancelled=policy.allow_cancelled))
    seen = {outcome.seen for outcome in found}
    return {
        "PASSED": True,
        "DEGRADED": State.DEGRADED in seen,
        "FAILED": bool(seen & {State.FAILED, State.ERRORED, State.ABORTED}),
        "TIMED_OUT": True,
        "CANCELLED": True,
    }[session.status]


@pytest.mark.exhaustive
@thorough
@given(sessions(), policies(), st.data())
def test_making_a_counted_location_worse_never_opens_a_closed_gate(
    session: Session, policy: Policy, data: st.DataObject
) -> None:
    # Explicit choices apart: a policy that allows a failed location but no flaky one opens when the flaky
    # one fails. And a result that is made worse can explain a status that nothing explained.
    policy = replace(policy, failed=(NOTHING,), flaky=(), allow_missing=False, allow_cancelled=False)
    finals = [
        index
        for index, result in enumerate(run_of(session).results)
        if result.kind is ResultKind.FINAL
        and result.location in run_of(session).run_locations
        and result.location not in policy.skipped
    ]
    if not finals or not _is_explained(session, policy):
        return
    index = data.draw(st.sampled_from(finals))
    how = data.draw(st.sampled_from(["degraded", "aborted", "failed", "errored", "cancelled"]))
    worse = list(run_of(session).results)
    worse[index] = _made_worse(worse[index], how)
    assert not _is_open(with_run(session, results=tuple(worse)), policy) or _is_open(session, policy)


@pytest.mark.exhaustive
@thorough
@given(sessions(), policies())
def test_what_is_left_out_never_closes_the_gate_but_where_it_is_required(
    session: Session, policy: Policy
) -> None:
    (judged,) = _judge(session, policy).sessions
    skipped = {row.outcome.location for row in judged.rows if row.outcome.state is State.SKIPPED}
    for decision in judged.closing:
        assert decision.rule is Rule.REQUIRED or not skipped & set(
            {place.location for place in decision.places}
        )


@pytest.mark.exhaustive
@thorough
@given(sessions(), policies(), st.randoms())
def test_the_order_of_the_results_never_changes_the_verdict(
    session: Session, policy: Policy, order: random.Random
) -> None:
    shuffled = list(run_of(session).results)
    order.shuffle(shuffled)
    verdict = _judge(session, policy)
    other = _judge(with_run(session, results=tuple(shuffled)), policy)
    assert (other.exit_code, other.kind) == (verdict.exit_code, verdict.kind)


def test_a_required_location_that_counts_as_degraded_closes_the_gate() -> None:
    """A DEGRADED session in which no location says why: its green locations count as degraded."""
    policy = Policy(degraded=(parse_threshold("100%"),), required=("us-east-1",))
    unexplained = session("DEGRADED", result("us-east-1"), result("sa-east-1"))
    assert [decision.rule for decision in _judge(unexplained, policy).sessions[0].closing] == [Rule.REQUIRED]
