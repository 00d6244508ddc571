"""Fetch more facts about failures: whether errors are new, and whether private locations have agents.

These facts are fetched after the reasons and supplement them; only `NO_REASON` is replaced. It is not an
error if the key lacks access or if an error group no longer exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

from gate.checkly.client import Checkly
from gate.checkly.error_groups import ErrorGroup, ErrorGroupRef, read_error_group
from gate.checkly.failure_reasons import NO_REASON
from gate.checkly.private_locations import REQUEST, read_idle_locations
from gate.domain.detail import Detail
from gate.domain.errors import Forbidden, NoSuchSession, NotServed, RequestFailed, Transient
from gate.domain.session import Session
from gate.evaluation.judged import Conclusion, JudgedSession
from gate.evaluation.states import State

MOST_GROUPS = 20
_AT_ONCE = 4


def absences(sessions: Iterable[JudgedSession], checkly: Checkly, *, until_s: float) -> dict[str, Detail]:
    """Return the reason for missing results at private locations without a running agent, by location.

    A request is sent only if a result is missing. Raises a `RequestFailed`, or `Stopped` if a signal arrives.
    """
    missing = {
        row.outcome.location
        for judged in sessions
        for row in judged.rows
        if row.outcome.state is State.MISSING and row.conclusion is not Conclusion.SKIPPED
    }
    if not missing:
        return {}
    (reply,) = checkly.ask_each([REQUEST], until_s=until_s)
    if isinstance(reply, RequestFailed):
        raise reply
    try:
        idle = read_idle_locations(reply)
    except (Forbidden, NoSuchSession, NotServed):
        return {}
    return {name: Detail((each.reason,)) for each in idle for name in each.names if name in missing}


def error_groups(
    details: Mapping[str, Detail], sessions: Iterable[JudgedSession], checkly: Checkly, *, until_s: float
) -> Iterator[tuple[ErrorGroupRef, ErrorGroup]]:
    """Yield at most 20 error groups, in the order of the details.

    Raises a `RequestFailed` if groups could not be read, and `Stopped` if a signal arrives.
    """
    session_of = _session_of(sessions)
    refs = [ref for result_id, detail in details.items() for ref in _refs(detail, session_of.get(result_id))]
    wanted = list(dict.fromkeys(refs))[:MOST_GROUPS]
    trouble: Transient | None = None
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        replies = checkly.ask_each([ref.request for ref in batch], until_s=until_s)
        for ref, reply in zip(batch, replies, strict=True):
            try:
                if isinstance(reply, RequestFailed):
                    raise reply
                yield ref, read_error_group(reply, ref)
            except NoSuchSession:
                pass  # Checkly may have merged or removed the group
            except (Forbidden, NotServed):
                return
            except Transient as error:
                if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                    raise
                trouble = error
    if trouble:
        raise trouble


def with_background(
    details: Mapping[str, Detail],
    groups: Mapping[ErrorGroupRef, ErrorGroup],
    sessions: Iterable[JudgedSession],
) -> dict[str, Detail]:
    """Return the details, with the facts about their error groups added."""
    session_of = _session_of(sessions)
    found = {}
    for result_id, detail in details.items():
        session = session_of.get(result_id)
        known = [groups[ref] for ref in _refs(detail, session) if ref in groups]
        found[result_id] = _with_groups(detail, known, session.started_at if session else None)
    return found


def _with_groups(detail: Detail, groups: Sequence[ErrorGroup], started_at: datetime | None) -> Detail:
    """Add to the reasons a line for each group, and one analysis. They replace `NO_REASON`.

    If there is only one group, and the result already has reasons, the message of the group is omitted.
    """
    is_silent = detail.reasons in ((), (NO_REASON,))
    ages = [(group.age(started_at), group.message) for group in groups]
    if not is_silent and len(groups) == 1:
        ages = [(age, "") for age, _ in ages]
    lines = [": ".join(filter(None, each)) for each in ages]
    analysis = next((group.analysis for group in groups if group.analysis), "")
    known = tuple(dict.fromkeys(filter(None, (*lines, analysis))))
    return detail._replace(reasons=known if known and is_silent else (*detail.reasons, *known))


def _refs(detail: Detail, session: Session | None) -> tuple[ErrorGroupRef, ...]:
    return tuple(ErrorGroupRef(session.kind, each) for each in detail.error_groups) if session else ()


def _session_of(sessions: Iterable[JudgedSession]) -> Mapping[str, Session]:
    """Return the session of each result, by the ID of the result."""
    return {
        run.id.lower(): judged.session
        for judged in sessions
        if judged.session
        for row in judged.rows
        for run in row.outcome.runs
    }
