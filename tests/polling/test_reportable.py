"""After a signal, the gate reports only as many results as it can write in a few seconds."""

from __future__ import annotations

from gate.domain.errors import GateError, Stopped
from gate.domain.exit_code import ExitCode
from gate.domain.session import Session
from gate.evaluation.verdict import judge
from gate.policy.effective import Policy
from gate.polling.result import MOST_RESULTS_AT_A_SIGNAL, Ending, PollResult, reportable_at_once
from tests.samples import finished, result, session

STOPPED = Stopped(ExitCode.SIGTERM)
# Each session has this many locations and as many results; together, they are half of what is allowed.
HALF = MOST_RESULTS_AT_A_SIGNAL // 4


def _large(status: str, state: str = "passed") -> Session:
    return session(status, *(result(f"location-{number}", state) for number in range(HALF)))


RUNNING = PollResult(_large("STARTED").ref, _large("STARTED"), Ending.STOPPED, STOPPED)
PASSED, FAILED = finished(_large("PASSED")), finished(_large("FAILED", "failed"))


def _sizes(polled: tuple[PollResult, ...]) -> list[int]:
    return [len(run.results) for each in polled if each.session for run in each.session.checks]


def test_all_results_are_reported_without_a_signal() -> None:
    everything = (PASSED, PASSED, FAILED)
    assert reportable_at_once(everything, GateError("late")) == (everything, 0)


def test_results_of_red_sessions_take_precedence_after_a_signal() -> None:
    polled, left_out = reportable_at_once((PASSED, RUNNING, FAILED), None)
    assert (_sizes(polled), left_out) == ([HALF, 0, HALF], 1)


def test_a_signal_during_the_search_for_sessions_limits_the_results_too() -> None:
    polled, left_out = reportable_at_once((PASSED, PASSED, FAILED), STOPPED)
    assert (_sizes(polled), left_out) == ([HALF, 0, HALF], 1)


def test_a_session_whose_results_are_omitted_is_named_but_not_judged() -> None:
    polled, _ = reportable_at_once((RUNNING, FAILED, PASSED, PASSED), None)
    verdict = judge(polled, lambda _: Policy())
    assert verdict.exit_code is ExitCode.SIGTERM
    assert {judged.label for judged in verdict.sessions} == {"Checkout API"}
    assert [judged.ending for judged in verdict.sessions] == [
        Ending.STOPPED,
        Ending.FINISHED,
        Ending.STOPPED,
        Ending.STOPPED,
    ]
