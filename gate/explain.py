"""Asks Checkly why results are not green: a few at once, in bounded time, and only after the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from gate.client import Checkly
from gate.details import Asked, Detail, request_for
from gate.errors import CheckSessionUnreadable, NoSuchSession, Transient
from gate.reasons import read_detail

_AT_ONCE = 4
_PAUSE_S = 0.5


def explain(wanted: Sequence[Asked], checkly: Checkly, *, until_s: float) -> Iterator[tuple[str, Detail]]:
    """Yields result ids with their details as they come in; what Checkly no longer keeps is left out.

    What meets passing trouble is asked for once more. Raises a `CheckSessionUnreadable` for what could not
    be read then, or as soon as it is known that nothing can be; `Stopped` where a signal comes.
    """
    trouble: dict[Asked, Transient] = {}
    for batch in _batches(wanted):
        yield from _ask(batch, checkly, until_s, trouble)
    if not trouble:
        return
    checkly.clock.sleep_s(max(min(_PAUSE_S, until_s - checkly.clock.now_s()), 0.0))
    again, trouble = tuple(trouble), {}
    for batch in _batches(again):
        yield from _ask(batch, checkly, until_s, trouble)
    for error in trouble.values():
        raise error


def _batches(wanted: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    return (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))


def _ask(
    batch: Sequence[Asked], checkly: Checkly, until_s: float, trouble: dict[Asked, Transient]
) -> Iterator[tuple[str, Detail]]:
    """Yields what is answered to the batch, and takes note of what met passing trouble."""
    replies = checkly.ask_each([request_for(asked) for asked in batch], until_s=until_s)
    for asked, reply in zip(batch, replies, strict=True):
        try:
            if isinstance(reply, CheckSessionUnreadable):
                raise reply
            yield asked.result_id, read_detail(reply, asked.result_id)
        except NoSuchSession:
            pass  # Checkly keeps details for some days only
        except Transient as error:
            if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise  # the limit is the account's, and this is only decoration
            trouble[asked] = error
