"""The result of the wait for each session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from gate.domain.errors import GateError, NoSuchSession, Stopped
from gate.domain.session import Session, SessionRef

MOST_RESULTS_AT_A_SIGNAL = 10_000  # a slow machine cannot report more within 5 s


class Ending(Enum):
    """How the wait for one session ended."""

    FINISHED = "finished"
    TIMEOUT = "timeout"
    INCONCLUSIVE = "cannot tell"
    STOPPED = "stopped"


class PollResult(NamedTuple):
    """The last known state of one session; `error` explains why the wait ended before the session did."""

    ref: SessionRef
    session: Session | None
    ending: Ending
    error: GateError | None = None


def with_accounts(polled: Iterable[PollResult], account_id: str) -> Iterable[PollResult]:
    """Add the account in a session's link to the error if a session was not found and account-id differs."""
    for each in polled:
        other = each.ref.account
        if isinstance(each.error, NoSuchSession) and account_id and other not in ("", account_id):
            text = f"{each.error}; the link belongs to account {other}, but account-id is {account_id}"
            error = NoSuchSession(text, status=each.error.status).looked_up_as(each.ref.kind)
            yield each._replace(error=error)
        else:
            yield each


def ended_before(polled: Iterable[PollResult], moment: datetime) -> Iterable[Session]:
    """Return the sessions that ended before `moment`."""
    for each in polled:
        if each.session and each.session.stopped_at and each.session.stopped_at < moment:
            yield each.session


def reportable_at_once(
    polled: Sequence[PollResult], fault: GateError | None
) -> tuple[tuple[PollResult, ...], int]:
    """Return the results, and the number of sessions that are too large to report in time after a signal.

    Without a signal, everything is reported. After a signal (which may be the `fault` that ended the search
    for more sessions), sessions that ended badly take precedence. Sessions for which no time is left count as
    stopped, because a session cannot be judged without its results.
    """
    errors = (fault, *(each.error for each in polled))
    stopped = next((error for error in errors if isinstance(error, Stopped)), None)
    if stopped is None:
        return tuple(polled), 0
    room = MOST_RESULTS_AT_A_SIGNAL
    kept = list(polled)
    left_out = 0
    for number, each in sorted(enumerate(polled), key=lambda numbered: not _ended_badly(numbered[1])):
        if each.session is None:
            continue
        size = sum(len(run.run_locations) + len(run.results) for run in each.session.checks)
        if size <= room:
            room -= size
        else:
            left_out += 1
            runs = tuple(run._replace(run_locations=(), results=()) for run in each.session.checks[:1])
            bare = replace(each.session, checks=runs)
            kept[number] = PollResult(each.ref, bare, Ending.STOPPED, stopped)
    return tuple(kept), left_out


def _ended_badly(polled: PollResult) -> bool:
    return (
        polled.ending is Ending.FINISHED and polled.session is not None and polled.session.status != "PASSED"
    )
