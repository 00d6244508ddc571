"""Send a trigger call, which must not be repeated if it may have started checks."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from gate.checkly.check_sessions import V2
from gate.checkly.client import Checkly
from gate.checkly.http import Request, Response
from gate.checkly.retry import backoff_s
from gate.checkly.triggers import Started, read_started
from gate.domain.errors import NeverConnected, Stopped, Transient
from gate.domain.trigger_errors import NotTriggered, StoppedWhileTriggering, TriggerLost

_PAUSE_AFTER_429_S = 5.0


def send_trigger(
    request: Request,
    checkly: Checkly,
    *,
    until_s: float,
    log: Callable[[str], None],
    read: Callable[[Response], tuple[Started, ...]] = read_started,
    served: str = V2,
) -> tuple[Started, ...]:
    """Start sessions. Repeat the call only if it cannot have started checks, which could otherwise run twice.

    `read` converts the reply to sessions. `served` becomes the version of the check-session API if none is
    known yet. `log` receives one line when the call has to be repeated. Raises `Stopped` if a signal arrives,
    or a `RequestFailed`, such as `NotTriggered` if nothing was started by `until_s`, or `TriggerLost` if it
    is unknown whether the call started checks.
    """
    tries = 0
    while True:
        try:
            started = read(_send_once(request, checkly, until_s))
        except Transient as error:
            trouble = error
        else:
            checkly.version = checkly.version or served
            return started
        pause_s = _pause_s(trouble, tries)
        if pause_s is None:
            raise TriggerLost(str(trouble), status=trouble.status)
        if checkly.clock.now_s() + pause_s >= until_s:
            raise NotTriggered(_in_words(trouble), status=trouble.status)
        if tries == 0:
            log(f"{_in_words(trouble)}; retrying the trigger call")
        tries += 1
        checkly.clock.sleep_s(pause_s)


def _send_once(request: Request, checkly: Checkly, until_s: float) -> Response:
    checkly.afford(until_s)
    try:
        return checkly.transport.send(request, within_s=until_s - checkly.clock.now_s())
    except Stopped as stopped:
        raise StoppedWhileTriggering(stopped.exit_code) from None


def _pause_s(trouble: Transient, tries: int) -> float | None:
    """Return the pause before a retry, or None if the call may have started checks.

    The call cannot have started checks if no connection was made, or if Checkly answered 429.
    """
    if isinstance(trouble, NeverConnected):
        return backoff_s(tries)
    if trouble.status == HTTPStatus.TOO_MANY_REQUESTS:
        return trouble.retry_after_s or _PAUSE_AFTER_429_S
    return None


def _in_words(trouble: Transient) -> str:
    is_limit = trouble.status == HTTPStatus.TOO_MANY_REQUESTS
    return f"Checkly's rate limit rejected the trigger call ({trouble})" if is_limit else str(trouble)
