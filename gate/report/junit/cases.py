"""Test cases: the result, the message and the details of each row in a JUnit report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gate.domain.detail import Detail
from gate.domain.session import Check
from gate.evaluation.decision import Rule
from gate.evaluation.judged import Conclusion, JudgedSession, Row
from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import State, result_state
from gate.report.junit.kinds import ENDING_TYPES, SESSION_TYPES, TYPES, Kind, kind_of
from gate.report.junit.names import location_name, session_name
from gate.report.junit.plain import plain
from gate.report.report import Report
from gate.text.clean import clean

_MESSAGE_LENGTH = 120


class Attempt(NamedTuple):
    """A failed attempt that was followed by another attempt."""

    type: str
    message: str
    details: tuple[str, ...] = ()


class Case(NamedTuple):
    """A test case, with a message of one line, further details, properties for tools, and failed attempts."""

    name: str
    kind: Kind
    type: str = ""
    message: str = ""
    time_s: float = 0.0
    details: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    attempts: tuple[Attempt, ...] = ()


def cases_of_check(check: Check, name: str, judged: JudgedSession, report: Report) -> tuple[Case, ...]:
    """Return the cases of one check of a session, in the session's order."""
    rows = [row for row in judged.rows if row.outcome.check == check]
    return tuple(_location_case(name, row, judged, report) for row in rows)


def _location_case(name: str, row: Row, judged: JudgedSession, report: Report) -> Case:
    outcome = row.outcome
    kind, kind_type = kind_of(row, judged.ending)
    is_green = row.conclusion is Conclusion.GREEN
    what = _what_happened(row, kind, report)
    message = "" if is_green else _shortened(what)
    attempts = tuple(_attempts(outcome, report))
    shows_attempts = kind in (Kind.FAILURE, Kind.ERROR) or (kind is Kind.PASSED and _passed_at_last(outcome))
    return Case(
        name=location_name(name, outcome.location),
        kind=kind,
        type=kind_type,
        message=message,
        time_s=outcome.final.duration_s if outcome.final else 0.0,
        details=() if is_green else (*_in_full(what, message), *_details(row, judged, report, attempts)),
        properties=tuple(_properties(row, kind)),
        attempts=attempts if shows_attempts else (),
    )


def _what_happened(row: Row, kind: Kind, report: Report) -> str:
    """Describe the outcome of a location without the location, which the case names, and without the rule."""
    outcome = row.outcome
    if kind is Kind.SKIPPED:
        because = row.because if row.conclusion is Conclusion.SKIPPED else "allowed by the policy"
        return plain(f"skipped ({outcome.happened.value}): {because}")
    reasons = report.why_of(outcome).reasons
    reason = reasons[0] if reasons else ""
    if row.conclusion is Conclusion.UNDECIDED:
        reason = row.because
    elif outcome.state is State.FLAKY:
        reason = report.reason_of(outcome)
    return plain(outcome.happened.value + (f": {reason}" if reason else ""))


def _shortened(text: str) -> str:
    """Return a short message, because consumers show it in a table or beside a line of code."""
    return plain(clean(text, _MESSAGE_LENGTH))


def _in_full(text: str, message: str) -> Iterable[str]:
    """Return the whole text if the message contains only part of it."""
    return () if text == message else (text,)


def _passed_at_last(outcome: Outcome) -> bool:
    """Return whether the check passed in the end, even if it is flaky or degraded.

    If the final run failed but a threshold tolerates it, its earlier attempts are not reported as flaky.
    """
    return outcome.happened in (State.PASSED, State.FLAKY, State.DEGRADED)


def cases_of_session(judged: JudgedSession, check: str) -> Iterable[Case]:
    """Return the cases without a row: for the session itself, and for required locations that did not run."""
    for decision in judged.closing:
        for place in decision.places:
            if decision.rule is Rule.REQUIRED and place.check is None:
                name = location_name(check, place.location)
                yield _session_case(name, Kind.FAILURE, "Required", decision.text, judged)
    of_session = [decision for decision in judged.closing if not decision.places]
    is_shown = any(row.conclusion in (Conclusion.RED, Conclusion.UNDECIDED) for row in judged.rows)
    if of_session:
        kind, kind_type = SESSION_TYPES[of_session[0].rule]
        text = "; ".join(decision.text for decision in of_session)
        yield _session_case(session_name(check), kind, kind_type, text, judged)
    elif judged.error and not is_shown:
        kind_type = ENDING_TYPES[judged.ending]
        yield _session_case(session_name(check), Kind.ERROR, kind_type, judged.error.sentence, judged)


def _session_case(name: str, kind: Kind, kind_type: str, text: str, judged: JudgedSession) -> Case:
    message = _shortened(plain(text))
    details = (*_in_full(plain(text), message), *_link("session", judged.link))
    return Case(name=name, kind=kind, type=kind_type, message=message, details=details)


def case_of_fault(name: str, text: str) -> Case:
    """Return the case of an error that belongs to no session."""
    message = _shortened(plain(text))
    details = tuple(_in_full(plain(text), message))
    return Case(name=name, kind=Kind.ERROR, type="GateError", message=message, details=details)


def _attempts(outcome: Outcome, report: Report) -> Iterable[Attempt]:
    for number, attempt in enumerate(outcome.attempts, start=1):
        state = result_state(attempt)
        why = report.why(attempt)
        elsewhere = f" in {attempt.location}" if attempt.location != outcome.location else ""
        reason = why.reasons[0] if why.reasons else ""
        what = plain(f"attempt {number} of {outcome.tries}: {state.value}{elsewhere}")
        text = what + (plain(f": {reason}") if reason else "")
        message = _shortened(text)
        yield Attempt(TYPES[state][1], message, (*_in_full(text, message), *_more_reasons(why)))


def _more_reasons(why: Detail) -> Iterable[str]:
    """Return the recordings and all reasons except the first, which the message already contains."""
    for reason in why.reasons[1:]:
        yield plain(f"also: {reason}")
    if why.recordings:
        yield plain(f"recorded: {', '.join(why.recordings)}")


def _details(row: Row, judged: JudgedSession, report: Report, attempts: Iterable[Attempt]) -> Iterable[str]:
    """Return the lines below the message: reasons, attempts, rule and link.

    The attempts are repeated here, because many consumers ignore their elements.
    """
    outcome = row.outcome
    yield from _more_reasons(report.why_of(outcome))
    if outcome.finished_in:
        yield plain(f"finished in {outcome.finished_in}")
    for attempt in attempts:
        yield attempt.message
    if row.rule:
        yield plain(f"rule: {row.because}")
    if outcome.final:
        yield from _link("result", outcome.final.link)
    else:
        yield from _link("session", judged.link)


def _link(what: str, link: str) -> Iterable[str]:
    """Return a line with a link, unless `plain` would change the link."""
    if link and plain(link) == link:
        yield f"{what}: {link}"


def _properties(row: Row, kind: Kind) -> Iterable[tuple[str, str]]:
    """Return properties for tools. People see them too, so they repeat no link that the details contain."""
    outcome = row.outcome
    final = outcome.final
    yield "checkly.state", outcome.happened.value
    if kind is Kind.SKIPPED:
        yield "checkly.skipped", "true"
    if row.conclusion is Conclusion.TOLERATED:
        yield "checkly.tolerated", outcome.state.value
    if outcome.state is State.DEGRADED:
        yield "checkly.degraded", "true"
    yield "checkly.attempts", str(outcome.tries)
    if final and final.response_time_ms is not None:
        yield "checkly.response_time_ms", f"{final.response_time_ms:.10g}"
    if row.conclusion is Conclusion.GREEN and final and plain(final.link) == final.link:
        yield "checkly.result_url", final.link
