"""The log while the gate waits: a line for each change, and a heartbeat if nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gate.domain.session import Phase, Session, SessionKind
from gate.evaluation.decision import Place, naming_of, place_of
from gate.evaluation.outcomes import Outcome, outcomes
from gate.evaluation.states import GREEN, State
from gate.policy.effective import Policy
from gate.polling.events import Event, Fetched, Noticed, Paused, TroubleBegan, TroubleEnded
from gate.report.log.tones import tone_of
from gate.text.duration import format_duration
from gate.text.style import Line, Tone

HEARTBEAT_S = 30.0
_NEWS = (
    State.CANCELLED,
    State.ERRORED,
    State.FAILED,
    State.ABORTED,
    State.MISSING,
    State.DEGRADED,
    State.FLAKY,
)


class _Counts(NamedTuple):
    """How many rows a session has, and how many of them have finished."""

    finished: int
    rows: int


class Progress:
    """The progress so far, so that only changes are logged. Times are seconds since the wait began."""

    def __init__(self, sessions: int, timeout_s: float) -> None:
        self._count = sessions
        self._timeout_s = timeout_s
        self._spoke_at_s = 0.0
        self._sessions: dict[str, Session] = {}
        self._counts: dict[str, _Counts] = {}  # by session
        self._rows: dict[str, dict[Place, str]] = {}

    def lines(self, event: Event, waited_s: float) -> tuple[Line, ...]:
        """Return the lines to log for an event."""
        lines = tuple(self._lines(event))
        if not lines and waited_s - self._spoke_at_s >= HEARTBEAT_S:
            lines = (Line(self.state(waited_s), Tone.FAINT),)
        if lines:
            self._spoke_at_s = waited_s
        stamp = format_duration(waited_s).rjust(7)
        return tuple(Line(f"{stamp}  {line.text}", line.tone) for line in lines)

    def state(self, waited_s: float) -> str:
        """Describe the wait in one line. The name is last, because a narrow terminal cuts off the end."""
        ended = sum(session.phase is Phase.FINISHED for session in self._sessions.values())
        what = f"{ended} of {self._count} sessions have ended"
        if self._count == 1:
            what = next((f"{each.status}: {each.label}" for each in self._sessions.values()), "not read yet")
        finished = sum(counts.finished for counts in self._counts.values())
        total = sum(counts.rows for counts in self._counts.values())
        of_many = any(session.kind is SessionKind.TEST for session in self._sessions.values())
        rows = "results" if of_many else "locations"
        waited = f"{format_duration(waited_s)} of {format_duration(self._timeout_s)}"
        return f"waiting: {waited}, {finished} of {total} {rows}, {what}"

    def _lines(self, event: Event) -> Iterable[Line]:
        match event:
            case Fetched(session):
                yield from self._changes(session)
            case Paused():
                pass
            case TroubleBegan(error):
                yield Line(f"warning: {error}; retrying", Tone.WARN)
            case TroubleEnded(failures):
                times = "1 failure" if failures == 1 else f"{failures} failures"
                yield Line(f"the API responds again after {times}", Tone.GOOD)
            case Noticed(text):
                yield Line(f"note: {text}", Tone.WARN)

    def _changes(self, session: Session) -> Iterable[Line]:
        before = self._sessions.get(session.id)
        if before is not None and before.phase is Phase.FINISHED:
            return
        self._sessions[session.id] = session
        if before is None or before.status != session.status:
            yield Line(f"{session.label} is {session.status}", _tone_of_status(session.status))
        found = outcomes(session, lambda _: Policy())
        done = sum(outcome.state is not State.UNFINISHED for outcome in found)
        counts = _Counts(finished=done, rows=len(found))
        changed = self._counts.get(session.id) != counts
        self._counts[session.id] = counts
        of_many = session.kind is SessionKind.TEST
        yield from self._row_changes(session, found, of_many=of_many)
        if of_many and changed and done:
            yield Line(_in_short(found, is_running=session.phase is Phase.RUNNING))

    def _row_changes(self, session: Session, found: Sequence[Outcome], *, of_many: bool) -> Iterable[Line]:
        """Yield a line for each row that changed. The green rows of a test session are only counted."""
        naming = naming_of(session, found)
        prefix = f"{session.label} · " if self._count > 1 else ""
        before = self._rows.get(session.id, {})
        said = {place_of(outcome): _said(outcome) for outcome in found}
        # Rows that Checkly no longer reports are dropped, as are all rows of a session that has ended.
        self._rows[session.id] = said if session.phase is not Phase.FINISHED else {}
        for outcome in found:
            place = place_of(outcome)
            if said[place] and said[place] != before.get(place) and not (of_many and outcome.state in GREEN):
                yield Line(f"{prefix}{naming.name(place)}: {said[place]}", tone_of(outcome.state))


def _in_short(found: Sequence[Outcome], *, is_running: bool) -> str:
    """Count the finished checks: `12 of 40 checks finished, 1 failed`.

    Even if all checks so far have finished, a running session may get more, because some sessions show a
    check only when it has a result.
    """
    counts = Counter(outcome.state for outcome in found)
    bad = [f"{counts[state]} {state.value}" for state in State if counts[state] and state in _NEWS]
    done = len(found) - counts[State.UNFINISHED] - counts[State.MISSING]
    summary = f"{done} of {len(found)} checks finished"
    if is_running and done == len(found):
        summary = f"{done} {'check' if done == 1 else 'checks'} finished so far"
    return ", ".join([summary, *bad])


def _said(outcome: Outcome) -> str:
    """Describe the progress of a location; empty if nothing has happened there yet."""
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
