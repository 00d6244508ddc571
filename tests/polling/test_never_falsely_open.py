"""Whatever Checkly returns, the gate opens only if the last document of each session satisfies the policy."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from gate.checkly.budget import Budget
from gate.domain.exit_code import ExitCode
from gate.evaluation.verdict import judge
from gate.policy.effective import Policy
from gate.policy.threshold import Threshold
from tests.evaluation import naive
from tests.exhaustive import IS_EXHAUSTIVE
from tests.polling.scripts import KINDS, Script, scripted_ids
from tests.polling.world import SimulatedClock, World

PARTS, SEQUENCES = (
    (20, 500) if IS_EXHAUSTIVE else (2, 250)
)  # if exhaustive, ten thousand sequences, in parts that can run in parallel
POLICIES = (
    Policy(),
    Policy(degraded=(Threshold(1, is_share=False),)),
    Policy(failed=(Threshold(500_000, is_share=True),), allow_cancelled=True),
    Policy(allow_missing=True, flaky=(Threshold(0, is_share=False),)),
    Policy(skipped={"us-east-1": "for a reason"}),
    Policy(required=("us-east-1",), response_time_ms=999),
)


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(PARTS))
def test_the_gate_opens_only_if_every_last_document_satisfies_the_policy(
    part: int,
) -> None:
    @seed(part)
    @settings(max_examples=SEQUENCES, deadline=None, database=None)
    @given(st.binary(max_size=60), st.binary(min_size=8, max_size=8))
    def holds(answers: bytes, plan: bytes) -> None:
        check_one_sequence(answers, plan)

    holds()


def check_one_sequence(answers: bytes, plan: bytes) -> None:
    """Wait once; each byte of `plan` sets one parameter, such as the timeout."""
    sessions, version, policy_number, timeout, interval, budget, at_last, jitter = plan
    script = Script(answers, at_last)
    timeout_s = 1 + timeout % 120
    per_minute = 5 + budget
    world = World(scripted_ids(1 + sessions % 3), clock=SimulatedClock(), fault=script, kinds=KINDS)
    watched = world.wait(
        timeout_s=timeout_s,
        poll_interval_s=1 + interval % 30,
        version=("", "v1", "v2")[version % 3],
        jitter=random.Random(jitter).random,
        budget=Budget(per_minute),
    )
    policy = POLICIES[policy_number % len(POLICIES)]
    code = judge(watched, lambda _: policy).exit_code

    assert world.clock.elapsed_s() <= timeout_s + 0.001, "the wait must end at the deadline"
    assert world.most_requests_in_a_minute() <= per_minute
    said = [script.last.get(session_id) for session_id in world.timelines]
    ended = [each for each in said if each is not None and each.status in naive.FINISHED]
    red = [each for each in ended if naive.closing_rules(each, lambda _: policy)]
    green_everywhere = len(ended) == len(said) and not red
    if code is ExitCode.OPEN:
        assert green_everywhere
    if green_everywhere and not script.finals:
        assert code is ExitCode.OPEN
    assert (code is ExitCode.CLOSED) == bool(red), (
        "the gate must close if and only if a session is known to be red"
    )
    if code is ExitCode.TIMEOUT:
        assert all(each is not None for each in said)
