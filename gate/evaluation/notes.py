"""Notes that accompany the decisions: contradictions, and parts of the policy that could not be applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gate.domain.session import Check, Session
from gate.evaluation.decision import Naming, place_of
from gate.evaluation.outcomes import Outcome, is_degraded_without_explanation
from gate.evaluation.states import FAILING, GREEN, State, in_words
from gate.policy.effective import Policy

_MOST_NAMED = 5
_WORSE = "the gate uses the worse of the two"


def contradictions(session: Session, found: Sequence[Outcome], naming: Naming) -> Iterable[str]:
    """Describe results that are worse than the session's status, and a status that is worse than the results.

    The status of a test session cannot be DEGRADED, so PASSED does not contradict a degraded result.
    """
    bad = [row for row in found if row.seen in FAILING or row.seen is State.CANCELLED]
    slow = [row for row in found if row.seen is State.DEGRADED and not row.is_slow]
    if session.status in ("PASSED", "DEGRADED") and bad:
        yield f"Checkly reports {session.status}, but {_states_in_words(bad, naming)}; {_WORSE}"
    elif session.status == "PASSED" and slow and not naming.by_check:
        yield f"Checkly reports PASSED, but {_states_in_words(slow, naming)}; {_WORSE}"
    if is_degraded_without_explanation(session, found):
        yield (
            "Checkly reports DEGRADED, but reports no location as degraded; "
            "therefore all green locations count as degraded"
        )


def unapplied(found: Sequence[Outcome], policies: Mapping[Check, Policy], naming: Naming) -> Iterable[str]:
    """Name the parts of the policy that could not be applied because data is missing from the results."""
    untimed: dict[str, list[Outcome]] = {}
    for row in found:
        policy = policies[row.check]
        if policy.response_time_ms is None or row.final is None or row.state not in (*GREEN, State.DEGRADED):
            continue
        if row.final.response_time_ms is None:
            untimed.setdefault(policy.origin("response-time"), []).append(row)
    for origin, rows in untimed.items():
        names = naming.names([place_of(row) for row in rows])
        why = f"because Checkly reports no response time for {names}"
        yield f"response-time ({origin}) was not applied, {why}"


def _states_in_words(rows: Sequence[Outcome], naming: Naming) -> str:
    more = f" and {len(rows) - _MOST_NAMED} more" if len(rows) > _MOST_NAMED else ""
    named = (
        f"{naming.name(place_of(row))} {in_words({row.seen}, of_several=False)}" for row in rows[:_MOST_NAMED]
    )
    return ", ".join(named) + more
