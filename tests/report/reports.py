"""Build reports for tests from sessions, a policy, and the way in which polling ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from gate.domain.errors import GateError, GateTimeout, InvalidResponse, Stopped
from gate.domain.exit_code import ExitCode
from gate.domain.session import Session, SessionKind, SessionRef
from gate.evaluation.verdict import conclude, judge
from gate.policy.effective import Policy
from gate.polling.result import Ending, PollResult
from gate.report.report import Report, ReportFile
from tests.samples import finished

DECIDED = datetime(2026, 1, 15, 9, 5, tzinfo=UTC)
_WHY: dict[Ending, GateError] = {
    Ending.TIMEOUT: GateTimeout("the gate's own timeout of 20m expired and Checkly still reports PROGRESS"),
    Ending.INCONCLUSIVE: InvalidResponse("Checkly's API answered with something that is not JSON"),
    Ending.STOPPED: Stopped(ExitCode.SIGTERM),
}


def report_on(*sessions: Session, policy: Policy | None = None, report_only: bool = False) -> Report:
    """Return the report on finished sessions."""
    return report_of(*(finished(session) for session in sessions), policy=policy, report_only=report_only)


def report_of(*watched: PollResult, policy: Policy | None = None, report_only: bool = False) -> Report:
    """Return the report on the results of polling."""
    verdict = judge(watched, lambda _: policy or Policy(), report_only=report_only)
    written = ReportFile("junit-path", "JUnit report", "test-results/checkly-junit.xml", "5 cases")
    return Report(verdict, DECIDED, files=(written,), requests=7, waited_s=12.5)


def of_error(error: GateError, *, decided_at: datetime) -> Report:
    """Return the report on an error that occurred before any session was read."""
    return Report(conclude((), faults=(error,)), decided_at)


def with_fault(report: Report, error: GateError) -> Report:
    """Return the report with an additional error that belongs to no session."""
    return replace(report, verdict=report.verdict.with_fault(error))


def unfinished(session: Session, ending: Ending) -> PollResult:
    """Return the result of polling a session that did not finish before polling ended."""
    return PollResult(session.ref, session, ending, _WHY[ending])


def unread(ending: Ending = Ending.INCONCLUSIVE) -> PollResult:
    """Return the result of polling a session that was never read."""
    return PollResult(
        SessionRef("8166fa86-c9b4-4162-8541-d380c6c212d8", SessionKind.CHECK), None, ending, _WHY[ending]
    )
