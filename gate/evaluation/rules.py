"""The rules: each looks at one finished session by itself and says what it decides, if it has a say.

All are judged. Every decision carries its numbers, its locations and where the rule came from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gate.domain.session import Session
from gate.evaluation.outcomes import FAILING, GREEN, Outcome, State, is_degraded_without_explanation
from gate.policy.effective import Policy
from gate.policy.threshold import DEFAULT, Threshold
from gate.text.duration import format_duration

_MOST_NAMES = 30  # more than Checkly has public locations


class Rule(StrEnum):
    """The rules, in the order in which they are judged."""

    FAILED = "failed"
    DEGRADED = "degraded"
    FLAKY = "flaky"
    MISSING = "missing"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed out"
    UNEXPLAINED = "unexplained"
    REQUIRED = "required"
    NOTHING_COUNTED = "nothing counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one rule said about one session. `locations` may name one that has no row."""

    rule: Rule
    closes: bool
    text: str
    locations: tuple[str, ...] = ()
    number: int | None = None
    of: int | None = None
    allowed: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at: a finished session, its outcomes, the policy."""

    session: Session
    outcomes: tuple[Outcome, ...]
    policy: Policy

    @property
    def counted(self) -> int:
        """How many locations count: all but the skipped ones."""
        return sum(outcome.state is not State.SKIPPED for outcome in self.outcomes)

    @property
    def measured(self) -> int:
        """How many counted locations have a result that was not cancelled: what a share is a share of."""
        return sum(outcome.state not in _WITHOUT_MEASUREMENT for outcome in self.outcomes)

    def locations(self, *states: State) -> tuple[str, ...]:
        """The names of the locations in one of these states."""
        return tuple(outcome.location for outcome in self.outcomes if outcome.state in states)


_WITHOUT_MEASUREMENT = (State.SKIPPED, State.MISSING, State.UNFINISHED, State.CANCELLED)


def locations_in_words(number: int) -> str:
    """`1 location`, `2 locations`."""
    return "1 location" if number == 1 else f"{number} locations"


def _listed(names: Sequence[str]) -> str:
    """The names, or the first of them: a text that grows with the square of their number fits no report."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _share(number: int, of: int) -> str:
    return f"{number} of {locations_in_words(of)}" + (f" ({100 * number / of:.3g}%)" if of else "")


def _within(
    rule: Rule, case: Case, locations: tuple[str, ...], thresholds: tuple[Threshold, ...]
) -> Iterable[Decision]:
    """Decide a rule that has thresholds. All of them must hold, none allows any number."""
    if not locations:
        return
    number, of = len(locations), case.measured
    exceeded = next((each for each in thresholds if not each.allows(number, of)), None)
    threshold = exceeded or next(iter(thresholds), None)
    text = f"{rule} {_share(number, of)}"
    if threshold is not None:
        text += f" {'>' if exceeded else '≤'} {threshold} allowed ({threshold.origin})"
    yield Decision(
        rule=rule,
        closes=exceeded is not None,
        text=f"{text}: {_listed(locations)}",
        locations=locations,
        number=number,
        of=of,
        allowed=str(threshold) if threshold else "any",
        origin=threshold.origin if threshold else DEFAULT,
    )


def _failed(case: Case) -> Iterable[Decision]:
    return _within(Rule.FAILED, case, case.locations(*FAILING), case.policy.failed)


def _degraded(case: Case) -> Iterable[Decision]:
    slow = [each.location for each in case.outcomes if each.state is State.DEGRADED and each.is_slow]
    for decision in _within(Rule.DEGRADED, case, case.locations(State.DEGRADED), case.policy.degraded):
        if slow and case.policy.response_time_ms:
            longest = format_duration(case.policy.response_time_ms / 1000)
            why = f"slower than {longest} ({case.policy.origin('response-time')}): {_listed(slow)}"
            yield replace(decision, text=f"{decision.text}; {why}")
        else:
            yield decision


def _flaky(case: Case) -> Iterable[Decision]:
    """Degraded locations that needed a retry are flaky too: a slow session must not hide them."""
    flaky = tuple(
        each.location for each in case.outcomes if each.is_flaky and each.state is not State.SKIPPED
    )
    return _within(Rule.FLAKY, case, flaky, case.policy.flaky)


def _missing(case: Case) -> Iterable[Decision]:
    locations = case.locations(State.MISSING)
    if locations:
        closes = not case.policy.allow_missing
        origin = case.policy.origin("missing")
        share = _share(len(locations), case.counted)
        yield Decision(
            rule=Rule.MISSING,
            closes=closes,
            text=f"missing {share}, {'none' if closes else 'any'} allowed ({origin}): {_listed(locations)}",
            locations=locations,
            number=len(locations),
            of=case.counted,
            allowed="0" if closes else "any",
            origin=origin,
        )


def _cancelled(case: Case) -> Iterable[Decision]:
    locations = case.locations(State.CANCELLED)
    if case.session.is_cancelled or locations:
        closes = not case.policy.allow_cancelled
        origin = case.policy.origin("cancelled")
        what = (
            f"{_share(len(locations), case.counted)} cancelled" if locations else "the session was cancelled"
        )
        text = f"{what}, which is {'not ' if closes else ''}allowed ({origin})"
        yield Decision(
            rule=Rule.CANCELLED,
            closes=closes,
            text=text + (f": {_listed(locations)}" if locations else ""),
            locations=locations,
            number=len(locations) or None,
            of=case.counted if locations else None,
            origin=origin,
        )


def _timed_out(case: Case) -> Iterable[Decision]:
    if case.session.status != "TIMED_OUT" or case.session.is_cancelled:
        return
    without_final = [outcome for outcome in case.outcomes if outcome.seen is State.MISSING]
    late = tuple(outcome.location for outcome in without_final if outcome.state is not State.SKIPPED)
    if without_final and not late:
        return  # the policy leaves out every location that kept the session from ending
    text = "Checkly gave up on the session: TIMED_OUT"
    yield Decision(
        rule=Rule.TIMED_OUT,
        closes=True,
        text=f"{text}, no result from {_listed(late)}" if late else text,
        locations=late,
    )


def _unexplained(case: Case) -> Iterable[Decision]:
    explained = any(outcome.seen in FAILING for outcome in case.outcomes)
    if case.session.status == "FAILED" and not explained:
        yield Decision(
            rule=Rule.UNEXPLAINED,
            closes=True,
            text="the session is FAILED and none of its locations says why",
        )


def _required(case: Case) -> Iterable[Decision]:
    """Judge a required location that the policy skips by what its results say."""
    states = {
        each.location: each.seen if each.state is State.SKIPPED else each.state for each in case.outcomes
    }
    if is_degraded_without_explanation(case.session, case.outcomes):
        states = {place: State.DEGRADED if state in GREEN else state for place, state in states.items()}
    for location in case.policy.required:
        state = states.get(location)
        if state not in GREEN:
            what = f"is {state.value}" if state else "did not run"
            origin = case.policy.origin(f"required {location}")
            yield Decision(
                rule=Rule.REQUIRED,
                closes=True,
                text=f"the required location {location} {what} ({origin})",
                locations=(location,),
                origin=origin,
            )


def _nothing_counted(case: Case) -> Iterable[Decision]:
    if case.measured:
        return
    if not case.outcomes:
        why = "no location counts: the session has none"
    elif not case.counted:
        why = "no location counts: all are skipped"
    else:
        found = Counter(each.state.value for each in case.outcomes)
        why = "no location has a result: " + ", ".join(f"{number} {word}" for word, number in found.items())
    yield Decision(rule=Rule.NOTHING_COUNTED, closes=True, text=why)


RULES: tuple[Callable[[Case], Iterable[Decision]], ...] = (
    _failed,
    _degraded,
    _flaky,
    _missing,
    _cancelled,
    _timed_out,
    _unexplained,
    _required,
    _nothing_counted,
)
