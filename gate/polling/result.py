"""What was known of each session when the wait ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from gate.domain.errors import GateError, NoSuchSession
from gate.domain.session import Session, SessionRef


class Ending(Enum):
    """How the wait for one session ended."""

    FINISHED = "finished"
    TIMEOUT = "timeout"
    INCONCLUSIVE = "cannot tell"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PollResult:
    """What was known of one session when the wait ended; `error` is why, if that is not its end."""

    ref: SessionRef
    session: Session | None
    ending: Ending
    error: GateError | None = None


def with_accounts(polled: Iterable[PollResult], account_id: str) -> Iterable[PollResult]:
    """Name the account of the link in the errors of sessions that `account_id` does not know."""
    for each in polled:
        other = each.ref.account
        if isinstance(each.error, NoSuchSession) and account_id and other not in ("", account_id):
            text = f"{each.error}; the link is of the account {other}, and account-id is {account_id}"
            yield replace(each, error=NoSuchSession(text, status=each.error.status))
        else:
            yield each


def ended_before(polled: Iterable[PollResult], moment: datetime) -> Iterable[Session]:
    """Return the sessions that Checkly had ended before a moment."""
    for each in polled:
        if each.session and each.session.stopped_at and each.session.stopped_at < moment:
            yield each.session
