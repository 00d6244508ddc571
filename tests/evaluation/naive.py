"""The contract's states and rules a second time, as plainly as they can be written.

Nothing here is shared with the gate but the values that go in. Slow, repetitive, and easy to check by eye.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from gate.domain.session import Result, ResultKind, Session
from gate.policy.effective import Policy
from gate.policy.threshold import Threshold
from tests.samples import run_of

ORDER = ["errored", "failed", "aborted"]
RED = ["cancelled", *ORDER]
FINISHED = ["PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED"]


@dataclass
class Row:
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
    """The worst of the flags that mean failure, whether the result was cancelled or not."""
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
    """From worst to best. An allowed cancellation is better than anything that is not passed."""
    if policy.allow_cancelled:
        return [*ORDER, "degraded", "cancelled", "passed"]
    return ["cancelled", *ORDER, "degraded", "passed"]


def at(session: Session, location: str, kind: ResultKind) -> list[Result]:
    return [
        result for result in run_of(session).results if result.location == location and result.kind is kind
    ]


def finals_at(session: Session, location: str) -> list[Result]:
    return at(session, location, ResultKind.FINAL) or at(session, location, ResultKind.STAND_IN)


def in_time(finals: list[Result]) -> list[Result]:
    by_name = sorted(finals, key=lambda final: (final.location, final.id))
    untimed = [final for final in by_name if final.stopped_at is None]
    return untimed + sorted(
        [final for final in by_name if final.stopped_at], key=lambda final: str(final.stopped_at)
    )


def is_red(result: Result, policy: Policy) -> bool:
    return state_of(result, policy) in (ORDER if policy.allow_cancelled else RED)


def rows_of(session: Session, policy: Policy) -> list[Row]:
    rows = [
        Row(
            location,
            finals_at(session, location),
            at(session, location, ResultKind.ATTEMPT),
            at(session, location, ResultKind.UNSETTLED),
        )
        for location in run_of(session).run_locations
    ]
    foreign = [
        each
        for each in dict.fromkeys(r.location for r in run_of(session).results)
        if each not in run_of(session).run_locations
    ]
    finals = [final for location in foreign for final in finals_at(session, location)]
    finals += [
        each
        for location in foreign
        for each in at(session, location, ResultKind.UNSETTLED)
        if is_red(each, policy)
    ]
    add_finals(rows, in_time(finals), policy)
    add_attempts(rows, [each for place in foreign for each in at(session, place, ResultKind.ATTEMPT)], policy)
    for row in rows:
        row.seen = seen(session, row, policy)
        row.state = "skipped" if row.location in policy.skipped else row.seen
    if is_unexplained_degraded(session, rows, policy):
        for row in rows:
            if row.state in ("passed", "flaky"):
                row.state = "degraded"
    return rows


def add_finals(rows: list[Row], finals: list[Result], policy: Policy) -> None:
    """Results from elsewhere: each finishes a row that has only attempts, or is a row of its own."""
    waiting = [row for row in rows if row.attempts and not row.finals]
    own = finals
    if waiting and len(finals) < len(waiting):
        own = []
        if [final for final in finals if is_red(final, policy)]:
            for row in waiting:
                row.finals, row.is_ambiguous = list(finals), True
    elif waiting:
        worst_first = sorted(finals, key=lambda final: order(policy).index(state_of(final, policy)))
        if len({state_of(final, policy) for final in finals}) == 1:
            own = finals[len(waiting) :]
            for row, final in zip(waiting, finals, strict=False):
                row.finals = [final]
        else:
            own = worst_first[: len(finals) - len(waiting)]
            for row in waiting:
                row.finals, row.is_ambiguous = list(finals), True
    for final in own:
        same = [row for row in rows if row.location == final.location]
        if same:
            same[0].finals.append(final)
        else:
            rows.append(Row(final.location, [final], [], []))


def add_attempts(rows: list[Row], attempts: list[Result], policy: Policy) -> None:
    counted_first = [row for row in rows if row.location not in policy.skipped]
    counted_first += [row for row in rows if row.location in policy.skipped]
    retried = [row for row in counted_first if row.attempts]
    for attempt in attempts:
        there = [
            row
            for row in rows
            if not row.is_ambiguous and attempt.location in [final.location for final in row.finals]
        ]
        for row in (there or retried or counted_first)[:1]:
            row.attempts = [*row.attempts, attempt]


def seen(session: Session, row: Row, policy: Policy) -> str:
    red = [each for each in row.unsettled if each.is_cancelled or failure_of(each)]
    states = [state_of(result, policy) for result in [*row.finals, *red]]
    if not states:
        return "missing" if session.status in FINISHED else "unfinished"
    worst = min(states, key=["cancelled", *ORDER, "degraded", "passed"].index)
    if worst == "cancelled" and policy.allow_cancelled:
        failures = [failure_of(each) for each in [*row.finals, *red, *row.attempts] if failure_of(each)]
        return min(failures, key=ORDER.index) if failures else "cancelled"
    return "flaky" if worst == "passed" and row.attempts else worst


def is_unexplained_degraded(session: Session, rows: list[Row], policy: Policy) -> bool:
    """Only Checkly's own word explains a DEGRADED session, not the policy's response time."""
    by_checkly = replace(policy, response_time_ms=None)
    return session.status == "DEGRADED" and "degraded" not in [seen(session, row, by_checkly) for row in rows]


def exceeds(number: int, of: int, thresholds: tuple[Threshold, ...]) -> bool:
    for threshold in thresholds:
        if threshold.is_share and number > Fraction(threshold.amount, 1_000_000) * of:
            return True
        if not threshold.is_share and number > threshold.amount:
            return True
    return False


def closing_rules(session: Session, policy: Policy) -> set[str]:
    """The names of the rules that close the gate on a finished session."""
    rows = rows_of(session, policy)
    counted = [row.state for row in rows if row.state != "skipped"]
    measured = [state for state in counted if state not in ("missing", "unfinished", "cancelled")]
    bad = [state for state in counted if state in ORDER]
    flaky = [row for row in rows if row.is_flaky]
    called_off = session.status == "CANCELLED" or (
        session.api_version == "v1"
        and session.status == "TIMED_OUT"
        and True in [result.is_cancelled for result in run_of(session).results]
    )
    closing = set()
    if exceeds(len(bad), len(measured), policy.failed):
        closing.add("failed")
    if exceeds(counted.count("degraded"), len(measured), policy.degraded):
        closing.add("degraded")
    if exceeds(len(flaky), len(measured), policy.flaky):
        closing.add("flaky")
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
        if is_unexplained_degraded(session, rows, policy) or here not in (["passed"], ["flaky"]):
            closing.add("required")
    if not measured:
        closing.add("nothing counted")
    return closing
