"""Fetch the reasons why results are not green: a few at a time, with a time limit, after the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus

from gate.checkly.client import Checkly
from gate.checkly.failure_reasons import read_detail
from gate.checkly.results import DetailRef, detail_ref
from gate.domain.detail import Detail
from gate.domain.errors import NoSuchSession, RequestFailed, Transient
from gate.evaluation.judged import NEEDS_REASONS, JudgedSession, Row
from gate.evaluation.states import State, result_state

MOST_RESULTS = 20
_AT_ONCE = 4
_PAUSE_S = 0.5


def explain(wanted: Sequence[DetailRef], checkly: Checkly, *, until_s: float) -> Iterator[tuple[str, Detail]]:
    """Yield the IDs of results with their details. Results that Checkly no longer keeps are skipped.

    After a temporary failure, a request is repeated once. Raises a `RequestFailed` if the second request
    fails too, or at once if the error is final or a 429. Raises `Stopped` if a signal arrives.
    """
    trouble: dict[DetailRef, Transient] = {}
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


def _batches(wanted: Sequence[DetailRef]) -> Iterator[Sequence[DetailRef]]:
    return (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))


def _ask(
    batch: Sequence[DetailRef], checkly: Checkly, until_s: float, trouble: dict[DetailRef, Transient]
) -> Iterator[tuple[str, Detail]]:
    """Yield the details that the requests of a batch return, and add temporary failures to `trouble`."""
    replies = checkly.ask_each([wanted.request for wanted in batch], until_s=until_s)
    for wanted, reply in zip(batch, replies, strict=True):
        try:
            if isinstance(reply, RequestFailed):
                raise reply
            yield wanted.result_id, read_detail(reply, wanted.result_id)
        except NoSuchSession:
            pass  # Checkly keeps details for only a few days
        except Transient as error:
            if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise  # the whole account shares the rate limit, and details are not essential
            trouble[wanted] = error


def results_to_explain(sessions: Iterable[JudgedSession]) -> Iterator[DetailRef]:
    """Yield the results that are not green in rows that need reasons, beginning with the worst row.

    The last such result of each row comes before the earlier ones of all rows.
    """
    rows = [(judged, row) for judged in sessions for row in judged.rows if row.conclusion in NEEDS_REASONS]
    rows.sort(key=lambda each: (NEEDS_REASONS.index(each[1].conclusion), each[1].outcome.state.badness))
    seen: set[str] = set()
    for runs in (slice(1), slice(1, None)):
        for judged, row in rows:
            for run in _unsound_runs(row)[runs]:
                ref = detail_ref(judged.session, row.outcome.check.id, run) if judged.session else None
                if ref and run not in seen:
                    seen.add(run)
                    yield ref


def _unsound_runs(row: Row) -> list[str]:
    """Return the IDs of a location's runs that were not green, the last one first."""
    return [run.id for run in reversed(row.outcome.runs) if result_state(run) is not State.PASSED]
