"""A stand-in for Checkly's API: it turns requests into the responses that a scenario defines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from gate.domain.session import SessionKind
from gate.simulator.answer import Answer
from gate.simulator.api import answers
from gate.simulator.api.calls import Call, call_at
from gate.simulator.api.cancelling import cancelled, sequence_ids
from gate.simulator.api.ledger import Ledger, Recorded
from gate.simulator.api.operations import AT_ONCE, session_answer
from gate.simulator.api.play import Play
from gate.simulator.scenario.faults import Aim, Effect, Operation
from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.sessions import TERMINAL, PlannedSession

_EXPLANATIONS = (Operation.DETAILS, Operation.ERROR_GROUP, Operation.PRIVATE_LOCATIONS)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that has been received: its number, and the fault that affects it, if any."""

    number: int
    request: Recorded
    call: Call | None
    effect: Effect | None


class StandIn:
    """One play of a scenario, and the ledger of its requests. Any thread may use it."""

    def __init__(self, scenario: Scenario, *, speed: float, clock: Callable[[], float]) -> None:
        self.scenario = scenario
        self.ledger = Ledger()
        self.stopped = threading.Event()
        self._changed = threading.Condition()  # guards the attributes below
        self._play = Play(scenario, speed, clock)
        self._counts = [0 for _ in scenario.faults]

    def receive(self, request: Recorded) -> Arrival:
        """Record a request that has just arrived, and start the clock of its session."""
        call = call_at(request.path)
        with self._changed:
            at_s = self._play.elapsed_s()
            if call:
                self._play.begin(call.session_id, call.kind)
            effect = self._effect_on(call, at_s)
            number = self.ledger.enter(replace(request, at_s=at_s))
        return Arrival(number, request, call, effect)

    def answer(self, arrival: Arrival) -> Answer | None:
        """Return the response that the request gets if no fault affects it.

        A completion call waits for the end of its session; return None if the simulator stops meanwhile.
        """
        call = arrival.call
        if not self._accepts(arrival.request.headers.get("authorization", "")):
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
        """End every wait."""
        with self._changed:
            self.stopped.set()
            self._changed.notify_all()

    def _effect_on(self, call: Call | None, at_s: float) -> Effect | None:
        aim = Aim(call.operation, call.version, self._play.index(call.session_id)) if call else Aim()
        struck: Effect | None = None
        for index, fault in enumerate(self.scenario.faults):
            if fault.aims_at(aim):
                self._counts[index] += 1  # every fault counts its requests, even if another fault strikes
                if struck is None and fault.strikes(self._counts[index], at_s):
                    struck = fault.effect
        return struck

    def _serves(self, call: Call) -> bool:
        """Return whether the version is served. Only the calls for check sessions have several versions."""
        has_versions = call.kind is SessionKind.CHECK and call.operation not in _EXPLANATIONS
        return not has_versions or call.version in self.scenario.api.served

    def _accepts(self, authorization: str) -> bool:
        scheme, _, key = authorization.partition(" ")
        right = self.scenario.api.key
        is_right = bool(key.strip()) if right is None else key == right
        return scheme.lower() == "bearer" and is_right

    def _perform(self, call: Call, body: bytes) -> Answer | None:
        if at_once := AT_ONCE.get(call.operation):
            return at_once(self._play, call, body)
        session = self._play.session(call.session_id, call.kind)
        if session is None or self._play.session_s(session.id) < session.readable_s:
            return answers.no_such_session(call.kind)
        if call.operation is Operation.COMPLETION:
            return self._complete(call, session)
        if call.operation is Operation.CANCEL:
            return self._cancel(session, body)
        return session_answer(self._play, call, session, self._play.session_s(session.id))

    def _cancel(self, session: PlannedSession, body: bytes) -> Answer:
        ids = sequence_ids(body) if session.kind is SessionKind.TEST else ()
        if ids is None:
            return answers.bad_request("The body must be {} or have a list of UUIDs as sequenceId")
        self._play.replace(cancelled(session, self._play.session_s(session.id), ids))
        self._changed.notify_all()
        return answers.CANCELLED

    def _complete(self, call: Call, session: PlannedSession) -> Answer | None:
        """Wait for the end of the session, but no longer than the call allows."""
        if not self.scenario.api.completion:
            return answers.NOT_FOUND
        max_wait_s = call.max_wait_s()
        if max_wait_s is None:
            return answers.BAD_WAIT
        waits_until_s = self._play.clock() + max_wait_s
        while True:
            began_s = self._play.session_s(session.id)
            ends_s = session.ends_s(began_s)
            wait_s = (ends_s - began_s) / self._play.speed
            left_s = waits_until_s - self._play.clock()
            is_changed = self._changed.wait_for(partial(self._is_over, session), min(wait_s, left_s))
            if self.stopped.is_set():
                return None
            if not is_changed:
                break
            session = self._play.session(session.id, session.kind) or session
        # A wait may end slightly too early. If the wait was for the session's end, treat the end as reached.
        elapsed_s = max(self._play.session_s(session.id), ends_s if wait_s <= left_s else began_s)
        if session.current(elapsed_s).status in TERMINAL:
            return session_answer(self._play, call, session, elapsed_s)
        return answers.still_running(call.kind)

    def _is_over(self, session: PlannedSession) -> bool:
        """Return whether the simulator has stopped, or the session has a new plan."""
        return self.stopped.is_set() or self._play.session(session.id, session.kind) is not session
