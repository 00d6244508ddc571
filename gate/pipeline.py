"""One run of the gate: trigger, poll, evaluate, explain.

This module determines the order of the steps, which steps are skipped after a signal or an error, and the
notices about the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from gate.checkly.client import Checkly
from gate.checkly.ports import Transport
from gate.checkly.retirement import Watched
from gate.commits import Commits
from gate.config.settings import Settings, shown_inputs
from gate.domain.errors import GateError, RequestFailed, Stopped
from gate.domain.session import Phase, SessionRef, each_once
from gate.domain.triggered import Triggered
from gate.evaluation.judged import NEEDS_REASONS
from gate.evaluation.unlisted import with_unlisted
from gate.evaluation.verdict import conclude, judge
from gate.policy.document import PolicyDocument, with_inputs
from gate.polling.result import Ending, PollResult, ended_before, reportable_at_once, with_accounts
from gate.report.report import Report
from gate.text.style import Line, Tone
from gate.waiting import Context, wait_for_all

_FETCH_WITHIN_S = 3.0
_CANCEL_WITHIN_S = 2.0  # part of the 5 s within which the gate must end after a signal
_STALE_AFTER = timedelta(hours=1)
_STALE = "ended more than an hour before the gate began; is the session ID from an earlier run?"
_NO_ACCOUNT = "account-id is not given, and Checkly's API requires it (CHECKLY_ACCOUNT_ID)"


def decide(settings: Settings, document: PolicyDocument, transport: Transport, context: Context) -> Report:
    """Trigger checks, wait for the sessions, judge them, and fetch the reasons for failures."""
    watched = Watched(transport)
    checkly = Checkly(watched, context.clock, settings.api_version)
    began_s = context.clock.now_s()
    deadline_s = began_s + settings.timeout
    # Even if a trigger call hangs, there must be time to fetch the sessions that are given as inputs.
    until_s = deadline_s - min(_FETCH_WITHIN_S, settings.timeout / 4)
    triggered = _trigger(settings, checkly, context, until_s)
    settings = replace(settings, checks_of={**settings.checks_of, **triggered.checks})
    commits = Commits(settings, checkly, context.wall_clock, lambda text: context.log(Line(text)))
    of_commit, not_found = _of_commit(commits, triggered.fault, deadline_s)
    fault = not_found if isinstance(not_found, Stopped) else triggered.fault or not_found
    refs = each_once((*settings.session_id, *triggered.refs, *of_commit))
    if fault and (isinstance(fault, Stopped) or not refs):
        report = Report(conclude(()), context.wall_clock())
    else:
        report = _poll_and_judge(refs, commits, document, context, deadline_s)
    if fault:
        report = replace(report, verdict=report.verdict.with_fault(fault))
    no_account = () if settings.account_id else (_NO_ACCOUNT,)
    return replace(
        report,
        inputs=shown_inputs(settings),
        policy=document.file,
        notices=(*no_account, *watched.notices, *triggered.notices, *report.notices),
        requests=checkly.budget.spent,
        waited_s=context.clock.now_s() - began_s,
    )


def _trigger(settings: Settings, checkly: Checkly, context: Context, until_s: float) -> Triggered:
    """Start the checks that the settings name, if they name any."""
    if not (settings.trigger_check_id or settings.trigger_tags):
        return Triggered()
    from gate.triggering import trigger  # noqa: PLC0415 - few runs trigger checks

    return trigger(settings, checkly, lambda text: context.log(Line(text)), until_s=until_s)


def _of_commit(
    commits: Commits, triggering: GateError | None, deadline_s: float
) -> tuple[tuple[SessionRef, ...], GateError | None]:
    """Return the sessions of the commit, and the error if they were not found. After a signal, do not search.

    `triggering` is the error of the trigger step, if it failed.
    """
    if not commits.settings.commit or isinstance(triggering, Stopped):
        return (), None
    try:
        return commits.find(until_s=deadline_s), None
    except GateError as error:
        return (), error


def _poll_and_judge(
    refs: tuple[SessionRef, ...],
    commits: Commits,
    document: PolicyDocument,
    context: Context,
    deadline_s: float,
) -> Report:
    settings, checkly = commits.settings, commits.checkly
    notices: list[str] = []
    polled, fault = wait_for_all(refs, commits, context, deadline_s, notices.append)
    polled = tuple(
        with_unlisted(each, settings.checks_of) for each in with_accounts(polled, settings.account_id)
    )
    polled, left_out = reportable_at_once(polled, fault)
    if left_out:
        notices.append(
            f"the signal left no time to report the results of {left_out} of {len(polled)} sessions"
        )
    if settings.cancel_on_abort:
        for line in _cancel(polled, checkly):
            context.log(line)
    decided_at = context.wall_clock()
    began_at = decided_at - timedelta(seconds=context.clock.now_s() - (deadline_s - settings.timeout))
    notices += (f"{each.label}: {_STALE}" for each in ended_before(polled, began_at - _STALE_AFTER))
    # The later date counts: this machine's or Checkly's. A clock that is behind must not extend a quarantine.
    today = max(decided_at, checkly.latest_date or decided_at).date()
    runs = [run for each in polled if each.session for run in each.session.checks]
    notices += document.warnings(runs, today)
    document = with_inputs(document, failed=settings.failed_threshold, degraded=settings.degraded_threshold)
    verdict = judge(polled, lambda run: document.resolve(run, today), report_only=settings.report_only)
    if fault:
        verdict = verdict.with_fault(fault)
    notices += [text for session in verdict.sessions for text in session.notices]
    report = Report(verdict, decided_at, notices=tuple(notices))
    if settings.details and not isinstance(fault, Stopped):
        return _explain(report, checkly, context, until_s=deadline_s)
    return report


def _cancel(polled: Iterable[PollResult], checkly: Checkly) -> Iterable[Line]:
    """Cancel the sessions that are still running when the gate stops waiting."""
    until_s = checkly.clock.now_s() + _CANCEL_WITHIN_S
    for each in polled:
        session = each.session
        if session is None or session.phase is Phase.FINISHED:
            continue
        if each.ending not in (Ending.TIMEOUT, Ending.STOPPED):
            continue
        try:
            checkly.cancel(session, until_s=until_s)
        except (RequestFailed, Stopped) as error:
            yield Line(f"could not cancel {session.label}: {error}", Tone.WARN)
        else:
            yield Line(f"asked Checkly to cancel the running checks of {session.label}")


def _explain(report: Report, checkly: Checkly, context: Context, *, until_s: float) -> Report:
    """Add the reasons why results are not green."""
    rows = (row for session in report.sessions for row in session.rows)
    is_stopped = any(session.ending is Ending.STOPPED for session in report.sessions)
    if is_stopped or not any(row.conclusion in NEEDS_REASONS for row in rows):
        return report
    try:
        from gate.reasons import with_reasons  # noqa: PLC0415 - most results are green
    except (ImportError, OSError) as error:  # if no descriptor is free, requests would fail too
        context.log(Line(f"could not fetch the reasons: {error}", Tone.FAINT))
        return report
    return with_reasons(report, checkly, context, until_s=until_s)
