"""Checkly's API as a scenario plays it: requests go in, answers come out. Knows time, but no sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from gate.simulator import answers
from gate.simulator.answers import Answer
from gate.simulator.calls import Call, call_at
from gate.simulator.documents import detail_document, session_document
from gate.simulator.faults import Aim, Effect, Operation
from gate.simulator.ledger import Ledger, Recorded
from gate.simulator.scenario import TERMINAL, Scenario
from gate.simulator.targets import target_of


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that has been received: its number, and the trouble that strikes it, if any."""

    number: int
    request: Recorded
    call: Call | None
    effect: Effect | None


class StandIn:
    """The state of one play: when it began, what was cancelled, what was asked. Any thread may use it."""

    def __init__(self, scenario: Scenario, *, speed: float, clock: Callable[[], float]) -> None:
        self.scenario = scenario
        self.ledger = Ledger()
        self.stopped = threading.Event()
        self._speed = speed
        self._clock = clock
        self._changed = threading.Condition()  # guards all that follows
        self._sessions = {session.id: session for session in scenario.sessions}
        self._began: dict[str | None, float] = {}  # by session; None: the first request of all
        self._counts = [0 for _ in scenario.faults]

    def receive(self, request: Recorded) -> Arrival:
        """Takes note of a request that has just come in, and starts the clock of its session."""
        call = call_at(request.path)
        with self._changed:
            now_s = self._clock()
            self._began.setdefault(None, now_s)
            if call and call.session_id in self._sessions:
                self._began.setdefault(call.session_id, now_s)
            at_s = (now_s - self._began[None]) * self._speed
            effect = self._effect_on(call, at_s)
            number = self.ledger.enter(replace(request, at_s=at_s))
        return Arrival(number, request, call, effect)

    def answer(self, arrival: Arrival) -> Answer | None:
        """The right answer, which a completion call waits for; None where the play is stopped meanwhile."""
        call = arrival.call
        if not self._knows(arrival.request.headers.get("authorization", "")):
            return answers.UNAUTHORIZED
        if call is None or (not self._serves(call) and call.version == "v2"):
            return answers.NOT_FOUND
        if not self._serves(call):
            return answers.GONE
        if arrival.request.method != call.method:
            return answers.WRONG_METHOD
        with self._changed:
            return self._perform(call, arrival.request.body)

    def stop(self) -> None:
        """Ends every wait."""
        with self._changed:
            self.stopped.set()
            self._changed.notify_all()

    def _effect_on(self, call: Call | None, at_s: float) -> Effect | None:
        aim = Aim()
        if call:
            ids = self.scenario.session_ids
            index = ids.index(call.session_id) if call.session_id in ids else None
            aim = Aim(call.operation, call.version, index)
        struck: Effect | None = None
        for index, fault in enumerate(self.scenario.faults):
            if fault.aims_at(aim):
                self._counts[index] += 1  # each fault counts for itself, whichever strikes
                if struck is None and fault.strikes(self._counts[index], at_s):
                    struck = fault.effect
        return struck

    def _serves(self, call: Call) -> bool:
        """Whether the version is served; details have but one, which outlives that of the sessions."""
        return call.operation is Operation.DETAILS or call.version in self.scenario.api.served

    def _knows(self, authorization: str) -> bool:
        scheme, _, key = authorization.partition(" ")
        right = self.scenario.api.key
        is_right = bool(key.strip()) if right is None else key == right
        return scheme.lower() == "bearer" and is_right

    def _perform(self, call: Call, body: bytes) -> Answer | None:
        match call.operation:
            case Operation.TRIGGER:
                return self._trigger(call, body)
            case Operation.DETAILS:
                return self._explain(call)
            case _:
                return self._answer_on_session(call)

    def _answer_on_session(self, call: Call) -> Answer | None:
        session = self._sessions.get(call.session_id)
        if session is None or self._elapsed_s(call) < session.readable_s:
            return answers.NO_SUCH_SESSION
        if call.operation is Operation.COMPLETION:
            return self._complete(call)
        if call.operation is Operation.CANCEL:
            self._sessions[call.session_id] = session.cancelled(self._elapsed_s(call))
            self._changed.notify_all()
            return answers.CANCELLED
        return self._document(call, self._elapsed_s(call))

    def _trigger(self, call: Call, body: bytes) -> Answer:
        """Starts the sessions of the checks that are meant; a session that runs already goes on."""
        fits = target_of(body)
        if fits is None:
            return answers.BAD_TARGET
        started = [session for session in self._sessions.values() if fits(session.check)]
        for session in started:
            self._began.setdefault(session.id, self._clock())
        documents = [session_document(self.scenario, each, call.version, 0.0) for each in started]
        return answers.document(201, {"sessions": documents}) if started else answers.NO_CHECK_MATCHED

    def _explain(self, call: Call) -> Answer:
        """The details of a result that has come by now."""
        for session in self._sessions.values():
            began_s = self._began.get(session.id)
            if began_s is not None and session.check.id == call.check_id:
                elapsed_s = (self._clock() - began_s) * self._speed
                document = detail_document(self.scenario, session, call.result_id, elapsed_s)
                if document:
                    return answers.document(200, document)
        return answers.NO_SUCH_RESULT

    def _complete(self, call: Call) -> Answer | None:
        """Waits for the end of the session once, and not for longer than the call says."""
        if not self.scenario.api.completion:
            return answers.NOT_FOUND
        max_wait_s = call.max_wait_s()
        if max_wait_s is None:
            return answers.BAD_WAIT
        session, began_s = self._sessions[call.session_id], self._elapsed_s(call)
        ends_s = session.ends_s(began_s)
        wait_s = (ends_s - began_s) / self._speed
        self._changed.wait_for(
            lambda: self.stopped.is_set() or self._sessions[call.session_id] is not session,
            min(wait_s, max_wait_s),
        )
        if self.stopped.is_set():
            return None
        # A wait may end a hair before its time: what was waited for has come all the same.
        elapsed_s = max(self._elapsed_s(call), ends_s if wait_s <= max_wait_s else began_s)
        if self._sessions[call.session_id].current(elapsed_s).status in TERMINAL:
            return self._document(call, elapsed_s)
        return answers.STILL_RUNNING

    def _document(self, call: Call, elapsed_s: float) -> Answer:
        session = self._sessions[call.session_id]
        return answers.document(200, session_document(self.scenario, session, call.version, elapsed_s))

    def _elapsed_s(self, call: Call) -> float:
        return (self._clock() - self._began[call.session_id]) * self._speed
