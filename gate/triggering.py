"""Starts the checks that are to be triggered before the gate waits for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gate.checkly.client import Checkly
from gate.checkly.trigger_call import send_trigger
from gate.checkly.triggers import not_started, trigger_request
from gate.config.settings import Settings
from gate.domain.errors import CheckNotStarted, GateError, RequestFailed, Stopped
from gate.domain.session import SessionKind, SessionRef

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Triggered:
    """The sessions that were started. With a fault the gate cannot open, whatever becomes of them."""

    refs: tuple[SessionRef, ...] = ()
    fault: GateError | None = None
    notices: tuple[str, ...] = ()


def trigger(settings: Settings, checkly: Checkly, log: Callable[[str], None], *, until_s: float) -> Triggered:
    """Start the checks that the settings name, and log each session. Raises nothing."""
    check_ids = settings.trigger_check_id
    if not (check_ids or settings.trigger_tags):
        return Triggered()
    request = trigger_request(check_ids, settings.trigger_tags, refresh_cache=settings.refresh_cache)
    try:
        started = send_trigger(request, checkly, until_s=until_s, log=log)
    except (RequestFailed, Stopped) as error:
        return Triggered(fault=error)
    for each in started:
        log(f"started {each.check_name or each.session_id}: {each.link}")
    refs = tuple(SessionRef(each.session_id, SessionKind.CHECK) for each in started)
    absent = not_started(check_ids, started)
    if not absent:
        return Triggered(refs)
    said = f"no session was started of {_named(absent)}"
    if settings.trigger_tags:
        notice = f"{said}: a check that trigger-check-id names must have the tags of trigger-tags too"
        return Triggered(refs, notices=(notice,))
    return Triggered(refs, fault=CheckNotStarted(said))


def _named(check_ids: Sequence[str]) -> str:
    more = f" and {len(check_ids) - _MOST_NAMED} more" if len(check_ids) > _MOST_NAMED else ""
    return f"check{'s' * (len(check_ids) > 1)} {', '.join(check_ids[:_MOST_NAMED])}{more}"
