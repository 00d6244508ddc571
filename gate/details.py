"""Why results are not green: what is known of it, and about which results to ask.

Details decorate and never decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gate.api import Request, is_uuid
from gate.locations import State, result_state
from gate.verdict import JudgedSession, Row, Standing

MOST_RESULTS = 20


@dataclass(frozen=True, slots=True)
class Detail:
    """Why a result is as it is: reasons, the weightiest first, and the names of what was recorded of it.

    Each text is one clean line.
    """

    reasons: tuple[str, ...]
    recordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A result to ask about."""

    check_id: str
    result_id: str


def results_to_explain(sessions: Iterable[JudgedSession]) -> tuple[Asked, ...]:
    """The results of locations that are not green, the worst location's first; not all need be asked about.

    The result that speaks for a location comes before the attempts of any.
    """
    rows = [(judged, row) for judged in sessions for row in judged.rows if row.standing in _EXPLAINED]
    rows.sort(key=lambda each: (_EXPLAINED.index(each[1].standing), each[1].outcome.state.badness))
    runs = [(judged, _unsound_runs(row)) for judged, row in rows]
    ordered = [(judged, run) for judged, found in runs for run in found[:1]]
    ordered += [(judged, run) for judged, found in runs for run in found[1:]]
    asked = (
        Asked(judged.session.check_id.lower(), run.lower())
        for judged, run in ordered
        if judged.session and is_uuid(judged.session.check_id) and is_uuid(run)
    )
    return tuple(dict.fromkeys(asked))


_EXPLAINED = (Standing.RED, Standing.UNDECIDED, Standing.TOLERATED)


def _unsound_runs(row: Row) -> list[str]:
    """The ids of a location's runs that were not green, the last one first."""
    return [run.id for run in reversed(row.outcome.runs) if result_state(run) is not State.PASSED]


def request_for(asked: Asked) -> Request:
    """The call for one result's details; its ids have been found to be UUIDs."""
    return Request("GET", f"/v1/check-results/{asked.check_id}/{asked.result_id}")
