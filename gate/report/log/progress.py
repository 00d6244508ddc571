"""The log while the gate waits: a line for what changed, a heartbeat where nothing did."""

from __future__ import annotations

from collections.abc import Iterable

from gate.domain.session import Phase, Session
from gate.evaluation.outcomes import Outcome, State, outcomes
from gate.polling.events import Event, Looked, Noticed, Paused, TroubleBegan, TroubleEnded
from gate.report.log.tones import tone_of
from gate.text.duration import format_duration
from gate.text.style import Line, Tone

HEARTBEAT_S = 30.0


class Progress:
    """Remembers what was said, to say only what is new. Times are seconds since the wait began."""

    def __init__(self, sessions: int, timeout_s: float) -> None:
        self._count = sessions
        self._timeout_s = timeout_s
        self._spoke_at_s = 0.0
        self._sessions: dict[str, Session] = {}
        self._counts: dict[str, tuple[int, int]] = {}  # locations that are done, and all, by session
        self._locations: dict[tuple[str, str], str] = {}

    def lines(self, event: Event, waited_s: float) -> tuple[Line, ...]:
        """The lines to log for an event."""
        lines = tuple(self._lines(event))
        if not lines and waited_s - self._spoke_at_s >= HEARTBEAT_S:
            lines = (Line(self.state(waited_s), Tone.FAINT),)
        if lines:
            self._spoke_at_s = waited_s
        stamp = format_duration(waited_s).rjust(7)
        return tuple(Line(f"{stamp}  {line.text}", line.tone) for line in lines)

    def state(self, waited_s: float) -> str:
        """What the gate is waiting for, in one line; a narrow terminal may cut the name, which is last."""
        ended = sum(session.phase is Phase.FINISHED for session in self._sessions.values())
        what = f"{ended} of {self._count} sessions have ended"
        if self._count == 1:
            what = next((f"{each.status}: {each.name}" for each in self._sessions.values()), "not read yet")
        done, of = (sum(count[index] for count in self._counts.values()) for index in (0, 1))
        waited = f"{format_duration(waited_s)} of {format_duration(self._timeout_s)}"
        return f"waiting: {waited}, {done} of {of} locations, {what}"

    def _lines(self, event: Event) -> Iterable[Line]:
        match event:
            case Looked(session):
                yield from self._changes(session)
            case Paused():
                pass
            case TroubleBegan(error):
                yield Line(f"trouble: {error}; asking again", Tone.WARN)
            case TroubleEnded(failures):
                times = "1 failure" if failures == 1 else f"{failures} failures"
                yield Line(f"trouble is over, after {times}", Tone.GOOD)
            case Noticed(text):
                yield Line(f"note: {text}", Tone.WARN)

    def _changes(self, session: Session) -> Iterable[Line]:
        before = self._sessions.get(session.id)
        self._sessions[session.id] = session
        if before is None or before.status != session.status:
            yield Line(f"{session.name} is {session.status}", _tone_of_status(session.status))
        prefix = f"{session.name} · " if self._count > 1 else ""
        found = outcomes(session)
        done = sum(outcome.state is not State.UNFINISHED for outcome in found)
        self._counts[session.id] = (done, len(found))
        for outcome in found:
            key, said = (session.id, outcome.location), _said(outcome)
            is_new = said != self._locations.get(key, "")
            self._locations[key] = said
            if said and is_new:
                yield Line(f"{prefix}{outcome.location}: {said}", tone_of(outcome.state))


def _said(outcome: Outcome) -> str:
    """What there is to say of a location; nothing before anything happened there."""
    tries = len(outcome.attempts)
    retried = f" after {tries} failed {'attempt' if tries == 1 else 'attempts'}" if tries else ""
    if outcome.state is State.UNFINISHED:
        return f"{tries} failed {'attempt' if tries == 1 else 'attempts'} so far" if tries else ""
    took = f" in {format_duration(outcome.final.duration_s)}" if outcome.final else ""
    elsewhere = f", finished in {outcome.finished_in}" if outcome.finished_in else ""
    return f"{outcome.state.value}{took}{retried}{elsewhere}"


def _tone_of_status(status: str) -> Tone:
    return {"PASSED": Tone.GOOD, "FAILED": Tone.BAD, "TIMED_OUT": Tone.BAD, "DEGRADED": Tone.WARN}.get(
        status, Tone.PLAIN
    )
