"""The sentences that describe decisions."""

from __future__ import annotations

import pytest

from gate.evaluation.judged import judge_session
from gate.policy.effective import Policy
from gate.policy.threshold import Threshold, parse_threshold
from tests.samples import attempt, finished, result, session

LOST = "lost"


def _at_most(text: str) -> tuple[Threshold, ...]:
    return (parse_threshold(text),)


SENTENCES: dict[str, tuple[str, str, Policy, str]] = {
    "one of several": (
        "FAILED",
        "failed passed",
        Policy(),
        "1 of 2 locations failed (50%), none allowed (default): a",
    ),
    "the only one": (
        "FAILED",
        "failed",
        Policy(),
        "1 of 1 location failed (100%), none allowed (default): a",
    ),
    "an error is not a failure": (
        "FAILED",
        "errored passed errored",
        Policy(),
        "2 of 3 locations errored (66.7%), none allowed (default): a, c",
    ),
    "an aborted run is not a failure": (
        "FAILED",
        "aborted passed",
        Policy(),
        "1 of 2 locations was aborted (50%), none allowed (default): a",
    ),
    "different states count together": (
        "FAILED",
        "aborted errored failed",
        Policy(failed=_at_most("1")),
        "3 of 3 locations failed, errored or were aborted (100%), more than the allowed 1 (default): a, b, c",
    ),
    "a share of 0 allows none": (
        "DEGRADED",
        "degraded degraded passed",
        Policy(degraded=_at_most("0%")),
        "2 of 3 locations are degraded (66.7%), none allowed (default): a, b",
    ),
    "at the limit": (
        "DEGRADED",
        "degraded passed",
        Policy(degraded=_at_most("1")),
        "1 of 2 locations is degraded (50%), at most 1 allowed (default): a",
    ),
    "no limit": ("PASSED", "flaky passed", Policy(), "1 of 2 locations is flaky (50%): a"),
    "missing": (
        "PASSED",
        f"passed {LOST}",
        Policy(),
        "1 of 2 locations is missing (50%), none allowed (default): b",
    ),
    "cancelled": (
        "CANCELLED",
        "cancelled cancelled passed",
        Policy(allow_cancelled=True),
        "2 of 3 locations were cancelled (66.7%), which is allowed (default): a, b",
    ),
}


@pytest.mark.parametrize(("status", "states", "policy", "sentence"), SENTENCES.values(), ids=SENTENCES.keys())
def test_a_decision_is_described_in_a_plain_sentence(
    status: str, states: str, policy: Policy, sentence: str
) -> None:
    locations = "abcd"[: len(states.split())]
    results = []
    for location, state in zip(locations, states.split(), strict=True):
        if state == "flaky":
            results += [attempt(location), result(location)]
        elif state != LOST:
            results.append(result(location, state))
    judged = judge_session(finished(session(status, *results, locations=tuple(locations))), lambda _: policy)
    assert [decision.text for decision in judged.decisions] == [sentence]
