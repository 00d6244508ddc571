"""The verdict: a pure function of the poll results, the policy, and the errors that belong to no session.

Only this module picks the exit code of a run that ends in a report. The gate opens only if it has read the
final results of every session completely.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from gate.domain.errors import GateError
from gate.domain.exit_code import ExitCode
from gate.domain.session import CheckRun
from gate.evaluation.judged import JudgedSession, VerdictKind, judge_session
from gate.evaluation.reason import Reason, reason_for
from gate.policy.effective import Policy
from gate.polling.result import Ending, PollResult


class Verdict(NamedTuple):
    """The gate's decision, and the sessions that it is based on.

    `faults` are the errors that belong to no session.
    """

    kind: VerdictKind
    exit_code: ExitCode
    reason: Reason
    sessions: tuple[JudgedSession, ...] = ()
    faults: tuple[GateError, ...] = ()
    report_only: bool = False

    @property
    def only_reports(self) -> bool:
        """Return whether the gate is closed but lets the job continue."""
        return self.kind is VerdictKind.FAIL and self.exit_code is ExitCode.OPEN

    def with_fault(self, fault: GateError) -> Verdict:
        """Return a verdict that includes another error that belongs to no session."""
        return conclude(self.sessions, faults=(*self.faults, fault), report_only=self.report_only)


# The gate's exit code is the first of these that a session or a fault leads to.
_PRECEDENCE = (
    ExitCode.SIGHUP,
    ExitCode.SIGINT,
    ExitCode.SIGQUIT,
    ExitCode.SIGTERM,
    ExitCode.USAGE,
    ExitCode.CLOSED,
    ExitCode.INCONCLUSIVE,
    ExitCode.TIMEOUT,
    ExitCode.OPEN,
)


def judge(
    polled: Iterable[PollResult], policy_for: Callable[[CheckRun], Policy], *, report_only: bool = False
) -> Verdict:
    """Judge all sessions. Each check is judged under its own policy."""
    judged = [judge_session(each, policy_for) for each in polled]
    return conclude(judged, report_only=report_only)


def conclude(
    sessions: Sequence[JudgedSession], *, faults: Sequence[GateError] = (), report_only: bool = False
) -> Verdict:
    """Return the verdict on judged sessions.

    If `report_only` is true, the exit code of a closed gate is 0. Errors keep their exit codes.
    """
    closes = any(session.closing for session in sessions)
    of_sessions = {*map(_code_of, sessions)}
    if closes and report_only:
        of_sessions = (of_sessions - {ExitCode.CLOSED}) | {ExitCode.OPEN}
    code = _first_of({*of_sessions, *(fault.exit_code for fault in faults)})
    if closes:
        kind = VerdictKind.FAIL
    elif code is ExitCode.OPEN:
        kind = VerdictKind.PASS
    else:
        kind = VerdictKind.INCONCLUSIVE
    is_decisive = not sessions or code is not _first_of(of_sessions)
    return Verdict(
        kind=kind,
        exit_code=code,
        reason=reason_for(sessions, faults if is_decisive else ()),
        sessions=tuple(sessions),
        faults=tuple(faults),
        report_only=report_only,
    )


def _first_of(codes: Collection[ExitCode]) -> ExitCode:
    return next((code for code in _PRECEDENCE if code in codes), ExitCode.INCONCLUSIVE)


def _code_of(session: JudgedSession) -> ExitCode:
    if session.closing:
        return ExitCode.CLOSED
    if session.ending is Ending.FINISHED:
        return ExitCode.OPEN
    return session.error.exit_code if session.error else ExitCode.INCONCLUSIVE
