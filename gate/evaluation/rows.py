"""Assign the results of a check to its run locations, including retries in other regions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gate.domain.session import CheckRun, Result, ResultKind


@dataclass(slots=True)
class LocationResults:
    """The results that belong to one run location.

    `finals` are the FINAL results or, if there are none, the results that stand in for them. `unsettled`
    results can make the location red but never green. If `is_ambiguous` is true, the finals may belong to
    another location whose retry also ran elsewhere.
    """

    location: str
    finals: list[Result] = field(default_factory=list)
    attempts: list[Result] = field(default_factory=list)
    unsettled: list[Result] = field(default_factory=list)
    is_ambiguous: bool = False


class Severity(NamedTuple):
    """The severity of results under a policy.

    Rank 0 is the worst. A red result closes the gate unless a threshold tolerates it.
    """

    rank: Callable[[Result], int]
    is_red: Callable[[Result], bool]


def results_by_location(
    run: CheckRun, severity: Severity, *, skipped: Collection[str] = ()
) -> tuple[LocationResults, ...]:
    """Return the results of each run location, in the order of `run.run_locations`.

    A result from an unlisted location counts as the retry of a listed location that has only attempts. If no
    listed location has only attempts, the unlisted location gets a separate entry. If the session does not
    show which retry belongs to which location, the worst retry counts for every candidate.
    """
    listed = {location: LocationResults(location) for location in run.run_locations}
    foreign: dict[str, LocationResults] = {}
    for result in run.results:
        known = listed if result.location in listed else foreign
        _add(known.setdefault(result.location, LocationResults(result.location)), result)
    for found in (*listed.values(), *foreign.values()):
        if any(final.kind is ResultKind.FINAL for final in found.finals):
            found.finals = [final for final in found.finals if final.kind is ResultKind.FINAL]
    finals = [final for found in foreign.values() for final in found.finals]
    finals += [result for found in foreign.values() for result in found.unsettled if severity.is_red(result)]
    _place_finals(listed, sorted(finals, key=_in_time), severity, skipped)
    attempts = [attempt for found in foreign.values() for attempt in found.attempts]
    _place_attempts(list(listed.values()), attempts, severity, skipped)
    return tuple(listed.values())


def when_stopped(result: Result) -> tuple[bool, float]:
    """Return a sort key: results without a stop time come first, then the others by their stop times."""
    return (True, result.stopped_at.timestamp()) if result.stopped_at else (False, 0.0)


def _in_time(result: Result) -> tuple[tuple[bool, float], str, str]:
    """Return a sort key that does not depend on the order of the results in the document."""
    return when_stopped(result), result.location, result.id


def _add(found: LocationResults, result: Result) -> None:
    match result.kind:
        case ResultKind.ATTEMPT:
            found.attempts.append(result)
        case ResultKind.UNSETTLED:
            found.unsettled.append(result)
        case ResultKind.FINAL | ResultKind.STAND_IN:
            found.finals.append(result)


def _place_finals(
    rows: dict[str, LocationResults], finals: Sequence[Result], severity: Severity, skipped: Collection[str]
) -> None:
    """Add the final results of unlisted locations to the rows that lack a final result, or as separate rows.

    If only some of them get separate rows, those from skipped locations are the last to get one.
    """
    waiting = [row for row in rows.values() if row.attempts and not row.finals]
    separate: Iterable[Result] = ()
    if not waiting:
        # No listed location lacks a final, so these finals are not retries of listed locations.
        separate = finals
    elif len(finals) < len(waiting):
        # There are too few finals, and it is unknown which rows lack one. Unless a final is red, all of
        # these rows count as missing.
        if any(map(severity.is_red, finals)):
            _complete_all(waiting, finals, severity)
    elif len({severity.rank(final) for final in finals}) == 1:
        # All finals are equally bad, so it does not matter which row gets which.
        skipped_first = sorted(finals, key=lambda final: final.location not in skipped)
        for row, final in zip(waiting, skipped_first, strict=False):
            row.finals = [final]
        separate = skipped_first[len(waiting) :]
    else:
        # Any row may have the worst final, so each gets all finals. The worst finals also get separate rows.
        _complete_all(waiting, finals, severity)
        worst_first = sorted(finals, key=lambda final: (final.location in skipped, severity.rank(final)))
        separate = worst_first[: len(finals) - len(waiting)]
    for final in separate:
        rows.setdefault(final.location, LocationResults(final.location)).finals.append(final)


def _complete_all(waiting: Sequence[LocationResults], finals: Sequence[Result], severity: Severity) -> None:
    """Give all finals to each row. Among finals of the same rank, only the latest is kept.

    A final that Checkly itself reports as degraded is kept too, because it explains why the session is
    DEGRADED.
    """
    distinct = list({(severity.rank(final), final.is_degraded): final for final in finals}.values())
    for row in waiting:
        row.finals, row.is_ambiguous = list(distinct), True


def _place_attempts(
    rows: Sequence[LocationResults],
    attempts: Sequence[Result],
    severity: Severity,
    skipped: Collection[str],
) -> None:
    """Add each failed attempt of an unlisted location to the row to which it most probably belongs.

    If no listed location was retried, the attempt is added to a row that counts and is not red. That row
    becomes flaky.
    """
    finished_in: dict[str, LocationResults] = {}
    for row in rows:
        if not row.is_ambiguous:
            for final in row.finals:
                finished_in.setdefault(final.location, row)
    counted_first = sorted(rows, key=lambda row: row.location in skipped)
    retried = [row for row in counted_first if row.attempts]
    usable = [row for row in counted_first if row.finals and not any(map(severity.is_red, row.finals))]
    counted = [row for row in usable if row.location not in skipped]
    likely = next(iter(retried or counted or counted_first), None)
    for attempt in attempts:
        probable = finished_in.get(attempt.location, likely)
        if probable is not None:
            probable.attempts.append(attempt)
