"""A second implementation of the documented states and rules, written as plainly as possible.

This module shares only the types of its input with the gate. It is slow, repetitive and easy to review.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from gate.domain.session import CheckRun, Result, ResultKind, Session
from gate.policy.effective import Policy
from gate.policy.threshold import Threshold

ORDER = ["errored", "failed", "aborted"]
RED = ["cancelled", *ORDER]
PolicyOf = Callable[[CheckRun], Policy]
FINISHED = ["PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED"]


@dataclass
class Row:
    run: CheckRun
    policy: Policy
    location: str
    finals: list[Result]
    attempts: list[Result]
    unsettled: list[Result]
    is_ambiguous: bool = False
    seen: str = ""
    state: str = ""

    @property
    def is_flaky(self) -> bool:
        return bool(self.attempts) and self.state in ("passed", "flaky", "degraded")


def failure_of(result: Result) -> str:
    """Return the worst failure among the flags of a result, or an empty string. Ignore cancellation."""
    if result.has_errors:
        return "errored"
    if result.has_failures:
        return "failed"
    return "aborted" if result.aborted else ""


def state_of(result: Result, policy: Policy) -> str:
    if result.is_cancelled and not (policy.allow_cancelled and failure_of(result)):
        return "cancelled"
    if failure_of(result):
        return failure_of(result)
    if result.is_degraded:
        return "degraded"
    limit, took = policy.response_time_ms, result.response_time_ms
    return "degraded" if limit is not None and took is not None and took > limit else "passed"


def order(policy: Policy) -> list[str]:
    """Return the states from worst to best. Only a pass is better than an allowed cancellation."""
    if policy.allow_cancelled:
        return [*ORDER, "degraded", "cancelled", "passed"]
    return ["cancelled", *ORDER, "degraded", "passed"]


def at(run: CheckRun, location: str, kind: ResultKind) -> list[Result]:
    return [result for result in run.results if result.location == location and result.kind is kind]


def finals_at(run: CheckRun, location: str) -> list[Result]:
    return at(run, location, ResultKind.FINAL) or at(run, location, ResultKind.STAND_IN)


def in_time(finals: list[Result]) -> list[Result]:
    by_name = sorted(finals, key=lambda final: (final.location, final.id))
    untimed = [final for final in by_name if final.stopped_at is None]
    return untimed + sorted(
        [final for final in by_name if final.stopped_at], key=lambda final: str(final.stopped_at)
    )


def is_red(result: Result, policy: Policy) -> bool:
    return state_of(result, policy) in (ORDER if policy.allow_cancelled else RED)


def rows_of(session: Session, policy_of: PolicyOf) -> list[Row]:
    rows = [row for run in session.checks for row in rows_of_check(run, policy_of(run))]
    for row in rows:
        row.seen = seen(session, row, row.policy)
        row.state = "skipped" if row.location in row.policy.skipped else row.seen
    if is_unexplained_degraded(session, rows):
        for row in rows:
            if row.state in ("passed", "flaky"):
                row.state = "degraded"
    return rows


def rows_of_check(run: CheckRun, policy: Policy) -> list[Row]:
    rows = [
        Row(
            run,
            policy,
            location,
            finals_at(run, location),
            at(run, location, ResultKind.ATTEMPT),
            at(run, location, ResultKind.UNSETTLED),
        )
        for location in run.run_locations
    ]
    foreign = [
        each for each in dict.fromkeys(r.location for r in run.results) if each not in run.run_locations
    ]
    finals = [final for location in foreign for final in finals_at(run, location)]
    finals += [
        each
        for location in foreign
        for each in at(run, location, ResultKind.UNSETTLED)
        if is_red(each, policy)
    ]
    add_finals(rows, run, in_time(finals), policy)
    add_attempts(rows, [each for place in foreign for each in at(run, place, ResultKind.ATTEMPT)], policy)
    return rows


def add_finals(rows: list[Row], run: CheckRun, finals: list[Result], policy: Policy) -> None:
    """Assign results from other locations to rows that have only attempts, and add rows for the rest."""
    waiting = [row for row in rows if row.attempts and not row.finals]
    own = finals
    if waiting and len(finals) < len(waiting):
        own = []
        if [final for final in finals if is_red(final, policy)]:
            for row in waiting:
                row.finals, row.is_ambiguous = list(finals), True
    elif waiting:
        counted = [final for final in finals if final.location not in policy.skipped]
        skipped = [final for final in finals if final.location in policy.skipped]
        if len({state_of(final, policy) for final in finals}) == 1:
            own = (skipped + counted)[len(waiting) :]
            for row, final in zip(waiting, skipped + counted, strict=False):
                row.finals = [final]
        else:
            worst_first = [
                *sorted(counted, key=lambda final: order(policy).index(state_of(final, policy))),
                *sorted(skipped, key=lambda final: order(policy).index(state_of(final, policy))),
            ]
            own = worst_first[: len(finals) - len(waiting)]
            for row in waiting:
                row.finals, row.is_ambiguous = list(finals), True
    for final in own:
        same = [row for row in rows if row.location == final.location]
        if same:
            same[0].finals.append(final)
        else:
            rows.append(Row(run, policy, final.location, [final], [], []))


def add_attempts(rows: list[Row], attempts: list[Result], policy: Policy) -> None:
    counted_first = [row for row in rows if row.location not in policy.skipped]
    counted_first += [row for row in rows if row.location in policy.skipped]
    retried = [row for row in counted_first if row.attempts]
    could_be_flaky = [
        row
        for row in counted_first
        if row.finals
        and not [final for final in row.finals if is_red(final, policy)]
        and row.location not in policy.skipped
    ]
    for attempt in attempts:
        there = [
            row
            for row in rows
            if not row.is_ambiguous and attempt.location in [final.location for final in row.finals]
        ]
        for row in (there or retried or could_be_flaky or counted_first)[:1]:
            row.attempts = [*row.attempts, attempt]


def seen(session: Session, row: Row, policy: Policy) -> str:
    red = [each for each in row.unsettled if each.is_cancelled or failure_of(each)]
    states = [state_of(result, policy) for result in [*row.finals, *red]]
    closes = [each for each in [*row.finals, *red] if is_red(each, policy)]
    could_be_another_check = row.run.check.id == "" and row.unsettled != []
    if not states or (could_be_another_check and not closes):
        return "missing" if session.status in FINISHED else "unfinished"
    worst = min(states, key=["cancelled", *ORDER, "degraded", "passed"].index)
    if worst == "cancelled" and policy.allow_cancelled:
        failures = [failure_of(each) for each in [*row.finals, *red, *row.attempts] if failure_of(each)]
        return min(failures, key=ORDER.index) if failures else "cancelled"
    return "flaky" if worst == "passed" and row.attempts else worst


def is_unexplained_degraded(session: Session, rows: list[Row]) -> bool:
    """Return whether a session is DEGRADED although Checkly reports no row as degraded."""
    by_checkly = [seen(session, row, replace(row.policy, response_time_ms=None)) for row in rows]
    return session.status == "DEGRADED" and "degraded" not in by_checkly


def exceeds(number: int, of: int, thresholds: tuple[Threshold, ...]) -> bool:
    for threshold in thresholds:
        if threshold.is_share and number > Fraction(threshold.amount, 1_000_000) * of:
            return True
        if not threshold.is_share and number > threshold.amount:
            return True
    return False


def closing_rules(session: Session, policy_of: PolicyOf) -> set[str]:
    """Return the names of the rules that close the gate on a finished session."""
    rows = rows_of(session, policy_of)
    closing = set()
    for entries in {row.policy.entries for row in rows}:
        closing |= closing_thresholds([row for row in rows if row.policy.entries == entries])
    # The settings that are read below are the same for all checks of a session, so one policy is enough.
    policy = policy_of(session.checks[0]) if session.checks else Policy()
    counted = [row.state for row in rows if row.state != "skipped"]
    called_off = session.status == "CANCELLED" or (
        session.api_version == "v1"
        and session.status == "TIMED_OUT"
        and True in [result.is_cancelled for run in session.checks for result in run.results]
    )
    if "missing" in counted and not policy.allow_missing:
        closing.add("missing")
    if (called_off or "cancelled" in counted) and not policy.allow_cancelled:
        closing.add("cancelled")
    if session.status == "TIMED_OUT" and not called_off:
        late = [row for row in rows if row.seen == "missing"]
        if not late or [row for row in late if row.state != "skipped"]:
            closing.add("timed out")
    if session.status == "FAILED" and not [row for row in rows if row.seen in ORDER]:
        closing.add("unexplained")
    for location in policy.required:
        here = [row.seen if row.state == "skipped" else row.state for row in rows if row.location == location]
        green = [state for state in here if state in ("passed", "flaky")]
        if is_unexplained_degraded(session, rows) or not here or green != here:
            closing.add("required")
    if session.lacks_results:
        closing.add("no results")
    elif not measured(rows):
        closing.add("nothing counted")
    return closing


def closing_thresholds(rows: list[Row]) -> set[str]:
    """Return the thresholds that the rows exceed. All of the rows must have the same limits."""
    policy = rows[0].policy
    states = [row.state for row in rows]
    bad = [state for state in states if state in ORDER]
    flaky = [row for row in rows if row.is_flaky]
    closing = set()
    if exceeds(len(bad), len(measured(rows)), policy.failed):
        closing.add("failed")
    if exceeds(states.count("degraded"), len(measured(rows)), policy.degraded):
        closing.add("degraded")
    if exceeds(len(flaky), len(measured(rows)), policy.flaky):
        closing.add("flaky")
    return closing


def measured(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.state not in ("skipped", "missing", "unfinished", "cancelled")]
