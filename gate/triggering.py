"""Trigger checks, before the gate waits for their sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gate.checkly.client import Checkly
from gate.checkly.suite_triggers import read_started_suite, suite_request
from gate.checkly.trigger_call import send_trigger
from gate.checkly.triggers import Started, not_started, target_of, trigger_request
from gate.config.settings import Settings
from gate.domain.errors import GateError, RequestFailed, Stopped
from gate.domain.session import SessionKind, SessionRef
from gate.domain.trigger_errors import CheckNotStarted
from gate.domain.triggered import Triggered

_MOST_NAMED = 10


def trigger(settings: Settings, checkly: Checkly, log: Callable[[str], None], *, until_s: float) -> Triggered:
    """Start the checks that the settings name, and log each session. Raises nothing."""
    if settings.trigger_as is SessionKind.TEST:
        return _trigger_test_sessions(settings, checkly, log, until_s)
    return _trigger_check_sessions(settings, checkly, log, until_s)


def _trigger_check_sessions(
    settings: Settings, checkly: Checkly, log: Callable[[str], None], until_s: float
) -> Triggered:
    check_ids = settings.trigger_check_id
    request = trigger_request(check_ids, settings.trigger_tags, refresh_cache=settings.refresh_cache)
    try:
        started = send_trigger(request, checkly, until_s=until_s, log=log)
    except (RequestFailed, Stopped) as error:
        return Triggered(fault=error)
    for each in started:
        log(_started(each))
    refs = tuple(SessionRef(each.session_id, SessionKind.CHECK) for each in started)
    absent = not_started(check_ids, started)
    if not absent:
        return Triggered(refs)
    said = f"no session was started for {_named(absent)}"
    if settings.trigger_tags:
        notice = f"{said}: a check in trigger-check-id must also have the tags in trigger-tags"
        return Triggered(refs, notices=(notice,))
    return Triggered(refs, fault=CheckNotStarted(said))


def _trigger_test_sessions(
    settings: Settings, checkly: Checkly, log: Callable[[str], None], until_s: float
) -> Triggered:
    """Start one session for each location. Started sessions are kept even if the next call fails."""
    target = target_of(settings.trigger_check_id, settings.trigger_tags)
    refs: list[SessionRef] = []
    fault: GateError | None = None
    for location in settings.trigger_location:
        request = suite_request(
            location,
            target,
            name=settings.trigger_name,
            variables=settings.trigger_env,
            metadata=settings.metadata,
            refresh_cache=settings.refresh_cache,
        )
        try:
            (started,) = send_trigger(
                request, checkly, until_s=until_s, log=log, read=read_started_suite, served=""
            )
        except (RequestFailed, Stopped) as error:
            fault = error.during(f"trigger at {location}")
            log(str(fault))
            break
        log(f"{_started(started)} ({location})")
        refs.append(SessionRef(started.session_id, SessionKind.TEST))
    # If tags are given too, they may exclude a named check, so the number of checks is unknown.
    wanted = 0 if settings.trigger_tags else len(settings.trigger_check_id)
    return Triggered(tuple(refs), fault, checks={ref.id: wanted for ref in refs if wanted})


def _started(each: Started) -> str:
    return f"started {each.name or each.session_id}: {each.link}"


def _named(check_ids: Sequence[str]) -> str:
    more = f" and {len(check_ids) - _MOST_NAMED} more" if len(check_ids) > _MOST_NAMED else ""
    return f"check{'s' * (len(check_ids) > 1)} {', '.join(check_ids[:_MOST_NAMED])}{more}"
