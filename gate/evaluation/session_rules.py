"""The rules without thresholds. Each judges a whole finished session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gate.domain.session import Session
from gate.evaluation.check_rules import is_measured
from gate.evaluation.decision import Decision, Naming, Place, Rule, place_of
from gate.evaluation.outcomes import Outcome, is_degraded_without_explanation
from gate.evaluation.states import FAILING, GREEN, State, in_words
from gate.policy.effective import Policy


class FinishedSession(NamedTuple):
    """A finished session and its rows.

    The rules use only those parts of `policy` that are the same for all checks.
    """

    session: Session
    rows: tuple[Outcome, ...]
    policy: Policy
    naming: Naming

    @property
    def counted(self) -> tuple[Outcome, ...]:
        """Return the rows that count: all but the skipped ones."""
        return tuple(row for row in self.rows if row.state is not State.SKIPPED)

    def places(self, state: State) -> tuple[Place, ...]:
        """Return the places of the rows in a state."""
        return tuple(place_of(row) for row in self.rows if row.state is state)


def _missing(of: FinishedSession) -> Iterable[Decision]:
    places = of.places(State.MISSING)
    if places:
        closes = not of.policy.allow_missing
        origin = of.policy.origin("missing")
        counted = len(of.counted)
        what = of.naming.share({State.MISSING}, len(places), counted)
        text = f"{what}, {'none' if closes else 'any number'} allowed"
        yield Decision(
            rule=Rule.MISSING,
            closes=closes,
            text=f"{text} ({origin}): {of.naming.names(places)}",
            places=places,
            number=len(places),
            of=counted,
            allowed="0" if closes else "any",
            origin=origin,
        )


def _cancelled(of: FinishedSession) -> Iterable[Decision]:
    places = of.places(State.CANCELLED)
    if of.session.is_cancelled or places:
        closes = not of.policy.allow_cancelled
        origin = of.policy.origin("cancelled")
        counted = len(of.counted)
        what = "the session was cancelled"
        if places:
            what = of.naming.share({State.CANCELLED}, len(places), counted)
        text = f"{what}, which is {'not ' if closes else ''}allowed ({origin})"
        yield Decision(
            rule=Rule.CANCELLED,
            closes=closes,
            text=text + (f": {of.naming.names(places)}" if places else ""),
            places=places,
            number=len(places) or None,
            of=counted if places else None,
            origin=origin,
        )


def _timed_out(of: FinishedSession) -> Iterable[Decision]:
    if of.session.status != "TIMED_OUT" or of.session.is_cancelled:
        return
    without_final = [row for row in of.rows if row.seen is State.MISSING]
    late = tuple(place_of(row) for row in without_final if row.state is not State.SKIPPED)
    if without_final and not late:
        return  # the policy skips every location that kept the session from ending
    text = "Checkly gave up on the session: TIMED_OUT"
    yield Decision(
        rule=Rule.TIMED_OUT,
        closes=True,
        text=f"{text}, no result from {of.naming.names(late)}" if late else text,
        places=late,
    )


def _no_results(of: FinishedSession) -> Iterable[Decision]:
    if of.session.lacks_results:
        text = "the session has ended, but Checkly reported no results"
        yield Decision(rule=Rule.NO_RESULTS, closes=True, text=text)


def _unexplained(of: FinishedSession) -> Iterable[Decision]:
    explained = any(row.seen in FAILING for row in of.rows)
    if of.session.status == "FAILED" and not explained:
        what = "checks" if of.naming.by_check else "locations"
        text = f"the session is FAILED, but none of its {what} failed"
        yield Decision(rule=Rule.UNEXPLAINED, closes=True, text=text)


def _required(of: FinishedSession) -> Iterable[Decision]:
    """Judge required locations. A skipped location is judged by its results."""
    counts_as_degraded = is_degraded_without_explanation(of.session, of.rows)
    for location in of.policy.required:
        rows = [row for row in of.rows if row.location == location]
        states = [row.seen if row.state is State.SKIPPED else row.state for row in rows]
        if counts_as_degraded:
            states = [State.DEGRADED if state in GREEN else state for state in states]
        not_green = [(row, state) for row, state in zip(rows, states, strict=True) if state not in GREEN]
        origin = of.policy.origin(f"required {location}")
        if not rows:
            text = f"the required location {location} did not run ({origin})"
            places: tuple[Place, ...] = (Place(None, location),)
        elif not_green:
            places = tuple(place_of(row) for row, _ in not_green)
            is_what = _states_in_words(of.naming, not_green)
            text = f"the required location {location} {is_what} ({origin})"
        else:
            continue
        yield Decision(rule=Rule.REQUIRED, closes=True, text=text, places=places, origin=origin)


def _states_in_words(naming: Naming, rows: list[tuple[Outcome, State]]) -> str:
    """Return `is degraded` in a check session, `is degraded for Login` in a test session."""
    if not naming.by_check:
        return in_words({rows[0][1]}, of_several=False)
    by_state: dict[State, list[Place]] = {}
    for row, state in rows:
        by_state.setdefault(state, []).append(place_of(row))
    brief = Naming(by_check=True, with_location=False)
    return " and ".join(
        f"{in_words({state}, of_several=False)} for {brief.names(places)}"
        for state, places in by_state.items()
    )


def _nothing_counted(of: FinishedSession) -> Iterable[Decision]:
    if any(map(is_measured, of.rows)) or of.session.lacks_results:
        return
    what = "check" if of.naming.by_check else "location"
    if not of.rows:
        text = f"no {what} is counted: the session has none"
    elif not of.counted:
        text = f"no {what} is counted: all are skipped"
    else:
        found = Counter(row.state.value for row in of.counted)
        text = f"no {what} has a result: " + ", ".join(f"{number} {word}" for word, number in found.items())
    yield Decision(rule=Rule.NOTHING_COUNTED, closes=True, text=text)


SESSION_RULES: tuple[Callable[[FinishedSession], Iterable[Decision]], ...] = (
    _missing,
    _cancelled,
    _timed_out,
    _no_results,
    _unexplained,
    _required,
    _nothing_counted,
)
