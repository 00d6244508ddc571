"""One run of the gate: from settings to a report, and from the report to every place where it is owed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gate.checkly.client import Checkly, Clock, Transport
from gate.checkly.results import MOST_RESULTS
from gate.config.settings import Settings, shown_inputs
from gate.domain.detail import Detail
from gate.domain.errors import (
    RequestFailed,
    Stopped,
)
from gate.domain.session import ApiVersion, Phase
from gate.evaluation.verdict import Verdict, judge
from gate.explain import explain, results_to_explain
from gate.policy.document import PolicyDocument, with_inputs
from gate.polling.events import Event, Noticed
from gate.polling.loop import Patience, watch
from gate.polling.result import Ending, PollResult
from gate.publish.console import Console
from gate.publish.host import Host
from gate.report import report as reports
from gate.report.log.progress import Progress
from gate.report.report import Report
from gate.text.duration import format_duration
from gate.text.redact import Redaction
from gate.text.style import Line, Tone
from gate.triggering import trigger

_EXPLAIN_WITHIN_S = 10.0  # nobody waits longer than that for the reason of a closed gate
_LOOK_WITHIN_S = 3.0
_CANCEL_WITHIN_S = 2.0  # of the 5 s that there are between a signal and the end of the reports


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run depends on besides its settings; `hidden` keeps the key out of what is written."""

    host: Host
    console: Console
    clock: Clock
    jitter: Callable[[], float]
    wall_clock: Callable[[], datetime]
    hidden: Redaction = field(default_factory=lambda: Redaction(""))


def decide(settings: Settings, book: PolicyDocument, transport: Transport, around: Surroundings) -> Report:
    """Start what is to be triggered, wait for the sessions, and judge them.

    Raises ImportError if a library is missing that the reports need: now, and not after the wait.
    """
    from gate.report.junit import xml  # noqa: F401, PLC0415 - later there may be no descriptor left to load it

    checkly = Checkly(transport, around.clock, settings.api_version)
    began_s = around.clock.now_s()
    deadline_s = began_s + settings.timeout
    # What a trigger call that hangs must leave: time to look at the sessions that are given besides.
    triggered = trigger(
        settings,
        checkly,
        lambda text: around.console.line(Line(text)),
        until_s=deadline_s - min(_LOOK_WITHIN_S, settings.timeout / 4),
    )
    session_ids = tuple(dict.fromkeys((*settings.session_id, *triggered.session_ids)))
    if triggered.fault and (isinstance(triggered.fault, Stopped) or not session_ids):
        report = reports.of_error(triggered.fault, decided_at=around.wall_clock())
    else:
        report = _wait_and_judge(session_ids, settings, book, checkly, around, deadline_s)
        report = reports.with_fault(report, triggered.fault) if triggered.fault else report
    no_account = () if settings.account_id else (_NO_ACCOUNT,)
    return replace(
        report,
        inputs=shown_inputs(settings),
        notices=(*no_account, *triggered.notices, *report.notices),
        requests=checkly.budget.spent,
        waited_s=around.clock.now_s() - began_s,
    )


def _wait_and_judge(
    session_ids: tuple[str, ...],
    settings: Settings,
    book: PolicyDocument,
    checkly: Checkly,
    around: Surroundings,
    deadline_s: float,
) -> Report:
    notices: list[str] = []
    watched = _wait(session_ids, settings, checkly, around, deadline_s, notices.append)
    if settings.cancel_on_abort:
        for line in _cancel(watched, checkly):
            around.console.line(line)
    if any(each.session and each.session.version is ApiVersion.V1 for each in watched):
        notices.append(_DEPRECATED)
    decided_at = around.wall_clock()
    today = decided_at.date()
    notices += book.warnings([each.session for each in watched if each.session], today)
    book = with_inputs(book, failed=settings.failed_threshold, degraded=settings.degraded_threshold)
    verdict = judge(watched, lambda session: book.policy_for(session, today))
    notices += [text for judged in verdict.sessions for text in judged.notices]
    details: Mapping[str, Detail] = {}
    if settings.details:
        details, more = _details(verdict, checkly, around, until_s=deadline_s)
        notices += more
    report = reports.of_verdict(verdict, report_only=settings.report_only, decided_at=decided_at)
    return replace(report, details=details, notices=tuple(notices))


def _wait(
    session_ids: tuple[str, ...],
    settings: Settings,
    checkly: Checkly,
    around: Surroundings,
    deadline_s: float,
    notice: Callable[[str], None],
) -> tuple[PollResult, ...]:
    """Waits for the sessions, and shows what happens meanwhile."""
    progress = Progress(len(session_ids), settings.timeout)

    def observe(event: Event) -> None:
        waited_s = around.clock.now_s() - (deadline_s - settings.timeout)
        for line in progress.lines(event, waited_s):
            around.console.line(line)
        around.console.state(progress.state(waited_s))
        if isinstance(event, Noticed):
            notice(event.text)

    sessions = "1 check session" if len(session_ids) == 1 else f"{len(session_ids)} check sessions"
    around.console.line(
        Line(f"checkly-gate: {sessions}, waiting {format_duration(settings.timeout)} at most")
    )
    return watch(
        session_ids,
        checkly,
        Patience(timeout_s=deadline_s - around.clock.now_s(), poll_interval_s=settings.poll_interval),
        jitter=around.jitter,
        observe=observe,
    )


_NO_ACCOUNT = "account-id is not given: Checkly's own API asks for it (CHECKLY_ACCOUNT_ID)"
_DEPRECATED = (
    "v1 of Checkly's check-session API answered, which Checkly has deprecated: set api-version to v2"
)


def _cancel(watched: Iterable[PollResult], checkly: Checkly) -> Iterable[Line]:
    """Asks Checkly to cancel what the gate leaves running."""
    until_s = checkly.clock.now_s() + _CANCEL_WITHIN_S
    for each in watched:
        runs = each.session is not None and each.session.phase is not Phase.FINISHED
        if each.session is None or not runs or each.ending not in (Ending.TIMEOUT, Ending.STOPPED):
            continue
        try:
            checkly.cancel(each.session_id, until_s=until_s)
        except (RequestFailed, Stopped) as error:
            yield Line(f"{each.session.name} could not be cancelled: {error}", Tone.WARN)
        else:
            yield Line(f"{each.session.name}: asked Checkly to cancel what still runs")


def _details(
    verdict: Verdict, checkly: Checkly, around: Surroundings, *, until_s: float
) -> tuple[Mapping[str, Detail], Sequence[str]]:
    """Why results are not green, as far as Checkly says so, and notices; the verdict stands already."""
    unsound = results_to_explain(verdict.sessions)
    if not unsound or any(judged.ending is Ending.STOPPED for judged in verdict.sessions):
        return {}, ()
    wanted = unsound[:MOST_RESULTS]
    around.console.state(f"asking why {_are_not_green(len(wanted))}")
    found = {}
    try:
        until_s = min(until_s, around.clock.now_s() + _EXPLAIN_WITHIN_S)
        for result_id, detail in explain(wanted, checkly, until_s=until_s):
            found[result_id] = detail  # noqa: PERF403 - what comes before an error is kept
    except (RequestFailed, Stopped) as error:
        left = len(wanted) - len(found)
        around.console.line(Line(f"why {_are_not_green(left)} could not be read: {error}", Tone.FAINT))
    few = f"why was asked for {len(wanted)} of {len(unsound)} results that are not green"
    return found, (few,) if len(wanted) < len(unsound) else ()


def _are_not_green(results: int) -> str:
    return "1 result is not green" if results == 1 else f"{results} results are not green"
