"""The times and states of an outcome's runs, as a timeline shows them."""

from __future__ import annotations

from datetime import datetime

from gate.domain.session import Result
from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import State, result_state


def shown_state(outcome: Outcome, run: Result) -> State:
    """Return the state of a run. The final run has the state of its row, or passed if the row is flaky."""
    if run is not outcome.final:
        return result_state(run)
    return State.PASSED if outcome.happened is State.FLAKY else outcome.happened


def span_of(run: Result) -> tuple[datetime, datetime] | None:
    """Return when a run began and ended; None if that is not known or cannot be drawn."""
    if run.started_at and run.stopped_at and min(run.started_at, run.stopped_at).timestamp() > 0:
        return run.started_at, run.stopped_at
    return None
