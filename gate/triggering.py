"""Starts the checks that are to be triggered, and says what became of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gate.checkly.client import Checkly
from gate.checkly.triggers import not_started, trigger_request
from gate.config.settings import Settings
from gate.domain.errors import CheckNotStarted, GateError, RequestFailed, Stopped

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Triggered:
    """The ids of the sessions that were started, and why the gate cannot open whatever becomes of them."""

    session_ids: tuple[str, ...] = ()
    fault: GateError | None = None
    notices: tuple[str, ...] = ()


def trigger(
    settings: Settings, checkly: Checkly, tell: Callable[[str], None], *, until_s: float
) -> Triggered:
    """Starts what the settings say; the sessions are told before anybody waits for them. Raises nothing."""
    check_ids = settings.trigger_check_id
    if not (check_ids or settings.trigger_tags):
        return Triggered()
    request = trigger_request(check_ids, settings.trigger_tags, refresh_cache=settings.refresh_cache)
    try:
        started = checkly.trigger(request, until_s=until_s, tell=tell)
    except (RequestFailed, Stopped) as error:
        return Triggered(fault=error)
    for each in started:
        tell(f"started {each.check_name or each.session_id}: {each.link}")
    session_ids = tuple(each.session_id for each in started)
    absent = not_started(check_ids, started)
    if not absent:
        return Triggered(session_ids)
    said = f"no session was started of {_named(absent)}"
    if settings.trigger_tags:
        notice = f"{said}: a check that trigger-check-id names must have the tags of trigger-tags too"
        return Triggered(session_ids, notices=(notice,))
    return Triggered(session_ids, fault=CheckNotStarted(said))


def _named(check_ids: Sequence[str]) -> str:
    more = f" and {len(check_ids) - _MOST_NAMED} more" if len(check_ids) > _MOST_NAMED else ""
    return f"check{'s' * (len(check_ids) > 1)} {', '.join(check_ids[:_MOST_NAMED])}{more}"
