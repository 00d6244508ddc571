"""Asks Checkly why results are not green: a few at once, in bounded time, and only after the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus

from gate.checkly.client import Checkly
from gate.checkly.failure_reasons import read_detail
from gate.checkly.http import is_uuid
from gate.checkly.results import Asked, request_for
from gate.domain.detail import Detail
from gate.domain.errors import NoSuchSession, RequestFailed, Transient
from gate.evaluation.outcomes import State, result_state
from gate.evaluation.verdict import Conclusion, JudgedSession, Row

_AT_ONCE = 4
_PAUSE_S = 0.5


def explain(wanted: Sequence[Asked], checkly: Checkly, *, until_s: float) -> Iterator[tuple[str, Detail]]:
    """Yields result ids with their details as they come in; what Checkly no longer keeps is left out.

    What meets passing trouble is asked for once more. Raises a `RequestFailed` for what could not
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
            if isinstance(reply, RequestFailed):
                raise reply
            yield asked.result_id, read_detail(reply, asked.result_id)
        except NoSuchSession:
            pass  # Checkly keeps details for some days only
        except Transient as error:
            if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise  # the limit is the account's, and this is only decoration
            trouble[asked] = error


def results_to_explain(sessions: Iterable[JudgedSession]) -> tuple[Asked, ...]:
    """The results of locations that are not green, the worst location's first; not all need be asked about.

    The result that speaks for a location comes before the attempts of any.
    """
    rows = [(judged, row) for judged in sessions for row in judged.rows if row.conclusion in _EXPLAINED]
    rows.sort(key=lambda each: (_EXPLAINED.index(each[1].conclusion), each[1].outcome.state.badness))
    runs = [(judged, _unsound_runs(row)) for judged, row in rows]
    ordered = [(judged, run) for judged, found in runs for run in found[:1]]
    ordered += [(judged, run) for judged, found in runs for run in found[1:]]
    asked = (
        Asked(judged.session.check_id.lower(), run.lower())
        for judged, run in ordered
        if judged.session and is_uuid(judged.session.check_id) and is_uuid(run)
    )
    return tuple(dict.fromkeys(asked))


_EXPLAINED = (Conclusion.RED, Conclusion.UNDECIDED, Conclusion.TOLERATED)


def _unsound_runs(row: Row) -> list[str]:
    """The ids of a location's runs that were not green, the last one first."""
    return [run.id for run in reversed(row.outcome.runs) if result_state(run) is not State.PASSED]
