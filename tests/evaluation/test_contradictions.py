"""Which differences between a session's status and its results are reported as contradictions."""

from __future__ import annotations

import pytest

from gate.domain.session import Session
from gate.evaluation.verdict import judge
from gate.policy.effective import Policy
from tests.samples import finished, result, session

SIX_FAILED = tuple(result(place, "failed") for place in "abcdef")
FIVE_FAILED = SIX_FAILED[:5]
_FIVE = "a failed, b failed, c failed, d failed, e failed"
CASES: dict[str, tuple[Session, list[str]]] = {
    "agreement": (session("FAILED", result("a", "failed"), result("b", "degraded")), []),
    "passed, and failed": (
        session("PASSED", result("a"), result("b", "failed")),
        ["Checkly reports PASSED, but b failed; the gate uses the worse of the two"],
    ),
    "degraded, and cancelled": (
        session("DEGRADED", result("a", "degraded"), result("b", "cancelled")),
        ["Checkly reports DEGRADED, but b was cancelled; the gate uses the worse of the two"],
    ),
    "passed, and degraded": (
        session("PASSED", result("a", "degraded"), result("b")),
        ["Checkly reports PASSED, but a is degraded; the gate uses the worse of the two"],
    ),
    "passed, and a location was degraded before it passed": (
        session("PASSED", result("a", "degraded", after_s=3), result("a", after_s=9)),
        ["Checkly reports PASSED, but a is degraded; the gate uses the worse of the two"],
    ),
    "passed, and only the policy makes a location degraded": (session("PASSED", result("a", took_s=9)), []),
    "degraded, and all green": (
        session("DEGRADED", result("a"), result("b")),
        [
            (
                "Checkly reports DEGRADED, but reports no location as degraded; "
                "therefore all green locations count as degraded"
            )
        ],
    ),
    "five are named": (
        session("PASSED", *FIVE_FAILED),
        [f"Checkly reports PASSED, but {_FIVE}; the gate uses the worse of the two"],
    ),
    "further locations are only counted": (
        session("PASSED", *SIX_FAILED),
        [f"Checkly reports PASSED, but {_FIVE} and 1 more; the gate uses the worse of the two"],
    ),
}


@pytest.mark.parametrize(("of", "said"), CASES.values(), ids=CASES.keys())
def test_a_contradiction_between_status_and_results_is_reported(of: Session, said: list[str]) -> None:
    (judged,) = judge([finished(of)], lambda _: Policy(response_time_ms=5000)).sessions
    assert list(judged.contradictions) == said
