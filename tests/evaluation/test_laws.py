"""Laws of the verdict, tested on random sessions and policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import GateTimeout
from gate.domain.exit_code import ExitCode
from gate.domain.session import Result, Session
from gate.evaluation.decision import Rule, place_of
from gate.evaluation.judged import VerdictKind
from gate.evaluation.states import FAILING, State
from gate.evaluation.verdict import Verdict, judge
from gate.policy.effective import Policy
from gate.policy.threshold import parse_threshold
from gate.polling.result import Ending, PollResult
from tests.evaluation import naive
from tests.evaluation.generated import Case, cases, cases_and, policies, sessions
from tests.evaluation.worse import (
    EXPLAINS_DEGRADED,
    IGNORES,
    PASSES_CANCELLED,
    PASSES_MISSING,
    STRICTER,
    TOLERATES_FAILURES,
    WORSE,
    Choice,
    places_that_count,
    stricter,
    without,
)
from tests.exhaustive import examples
from tests.samples import finished, result, session

thorough = examples(2000)


def _judge(case: Case) -> Verdict:
    return judge([finished(case.session)], case.policy_of)


def _is_open(case: Case) -> bool:
    return _judge(case).exit_code is ExitCode.OPEN


@pytest.mark.exhaustive
@examples(20_000, sample=1000)
@given(cases())
def test_the_gate_decides_as_the_naive_implementation_does(case: Case) -> None:
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


@examples(1000)
@given(st.lists(sessions(), max_size=3), sessions(), _NOT_READ_TO_THE_END, policies(), st.randoms())
def test_the_gate_never_opens_on_a_session_that_did_not_finish(
    others: list[Session], unread: Session, ending: Ending, policy: Policy, order: Random
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


def _one_or_two(random: Random, names: Iterable[str]) -> list[str]:
    return random.choices(sorted(names), k=random.randint(1, 2))


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
@examples(20_000, sample=1000)
@given(cases_and(lambda random: [(name, random.randint(1, 4)) for name in _one_or_two(random, STRICTER)]))
def test_a_stricter_policy_never_opens_a_gate_that_a_looser_one_closes(
    drawn: tuple[Case, list[tuple[str, int]]],
) -> None:
    case, changes = drawn
    for name, _ in changes:
        case = without(STRICTER[name].choices, case)
    changed = case
    for name, step in changes:
        changed = stricter(changed, name, step)
    # If no location counts under the looser policy, the gate closes. A stricter policy may then open it.
    assert not _is_open(changed) or _is_open(case) or (_counts_nothing(case) and not _counts_nothing(changed))


def _counts_nothing(case: Case) -> bool:
    (judged,) = _judge(case).sessions
    return any(decision.rule is Rule.NOTHING_COUNTED for decision in judged.closing)


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
@examples(20_000, sample=1000)
@given(cases())
def test_the_gate_opens_only_if_the_policy_allows_each_counted_location(case: Case) -> None:
    if not _is_open(case):
        return
    (judged,) = _judge(case).sessions
    assert not case.session.lacks_results
    seen = {row.outcome.seen for row in judged.rows}
    shared = next(iter(case.policies.values()))
    assert case.session.status != "FAILED" or seen & FAILING
    assert not case.session.is_cancelled or shared.allow_cancelled
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


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
@examples(20_000, sample=1000)
@given(cases_and(lambda random: (_one_or_two(random, WORSE), random.randint(0, 20))))
def test_a_worse_session_never_opens_a_gate_that_a_better_one_closes(
    drawn: tuple[Case, tuple[list[str], int]],
) -> None:
    case, (changes, where) = drawn
    for name in changes:
        case = without(WORSE[name].choices, case)
    worse = case
    for name in changes:
        if places := [*places_that_count(worse)]:
            changed = WORSE[name].change(worse.session, places[where % len(places)])
            worse = replace(worse, session=changed or worse.session)
    assert not _is_open(worse) or _is_open(case)


# A policy with the choice, a session that closes the gate, and a worse session that opens it.
CHOSEN: dict[Choice, tuple[Policy, Session, Session]] = {
    TOLERATES_FAILURES: (
        Policy(failed=(parse_threshold("1"),)),
        session("PASSED", result("a", "degraded"), result("b")),
        session("PASSED", result("a", "failed"), result("b")),
    ),
    EXPLAINS_DEGRADED: (
        Policy(degraded=(parse_threshold("1"),)),
        session("DEGRADED", result("a"), result("b")),
        session("DEGRADED", result("a", "degraded"), result("b")),
    ),
    PASSES_MISSING: (
        Policy(allow_missing=True),
        session("PASSED", result("a", "degraded"), result("b"), locations=("a", "b")),
        session("PASSED", result("b"), locations=("a", "b")),
    ),
    PASSES_CANCELLED: (
        Policy(allow_cancelled=True),
        session("PASSED", result("a", "degraded"), result("b")),
        session("PASSED", result("a", "cancelled"), result("b")),
    ),
    IGNORES: (
        Policy(skipped={"b": "known"}),
        session("FAILED", result("a"), result("b")),
        session("FAILED", result("a"), result("b", "failed")),
    ),
}


@pytest.mark.parametrize("choice", CHOSEN, ids=lambda choice: choice.reason)
def test_a_worse_session_opens_the_gate_only_because_of_a_choice_in_the_policy(choice: Choice) -> None:
    policy, better, worse = CHOSEN[choice]
    for of, is_open in ((better, False), (worse, True)):
        case = Case(of, {run.check: policy for run in of.checks})
        assert _is_open(case) == is_open
        assert not _is_open(without([choice], case))


def test_a_share_allows_more_failures_if_more_locations_count() -> None:
    """If `d` is ignored, 1 of 3 locations failed. Otherwise, 1 of 4 failed, and the gate opens."""
    of = session("FAILED", result("a", "failed"), result("b"), result("c"), result("d"))
    ignoring = Policy(failed=(parse_threshold("25%"),), skipped={"d": "known"})
    case = Case(of, {run.check: ignoring for run in of.checks})
    assert not _is_open(case)
    assert _is_open(case.under(lambda policy: replace(policy, skipped={})))


def _with_results(of: Session, number: int, results: Sequence[Result]) -> Session:
    """Return the session with other results for one of its checks."""
    runs = list(of.checks)
    runs[number] = runs[number]._replace(results=tuple(results))
    return replace(of, checks=tuple(runs))


@pytest.mark.exhaustive
@thorough
@given(cases())
def test_a_skipped_location_closes_the_gate_only_if_it_is_required(case: Case) -> None:
    (judged,) = _judge(case).sessions
    skipped = {place_of(row.outcome) for row in judged.rows if row.outcome.state is State.SKIPPED}
    for decision in judged.closing:
        assert decision.rule is Rule.REQUIRED or not skipped & set(decision.places)


@pytest.mark.exhaustive
@thorough
@given(cases_and(lambda random: random))
def test_the_order_of_checks_and_results_never_changes_the_verdict(drawn: tuple[Case, Random]) -> None:
    case, order = drawn
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
    """All green locations count as degraded if Checkly reports only the session as degraded."""
    policy = Policy(degraded=(parse_threshold("100%"),), required=("us-east-1",))
    unexplained = session("DEGRADED", result("us-east-1"), result("sa-east-1"))
    (judged,) = judge([finished(unexplained)], lambda _: policy).sessions
    assert [decision.rule for decision in judged.closing] == [Rule.REQUIRED]
