"""The contract's states and rules a second time, as plainly as they can be written.

Nothing here is shared with the gate but the values that go in. Slow, repetitive, and easy to check by eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gate.model import ApiVersion, CheckResult, CheckSession, ResultKind
from gate.policy import Policy, Threshold

ORDER = ["cancelled", "errored", "failed", "aborted", "degraded", "passed"]
FINISHED = ["PASSED", "DEGRADED", "FAILED", "TIMED_OUT", "CANCELLED"]


@dataclass
class Row:
    location: str
    finals: list[CheckResult]
    has_attempt: bool
    seen: str = ""
    state: str = ""


def state_of(result: CheckResult, policy: Policy) -> str:
    if result.is_cancelled:
        return "cancelled"
    if result.has_errors:
        return "errored"
    if result.has_failures:
        return "failed"
    if result.aborted:
        return "aborted"
    if result.is_degraded:
        return "degraded"
    limit, took = policy.response_time_ms, result.response_time_ms
    return "degraded" if limit is not None and took is not None and took > limit else "passed"


def finals_at(session: CheckSession, location: str) -> list[CheckResult]:
    here = [result for result in session.results if result.location == location]
    return [result for result in here if result.kind is ResultKind.FINAL] or [
        result for result in here if result.kind is ResultKind.OTHER
    ]


def in_time(finals: list[CheckResult]) -> list[CheckResult]:
    by_name = sorted(finals, key=lambda final: (final.location, final.id))
    untimed = [final for final in by_name if final.stopped_at is None]
    return untimed + sorted(
        [final for final in by_name if final.stopped_at], key=lambda final: str(final.stopped_at)
    )


def rows_of(session: CheckSession, policy: Policy) -> list[Row]:
    rows = [
        Row(
            location,
            finals_at(session, location),
            any(each.location == location and each.kind is ResultKind.ATTEMPT for each in session.results),
        )
        for location in session.run_locations
    ]
    foreign = [
        each
        for each in dict.fromkeys(r.location for r in session.results)
        if each not in session.run_locations
    ]
    for final in in_time([final for location in foreign for final in finals_at(session, location)]):
        waiting = [row for row in rows if row.has_attempt and not row.finals]
        same = [row for row in rows if row.location == final.location]
        if waiting:
            waiting[0].finals = [final]
        elif same:
            same[0].finals.append(final)
        else:
            rows.append(Row(final.location, [final], has_attempt=False))
    for location in foreign:
        if any(each.location == location and each.kind is ResultKind.ATTEMPT for each in session.results):
            finished_there = [row for row in rows if location in [final.location for final in row.finals]]
            retried = [row for row in rows if row.has_attempt]
            for row in (finished_there or retried or rows)[:1]:
                row.has_attempt = True
    for row in rows:
        if row.finals:
            worst = min([state_of(final, policy) for final in row.finals], key=ORDER.index)
            row.seen = "flaky" if worst == "passed" and row.has_attempt else worst
        else:
            row.seen = "missing" if session.status in FINISHED else "unfinished"
        row.state = "skipped" if row.location in policy.skipped else row.seen
    if session.status == "DEGRADED" and "degraded" not in [row.seen for row in rows]:
        for row in rows:
            if row.state in ("passed", "flaky"):
                row.state = "degraded"
    return rows


def exceeds(number: int, of: int, threshold: Threshold) -> bool:
    if threshold.is_share:
        return of > 0 and Fraction(number, of) > Fraction(threshold.amount, 1_000_000)
    return number > threshold.amount


def closing_rules(session: CheckSession, policy: Policy) -> set[str]:
    """The names of the rules that close the gate on a finished session."""
    rows = rows_of(session, policy)
    counted = [row.state for row in rows if row.state != "skipped"]
    seen = [row.seen for row in rows]
    bad = [state for state in counted if state in ("failed", "errored", "aborted")]
    called_off = session.status == "CANCELLED" or (
        session.version is ApiVersion.V1
        and session.status == "TIMED_OUT"
        and True in [result.is_cancelled for result in session.results]
    )
    closing = set()
    if exceeds(len(bad), len(counted), policy.failed):
        closing.add("failed")
    if exceeds(counted.count("degraded"), len(counted), policy.degraded):
        closing.add("degraded")
    if policy.flaky is not None and exceeds(counted.count("flaky"), len(counted), policy.flaky):
        closing.add("flaky")
    if "missing" in counted and not policy.allow_missing:
        closing.add("missing")
    if (called_off or "cancelled" in counted) and not policy.allow_cancelled:
        closing.add("cancelled")
    if session.status == "TIMED_OUT" and not called_off:
        late = [row for row in rows if not row.finals]
        if not late or [row for row in late if row.state != "skipped"]:
            closing.add("timed out")
    if session.status == "FAILED" and not {"failed", "errored", "aborted"} & set(seen):
        closing.add("unexplained")
    for location in policy.required:
        here = [row.seen if row.state == "skipped" else row.state for row in rows if row.location == location]
        if here not in (["passed"], ["flaky"]):
            closing.add("required")
    if not counted:
        closing.add("nothing counted")
    return closing
