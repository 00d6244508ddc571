"""The report: everything that is known when the gate leaves, whichever way out it takes.

Each reporter in this package turns it into text or bytes; none of them decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from gate.domain.detail import Detail
from gate.domain.errors import ExitCode, GateError, Stopped
from gate.domain.session import Result
from gate.evaluation.outcomes import Outcome, State
from gate.evaluation.verdict import JudgedSession, Verdict, VerdictKind
from gate.polling.result import Ending
from gate.text.clean import SENTENCE_LENGTH, clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A verdict with its circumstances.

    `faults` are errors of the gate's own, beyond its sessions; `details` say why results are not green, by
    their ids, as far as Checkly was asked and has answered.
    """

    conclusion: VerdictKind
    exit_code: ExitCode
    reason: str
    sessions: tuple[JudgedSession, ...]
    decided_at: datetime
    inputs: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    requests: int = 0
    waited_s: float = 0.0
    junit_path: str = ""
    json_path: str = ""

    @property
    def only_reports(self) -> bool:
        """Whether a closed gate lets the job go on."""
        return self.conclusion is VerdictKind.FAIL and self.exit_code is ExitCode.OPEN

    @property
    def worst(self) -> JudgedSession | None:
        """The session that speaks for all of them."""
        return min(self.sessions, key=_badness, default=None)

    def why(self, result: Result | None) -> Detail:
        """Why a result is as it is, as far as that is known."""
        return self.details.get(result.id.lower(), _UNKNOWN) if result else _UNKNOWN

    def explained(self, outcome: Outcome) -> tuple[tuple[str, Detail], ...]:
        """The runs at a location of which it is known why, in order, each with its number."""
        runs = ((number, self.why(run)) for number, run in enumerate(outcome.runs, start=1))
        return tuple(
            (f"attempt {number} of {outcome.tries}", why)
            for number, why in runs
            if why.reasons or why.recordings
        )

    def reason_of(self, outcome: Outcome) -> str:
        """The weightiest reason of the last run at a location that has one."""
        reasons = [why.reasons[0] for _, why in self.explained(outcome) if why.reasons]
        return reasons[-1] if reasons else ""

    @property
    def counts(self) -> dict[str, int]:
        """How many locations count, and how many are in each state, in the order of the outputs."""
        states = [row.outcome.state for session in self.sessions for row in session.rows]
        counted = {"locations": sum(state is not State.SKIPPED for state in states)}
        return counted | {state.value: states.count(state) for state in _COUNTED}


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


def _badness(session: JudgedSession) -> tuple[bool, int, int]:
    status = session.status
    rank = _STATUSES_WORST_FIRST.index(status) if status in _STATUSES_WORST_FIRST else -1
    return (not session.closing, _ENDINGS_WORST_FIRST.index(session.ending), rank)


def of_verdict(verdict: Verdict, *, report_only: bool, decided_at: datetime) -> Report:
    """The report on a verdict; with `report_only` a closed gate lets the job go on."""
    tolerated = report_only and verdict.exit_code is ExitCode.CLOSED
    return Report(
        conclusion=verdict.conclusion,
        exit_code=ExitCode.OPEN if tolerated else verdict.exit_code,
        reason=verdict.reason,
        sessions=verdict.sessions,
        decided_at=decided_at,
    )


def of_error(error: GateError, *, decided_at: datetime) -> Report:
    """The report on an error that came before there was anything to judge."""
    return Report(
        conclusion=VerdictKind.INCONCLUSIVE,
        exit_code=error.stop_code if isinstance(error, Stopped) else error.exit_code,
        reason=clean(error.sentence, SENTENCE_LENGTH),
        sessions=(),
        decided_at=decided_at,
        faults=(clean(error.sentence, SENTENCE_LENGTH),),
    )


def with_fault(report: Report, error: GateError) -> Report:
    """The report with an error of the gate's own: what was open or late can no longer be told."""
    demoted = report.exit_code in (ExitCode.OPEN, ExitCode.TIMEOUT)
    sentence = clean(error.sentence, SENTENCE_LENGTH)
    return replace(
        report,
        conclusion=VerdictKind.INCONCLUSIVE if report.conclusion is VerdictKind.PASS else report.conclusion,
        exit_code=ExitCode.INCONCLUSIVE if demoted else report.exit_code,
        reason=clean(f"{sentence}; {report.reason}", SENTENCE_LENGTH) if demoted else report.reason,
        faults=(*report.faults, sentence),
    )
