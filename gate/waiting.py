"""Wait for the sessions, and log the events of the wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from gate.checkly.client import Checkly
from gate.checkly.ports import Clock
from gate.commits import Commits
from gate.config.settings import Settings
from gate.domain.errors import GateError
from gate.domain.session import SessionRef
from gate.polling.events import Event, Noticed
from gate.polling.loop import Patience, poll
from gate.polling.result import Ending, PollResult
from gate.report.log.progress import Progress
from gate.text.duration import format_duration
from gate.text.style import Line


class Context(NamedTuple):
    """The clocks, the jitter and the log of a run. `show_state` redraws the status line, if there is one."""

    clock: Clock
    jitter: Callable[[], float]
    wall_clock: Callable[[], datetime]
    log: Callable[[Line], None]
    show_state: Callable[[str], None]


def wait_for_all(
    refs: tuple[SessionRef, ...],
    commits: Commits,
    context: Context,
    deadline_s: float,
    notice: Callable[[str], None],
) -> tuple[tuple[PollResult, ...], GateError | None]:
    """Wait for the sessions, and for further sessions of the commit that appear during the wait."""
    settings, checkly = commits.settings, commits.checkly
    polled = _poll(refs, settings, checkly, context, deadline_s, notice)
    while settings.commit and all(each.ending is Ending.FINISHED for each in polled):
        try:
            more = commits.find_more((each.ref for each in polled), until_s=deadline_s)
        except GateError as error:
            return polled, error
        if not more:
            break
        polled += _poll(more, settings, checkly, context, deadline_s, notice)
    return polled, None


def _poll(
    refs: tuple[SessionRef, ...],
    settings: Settings,
    checkly: Checkly,
    context: Context,
    deadline_s: float,
    notice: Callable[[str], None],
) -> tuple[PollResult, ...]:
    """Wait for the sessions, and log the events of the wait."""
    progress = Progress(len(refs), settings.timeout)

    def observe(event: Event) -> None:
        waited_s = context.clock.now_s() - (deadline_s - settings.timeout)
        for line in progress.lines(event, waited_s):
            context.log(line)
        context.show_state(progress.state(waited_s))
        if isinstance(event, Noticed):
            notice(event.text)

    sessions = "1 session" if len(refs) == 1 else f"{len(refs)} sessions"
    longest = format_duration(settings.timeout)
    context.log(Line(f"checkly-gate: waiting for {sessions}, at most {longest}"))
    return poll(
        refs,
        checkly,
        Patience(timeout_s=deadline_s - context.clock.now_s(), poll_interval_s=settings.poll_interval),
        jitter=context.jitter,
        observe=observe,
    )
