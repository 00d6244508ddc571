"""The results of test cases: the kind and type for each row, and for each rule about a session.

Consumers of JUnit disagree about a case with two results, so each case has only one.
"""

from __future__ import annotations

from enum import Enum

from gate.evaluation.decision import Rule
from gate.evaluation.judged import Conclusion, Row
from gate.evaluation.states import State
from gate.polling.result import Ending


class Kind(Enum):
    """The result of a case."""

    PASSED = "passed"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


# The kind and the type of a case that is not green, by the state of its row.
TYPES = {
    State.CANCELLED: (Kind.ERROR, "Cancelled"),
    State.ERRORED: (Kind.ERROR, "ChecklyError"),
    State.FAILED: (Kind.FAILURE, "CheckFailure"),
    State.ABORTED: (Kind.ERROR, "Aborted"),
    State.MISSING: (Kind.ERROR, "MissingResult"),
    State.UNFINISHED: (Kind.ERROR, "Inconclusive"),
    State.DEGRADED: (Kind.FAILURE, "Degraded"),
    State.FLAKY: (Kind.FAILURE, "Flaky"),
    State.PASSED: (Kind.FAILURE, "CheckFailure"),  # an attempt that no flag marks as failed
    State.SKIPPED: (Kind.FAILURE, "Required"),
}
ENDING_TYPES = {
    Ending.TIMEOUT: "GateTimeout",
    Ending.STOPPED: "Interrupted",
    Ending.INCONCLUSIVE: "Inconclusive",
    Ending.FINISHED: "Inconclusive",
}


def kind_of(row: Row, ending: Ending) -> tuple[Kind, str]:
    """Return the kind and the type of a row's case. The type of a green case is empty."""
    state = row.outcome.state
    match row.conclusion:
        case Conclusion.GREEN:
            return Kind.PASSED, ""
        case Conclusion.SKIPPED:
            return Kind.SKIPPED, ""
        case Conclusion.UNDECIDED:
            return Kind.ERROR, ENDING_TYPES[ending]
        case Conclusion.TOLERATED:
            lifted = state in (State.MISSING, State.CANCELLED)
            return (Kind.SKIPPED if lifted else Kind.PASSED), ""
        case Conclusion.RED:
            if row.rule is Rule.REQUIRED and state is State.DEGRADED:
                return Kind.FAILURE, "Required"
            return TYPES[state]


SESSION_TYPES = {
    Rule.CANCELLED: (Kind.ERROR, "Cancelled"),
    Rule.TIMED_OUT: (Kind.ERROR, "TimedOut"),
    Rule.NO_RESULTS: (Kind.ERROR, "NoResults"),
    Rule.UNEXPLAINED: (Kind.FAILURE, "Unexplained"),
    Rule.NOTHING_COUNTED: (Kind.ERROR, "NothingCounted"),
}
