"""The order of a report's rows: the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gate.domain.session import Check
from gate.evaluation.judged import Conclusion, JudgedSession, Row
from gate.report.report import Report

_WORST_FIRST = (
    Conclusion.RED,
    Conclusion.UNDECIDED,
    Conclusion.TOLERATED,
    Conclusion.SKIPPED,
    Conclusion.GREEN,
)
_CALM = (Conclusion.GREEN, Conclusion.SKIPPED)
_MOST_NAMED = 10


class Entry(NamedTuple):
    """A row, its session, and the position of that session in the report."""

    session: int
    judged: JudgedSession
    row: Row

    @property
    def badness(self) -> tuple[int, int]:
        """Return a sort key. It is smallest for the worst row."""
        return _WORST_FIRST.index(self.row.conclusion), self.row.outcome.state.badness

    @property
    def is_calm(self) -> bool:
        """Return whether the row is green or skipped."""
        return self.row.conclusion in _CALM

    @property
    def check(self) -> str:
        """Return the label that distinguishes the row's check from the other checks of the session."""
        return self.judged.naming.label(self.row.outcome.check)


class CheckEntries(NamedTuple):
    """The rows of one check in all sessions that ran it, worst first."""

    name: str
    entries: tuple[Entry, ...]

    @property
    def conclusion(self) -> Conclusion:
        """Return the worst conclusion for the check's rows."""
        return self.entries[0].row.conclusion


def worst_first(report: Report) -> tuple[Entry, ...]:
    """Return the rows of all sessions, worst first. Equally bad rows keep the order of the sessions."""
    entries = (
        Entry(number, judged, row) for number, judged in enumerate(report.sessions) for row in judged.rows
    )
    return tuple(sorted(entries, key=lambda entry: entry.badness))


def by_check(entries: Iterable[Entry]) -> tuple[CheckEntries, ...]:
    """Group rows by check. Checks without an ID may share a name, so they are grouped by session too."""
    groups: dict[tuple[Check, int], list[Entry]] = {}
    for entry in entries:
        check = entry.row.outcome.check
        groups.setdefault((check, -1 if check.id else entry.session), []).append(entry)
    return tuple(CheckEntries(group[0].check, tuple(group)) for group in groups.values())


def sessions_worst_first(report: Report) -> tuple[tuple[int, JudgedSession], ...]:
    """Return the sessions with their positions: first those without rows, then those that close the gate."""

    def badness(numbered: tuple[int, JudgedSession]) -> tuple[bool, bool, bool, bool]:
        judged = numbered[1]
        return bool(judged.rows), not judged.closing, not judged.error, not is_worth_a_look(judged)

    return tuple(sorted(enumerate(report.sessions), key=badness))


def is_worth_a_look(judged: JudgedSession) -> bool:
    """Return whether a session has anything to report, such as a row that is neither green nor skipped."""
    is_calm = all(row.conclusion in _CALM for row in judged.rows)
    return bool(judged.decisions or judged.contradictions or judged.error) or not is_calm


def overview(checks: Sequence[CheckEntries]) -> str:
    """Name the checks that are neither green nor skipped: `1 of 40 checks closes the gate: Login`.

    Locations are named only if there are several.
    """
    with_places = len({entry.row.outcome.location for check in checks for entry in check.entries}) > 1
    said: list[str] = []
    for conclusion, words in (
        (Conclusion.RED, "the gate"),
        (Conclusion.UNDECIDED, "undecided"),
        (Conclusion.TOLERATED, "tolerated"),
    ):
        found = [check for check in checks if check.conclusion is conclusion]
        if found:
            number = str(len(found)) if said else f"{len(found)} of {_checks(len(checks))}"
            verb = ("closes " if len(found) == 1 else "close ") if conclusion is Conclusion.RED else ""
            said.append(f"{number} {verb}{words}: {_named(found, with_places=with_places)}")
    return "; ".join(said) or f"{_checks(len(checks))} green or skipped"


def _checks(number: int) -> str:
    return "1 check" if number == 1 else f"{number} checks"


def _named(checks: Sequence[CheckEntries], *, with_places: bool) -> str:
    more = f" and {len(checks) - _MOST_NAMED} more" if len(checks) > _MOST_NAMED else ""
    names = [check.name + (f" ({_places(check)})" if with_places else "") for check in checks[:_MOST_NAMED]]
    return ", ".join(names) + more


def _places(check: CheckEntries) -> str:
    """Name the locations of the check's worst rows."""
    found = [
        entry.row.outcome.location for entry in check.entries if entry.row.conclusion is check.conclusion
    ]
    places = list(dict.fromkeys(found))
    more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
    return ", ".join(places[:_MOST_NAMED]) + more
