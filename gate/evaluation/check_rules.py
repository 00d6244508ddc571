"""The rules with thresholds. Each judges the rows of checks that have the same limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from gate.evaluation.decision import Decision, Naming, Rule, place_of
from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import FAILING, State
from gate.policy.effective import Policy
from gate.policy.threshold import DEFAULT, Threshold
from gate.text.duration import format_duration

_WITHOUT_MEASUREMENT = (State.SKIPPED, State.MISSING, State.UNFINISHED, State.CANCELLED)


class Group(NamedTuple):
    """The rows of checks that have the same limits. A check session has only one such group."""

    policy: Policy
    rows: tuple[Outcome, ...]
    naming: Naming


def is_measured(row: Outcome) -> bool:
    """Return whether the row counts and has a result that was not cancelled.

    Percentages are shares of these rows.
    """
    return row.state not in _WITHOUT_MEASUREMENT


def failed(group: Group) -> Iterable[Decision]:
    """Limit failed, errored and aborted rows together."""
    rows = [row for row in group.rows if row.state in FAILING]
    return _limit(Rule.FAILED, group, rows, {row.state for row in rows}, group.policy.failed)


def degraded(group: Group) -> Iterable[Decision]:
    """Limit degraded rows, including those that are slower than the policy's response time."""
    rows = [row for row in group.rows if row.state is State.DEGRADED]
    slow = [place_of(row) for row in rows if row.is_slow]
    for decision in _limit(Rule.DEGRADED, group, rows, {State.DEGRADED}, group.policy.degraded):
        if slow and group.policy.response_time_ms:
            longest = format_duration(group.policy.response_time_ms / 1000)
            why = (
                f"slower than {longest} ({group.policy.origin('response-time')}): {group.naming.names(slow)}"
            )
            yield decision._replace(text=f"{decision.text}; {why}")
        else:
            yield decision


def flaky(group: Group) -> Iterable[Decision]:
    """Limit rows that needed a retry.

    A degraded row that needed a retry counts too, because slowness must not hide retries.
    """
    rows = [row for row in group.rows if row.is_flaky and row.state is not State.SKIPPED]
    return _limit(Rule.FLAKY, group, rows, {State.FLAKY}, group.policy.flaky)


CHECK_RULES: tuple[Callable[[Group], Iterable[Decision]], ...] = (failed, degraded, flaky)


def _limit(
    rule: Rule,
    group: Group,
    found: Sequence[Outcome],
    states: Collection[State],
    thresholds: Sequence[Threshold],
) -> Iterable[Decision]:
    """Compare the number of rows with thresholds, none of which may be exceeded.

    If there are no rows, there is no decision. If there are no thresholds, any number of rows is allowed.
    The text of the decision names `states`.
    """
    if not found:
        return
    number, of = len(found), sum(map(is_measured, group.rows))
    exceeded = next((each for each in thresholds if not each.allows(number, of)), None)
    threshold = exceeded or next(iter(thresholds), None)
    text = group.naming.share(states, number, of)
    if threshold is not None:
        text += f", {_limit_in_words(threshold, is_exceeded=exceeded is not None)} ({threshold.origin})"
    places = tuple(map(place_of, found))
    yield Decision(
        rule=rule,
        closes=exceeded is not None,
        text=f"{text}: {group.naming.names(places)}",
        places=places,
        number=number,
        of=of,
        threshold=threshold,
        allowed=str(threshold) if threshold else "any",
        origin=threshold.origin if threshold else DEFAULT,
    )


def _limit_in_words(threshold: Threshold, *, is_exceeded: bool) -> str:
    if threshold.amount == 0:
        return "none allowed"
    return f"more than the allowed {threshold}" if is_exceeded else f"at most {threshold} allowed"
