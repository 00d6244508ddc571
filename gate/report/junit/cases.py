"""Test cases: what each row becomes in a test report, and what is shown of it.

Consumers of JUnit disagree on a case with two results, so a case has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from gate.domain.detail import Detail
from gate.domain.session import Check
from gate.evaluation.decision import Rule
from gate.evaluation.judged import Conclusion, JudgedSession, Row
from gate.evaluation.outcomes import Outcome, State, result_state
from gate.polling.result import Ending
from gate.report.junit.names import suite_name
from gate.report.junit.plain import plain
from gate.report.report import Report


class Kind(Enum):
    """The result of a case."""

    PASSED = "passed"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A failed try that was followed by another."""

    type: str
    message: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case: a message of one line, further details, properties for machines, failed attempts."""

    name: str
    kind: Kind
    type: str = ""
    message: str = ""
    time_s: float = 0.0
    details: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    attempts: tuple[Attempt, ...] = ()


def cases_of_check(check: Check, judged: JudgedSession, report: Report) -> tuple[Case, ...]:
    """Return the cases of one check of a session, in the session's order."""
    name = suite_name(check)
    rows = [row for row in judged.rows if row.outcome.check == check]
    return tuple(_location_case(name, row, judged.ending, report) for row in rows)


def _location_case(check: str, row: Row, ending: Ending, report: Report) -> Case:
    outcome = row.outcome
    why = report.why(outcome.final)
    kind, kind_type = _kind(row, ending)
    state = outcome.seen.value if kind is not Kind.SKIPPED else f"skipped, {outcome.seen.value}"
    reason = f": {why.reasons[0]}" if why.reasons else ""
    because = f"; {row.because}" if row.because else ""
    return Case(
        name=f"{check} [{outcome.location}]",
        kind=kind,
        type=kind_type,
        message=""
        if row.conclusion is Conclusion.GREEN
        else plain(f"{outcome.location}: {state}{reason}{because}"),
        time_s=outcome.final.duration_s if outcome.final else 0.0,
        details=(*_more_reasons(why), *_details(outcome)),
        properties=tuple(_properties(row)),
        attempts=tuple(_attempts(outcome, report)),
    )


# The kind and the type of a case that is not green, by the state of its row.
_TYPES = {
    State.CANCELLED: (Kind.ERROR, "Cancelled"),
    State.ERRORED: (Kind.ERROR, "ChecklyError"),
    State.FAILED: (Kind.FAILURE, "CheckFailure"),
    State.ABORTED: (Kind.ERROR, "Aborted"),
    State.MISSING: (Kind.ERROR, "MissingResult"),
    State.UNFINISHED: (Kind.ERROR, "Inconclusive"),
    State.DEGRADED: (Kind.FAILURE, "Degraded"),
    State.FLAKY: (Kind.FAILURE, "Flaky"),
    State.PASSED: (Kind.FAILURE, "CheckFailure"),  # an attempt that Checkly marks with nothing
    State.SKIPPED: (Kind.FAILURE, "Required"),
}
_ENDING_TYPES = {
    Ending.TIMEOUT: "GateTimeout",
    Ending.STOPPED: "Interrupted",
    Ending.INCONCLUSIVE: "Inconclusive",
    Ending.FINISHED: "Inconclusive",
}


def _kind(row: Row, ending: Ending) -> tuple[Kind, str]:
    state = row.outcome.state
    match row.conclusion:
        case Conclusion.GREEN:
            return Kind.PASSED, ""
        case Conclusion.SKIPPED:
            return Kind.SKIPPED, ""
        case Conclusion.UNDECIDED:
            return Kind.ERROR, _ENDING_TYPES[ending]
        case Conclusion.TOLERATED:
            lifted = state in (State.MISSING, State.CANCELLED)
            return (Kind.SKIPPED if lifted else Kind.PASSED), ""
        case Conclusion.RED:
            if row.rule is Rule.REQUIRED and state is State.DEGRADED:
                return Kind.FAILURE, "Required"
            return _TYPES[state]


def cases_of_session(judged: JudgedSession, check: str) -> Iterable[Case]:
    """Return cases for what no row shows: rules about the session, required locations without a row."""
    for decision in judged.closing:
        for place in decision.places:
            if decision.rule is Rule.REQUIRED and place.check is None:
                name = f"{check} [{place.location}]"
                yield Case(name=name, kind=Kind.FAILURE, type="Required", message=plain(decision.text))
    of_session = [decision for decision in judged.closing if not decision.places]
    is_shown = any(row.conclusion in (Conclusion.RED, Conclusion.UNDECIDED) for row in judged.rows)
    if of_session:
        kind, kind_type = _SESSION_TYPES[of_session[0].rule]
        text = plain("; ".join(decision.text for decision in of_session))
        yield Case(name=f"{check} [session]", kind=kind, type=kind_type, message=text)
    elif judged.error and not is_shown:
        message = plain(judged.error.sentence)
        kind_type = _ENDING_TYPES[judged.ending]
        yield Case(name=f"{check} [session]", kind=Kind.ERROR, type=kind_type, message=message)


_SESSION_TYPES = {
    Rule.CANCELLED: (Kind.ERROR, "Cancelled"),
    Rule.TIMED_OUT: (Kind.ERROR, "TimedOut"),
    Rule.NO_RESULTS: (Kind.ERROR, "NoResults"),
    Rule.UNEXPLAINED: (Kind.FAILURE, "Unexplained"),
    Rule.NOTHING_COUNTED: (Kind.ERROR, "NothingCounted"),
}


def _attempts(outcome: Outcome, report: Report) -> Iterable[Attempt]:
    for number, attempt in enumerate(outcome.attempts, start=1):
        state = result_state(attempt)
        why = report.why(attempt)
        elsewhere = f" in {attempt.location}" if attempt.location != outcome.location else ""
        reason = f": {why.reasons[0]}" if why.reasons else ""
        message = plain(f"attempt {number} of {outcome.tries}: {state.value}{elsewhere}{reason}")
        yield Attempt(_TYPES[state][1], message, tuple(_more_reasons(why)))


def _more_reasons(why: Detail) -> Iterable[str]:
    """Return what is known beyond the first reason, which the message contains."""
    for reason in why.reasons[1:]:
        yield plain(f"also: {reason}")
    if why.recordings:
        yield plain(f"recorded: {', '.join(why.recordings)}")


def _details(outcome: Outcome) -> Iterable[str]:
    if outcome.finished_in:
        yield plain(f"finished in {outcome.finished_in}")
    link = _link_in_text(outcome)
    if link:
        yield f"result: {link}"


def _link_in_text(outcome: Outcome) -> str:
    """The link to the result, if it survives in a text as it is."""
    link = outcome.final.link if outcome.final else ""
    return link if plain(link) == link else ""


def _properties(row: Row) -> Iterable[tuple[str, str]]:
    outcome = row.outcome
    final = outcome.final
    yield "checkly.location", outcome.location
    yield "checkly.state", outcome.state.value
    if row.conclusion is Conclusion.TOLERATED:
        yield "checkly.tolerated", outcome.state.value
    if outcome.state is State.DEGRADED:
        yield "checkly.degraded", "true"
    yield "checkly.attempts", str(outcome.tries)
    if final and final.response_time_ms is not None:
        yield "checkly.response_time_ms", f"{final.response_time_ms:.10g}"
    if link := _link_in_text(outcome):
        yield "checkly.result_url", link
