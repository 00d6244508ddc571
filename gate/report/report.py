"""The report: a verdict and the facts about the run, however the run ended.

Each reporter in this package converts it to text or bytes. Reporters make no decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from gate.domain.detail import Detail
from gate.domain.errors import UsageError
from gate.domain.session import Result
from gate.evaluation.judged import JudgedSession
from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import State
from gate.evaluation.verdict import Verdict
from gate.policy.document import PolicyFile
from gate.polling.result import Ending
from gate.text.clean import SENTENCE_LENGTH, clean

_UNKNOWN = Detail(())
_COUNTED = (
    State.PASSED,
    State.FAILED,
    State.ERRORED,
    State.ABORTED,
    State.DEGRADED,
    State.FLAKY,
    State.MISSING,
    State.CANCELLED,
    State.UNFINISHED,
    State.SKIPPED,
)
_STATUSES_WORST_FIRST = ("FAILED", "TIMED_OUT", "CANCELLED", "DEGRADED", "PASSED")
_ENDINGS_WORST_FIRST = (Ending.STOPPED, Ending.INCONCLUSIVE, Ending.TIMEOUT, Ending.FINISHED)


class ReportFile(NamedTuple):
    """A report file that was written: its input, its title, its path, and a summary of its content."""

    input: str
    title: str
    path: str
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A verdict, and the facts about the run.

    `details` maps the IDs of results to the reasons why they are not green, if the reasons were fetched.
    `absences` maps locations to the reasons why they have no result. `files` are the report files that were
    written.
    """

    verdict: Verdict
    decided_at: datetime
    inputs: Mapping[str, str] = field(default_factory=dict)
    policy: PolicyFile | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)
    absences: Mapping[str, Detail] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    requests: int = 0
    waited_s: float = 0.0
    files: tuple[ReportFile, ...] = ()

    @property
    def sessions(self) -> tuple[JudgedSession, ...]:
        """Return the judged sessions."""
        return self.verdict.sessions

    @property
    def faults(self) -> tuple[str, ...]:
        """Return the errors that belong to no session, one sentence each."""
        return tuple(clean(fault.sentence, SENTENCE_LENGTH) for fault in self.verdict.faults)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Return the mistakes in the inputs and in the files that the user gave, one line each."""
        usage = (fault for fault in self.verdict.faults if isinstance(fault, UsageError))
        return tuple(clean(problem, SENTENCE_LENGTH) for fault in usage for problem in fault.problems)

    @property
    def other_faults(self) -> tuple[str, ...]:
        """Return the errors that belong to no session, except `mistakes` and an error that is the reason."""
        others = (fault for fault in self.verdict.faults if not isinstance(fault, UsageError))
        texts = (clean(fault.sentence, SENTENCE_LENGTH) for fault in others)
        return tuple(text for text in texts if text != self.verdict.reason.text)

    @property
    def worst(self) -> JudgedSession | None:
        """Return the worst session, which represents all of them."""
        return min(self.sessions, key=_badness, default=None)

    @property
    def counts(self) -> dict[str, int]:
        """Return the numbers of checks, of rows that count, and of rows in each state, as in the outputs."""
        states = [row.outcome.state for session in self.sessions for row in session.rows]
        counted = {
            "checks": sum(len(session.session.checks) for session in self.sessions if session.session),
            "locations": sum(state is not State.SKIPPED for state in states),
        }
        return counted | {state.value: states.count(state) for state in _COUNTED}

    def path(self, name: str) -> str:
        """Return the path of the report file that an input names; empty if it was not written."""
        return next((file.path for file in self.files if file.input == name), "")

    def why(self, result: Result | None) -> Detail:
        """Return the reasons why a result is not green, as far as they are known."""
        return self.details.get(result.id.lower(), _UNKNOWN) if result else _UNKNOWN

    def why_of(self, outcome: Outcome) -> Detail:
        """Return the reasons why a row is not green: those of its final result, or why it is missing."""
        if outcome.state is State.MISSING:
            return self.absences.get(outcome.location, _UNKNOWN)
        return self.why(outcome.final)

    def explained(self, outcome: Outcome) -> tuple[tuple[str, Detail], ...]:
        """Return the known reasons why the runs of a row are not green, in order, each with the run's number.

        If the row has no result, the reasons for that come last.
        """
        runs = [
            (f"attempt {number} of {outcome.tries}", self.why(run))
            for number, run in enumerate(outcome.runs, start=1)
        ]
        if outcome.state is State.MISSING:
            runs.append(("no result", self.why_of(outcome)))
        return tuple((name, why) for name, why in runs if why.reasons or why.recordings)

    def reason_of(self, outcome: Outcome) -> str:
        """Return the main reason of the last run whose reasons are known; empty if there is no such run."""
        reasons = [why.reasons[0] for _, why in self.explained(outcome) if why.reasons]
        return reasons[-1] if reasons else ""


def _badness(session: JudgedSession) -> tuple[bool, int, int]:
    status = session.status
    rank = _STATUSES_WORST_FIRST.index(status) if status in _STATUSES_WORST_FIRST else -1
    return (not session.closing, _ENDINGS_WORST_FIRST.index(session.ending), rank)
