"""The calls that are answered at once, for either kind of session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gate.domain.session import SessionKind
from gate.simulator.answer import Answer, document
from gate.simulator.api import answers, check_sessions, test_sessions
from gate.simulator.api.background import error_group, private_locations
from gate.simulator.api.calls import Call
from gate.simulator.api.listing import listing
from gate.simulator.api.play import Play
from gate.simulator.api.targets import filter_in, order_in
from gate.simulator.scenario.faults import Operation
from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.sessions import PlannedSession


@dataclass(frozen=True, slots=True)
class _Documents:
    """Functions for the documents of one kind of session: the session, and the details of a result."""

    session: Callable[[Scenario, PlannedSession, str, float], Mapping[str, object]]
    detail: Callable[[Scenario, PlannedSession, str, float], Mapping[str, object] | None]


_DOCUMENTS = {
    SessionKind.CHECK: _Documents(check_sessions.session_document, check_sessions.detail_document),
    SessionKind.TEST: _Documents(test_sessions.session_document, test_sessions.detail_document),
}


def session_answer(play: Play, call: Call, session: PlannedSession, elapsed_s: float) -> Answer:
    """Return a response with a session's document at that time."""
    shown = _DOCUMENTS[call.kind].session
    return document(200, shown(play.scenario, session, call.version, elapsed_s))


def _explain(play: Play, call: Call, _body: bytes) -> Answer:
    """Return a response with the details of a result that already exists."""
    for session in play.sessions(call.kind):
        is_asked_for = (
            session.id == call.session_id
            if call.kind is SessionKind.TEST
            else session.checks[0].check.id == call.check_id
        )
        if is_asked_for and play.has_begun(session.id):
            detail = _DOCUMENTS[call.kind].detail
            fields = detail(play.scenario, session, call.result_id, play.session_s(session.id))
            if fields:
                return document(200, fields)
    return answers.NO_SUCH_RESULT


def _list(play: Play, call: Call, _body: bytes) -> Answer:
    """Return a response with the sessions of the scenario. Start their clocks if they are not running yet."""
    sessions = list(play.sessions(call.kind))
    for session in sessions:
        play.begin(session.id, session.kind)
    return listing(play.scenario, [(each, play.session_s(each.id)) for each in sessions], call.query)


def _trigger(play: Play, call: Call, body: bytes) -> Answer:
    """Start one or more sessions with the checks that the call selects."""
    return _TRIGGERS[call.kind](play, call, body)


def _trigger_check_sessions(play: Play, call: Call, body: bytes) -> Answer:
    """Start the sessions of the selected checks. A session that is already running continues."""
    fits = filter_in(body)
    if fits is None:
        return answers.bad_request("The body must be an object with a target")
    started = [session for session in play.sessions(call.kind) if fits(session.checks[0].check)]
    for session in started:
        play.begin(session.id, call.kind)
    shown = [check_sessions.session_document(play.scenario, each, call.version, 0.0) for each in started]
    return document(201, {"sessions": shown}) if started else answers.NO_CHECK_MATCHED


def _trigger_test_session(play: Play, call: Call, body: bytes) -> Answer:
    """Start one session at the location: the first that is not running yet, with the selected checks."""
    order = order_in(body)
    if order is None:
        return answers.bad_request("The body must be an object with a name and a runLocation")
    waiting = (session for session in play.sessions(call.kind) if not play.has_begun(session.id))
    started = next(filter(None, map(order.carried_out, waiting)), None)
    if started is None:
        return answers.NO_CHECK_MATCHED
    play.replace(started)
    play.begin(started.id, call.kind)
    return document(201, test_sessions.session_document(play.scenario, started, call.version, 0.0))


AT_ONCE: Mapping[Operation, Callable[[Play, Call, bytes], Answer]] = {
    Operation.TRIGGER: _trigger,
    Operation.DETAILS: _explain,
    Operation.LIST: _list,
    Operation.ERROR_GROUP: error_group,
    Operation.PRIVATE_LOCATIONS: private_locations,
}
_TRIGGERS: Mapping[SessionKind, Callable[[Play, Call, bytes], Answer]] = {
    SessionKind.CHECK: _trigger_check_sessions,
    SessionKind.TEST: _trigger_test_session,
}
