"""Describe a policy for readers: what it allows, and the origin of each rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from gate.policy.document import Limits, PolicyDocument
from gate.policy.quarantine import Quarantine
from gate.policy.threshold import DEFAULT, NOTHING, Threshold
from gate.text.duration import format_duration
from gate.text.style import Line, Tone


def lines(book: PolicyDocument, today: date) -> tuple[Line, ...]:
    """Return the policy that a document defines on a given day, one line for each rule."""
    return tuple(_lines(book, today))


def _lines(book: PolicyDocument, today: date) -> Iterable[Line]:
    limits = book.limits
    yield _rule("failed", _threshold(limits.failed or NOTHING))
    yield _rule("degraded", _threshold(limits.degraded or NOTHING))
    yield _rule("flaky", _threshold(limits.flaky) if limits.flaky else f"any number allowed ({DEFAULT})")
    if limits.response_time_ms is not None:
        yield _rule("response time", _response_time(limits))
    for rule, allowed in (("missing", book.allow_missing), ("cancelled", book.allow_cancelled)):
        origin = book.origins.get(rule, DEFAULT)
        yield _rule(rule, f"{'allowed' if allowed else 'closes the gate'} ({origin})")
    for kind, words in (("required", book.required), ("ignore", book.ignored)):
        for location in words:
            yield _rule(kind, f"{location} ({book.origins.get(f'{kind} {location}', DEFAULT)})")
    for number, check in enumerate(book.checks, start=1):
        for limit in _limits(check.limits):
            yield _rule(f"check rule {number}", f"{check.match}: {limit}")
    for quarantine in book.quarantine:
        yield _quarantine(quarantine, today)


def _rule(name: str, says: str, tone: Tone = Tone.PLAIN) -> Line:
    return Line(f"  {name:14} {says}", tone)


def _threshold(threshold: Threshold) -> str:
    of = " of the locations" if threshold.is_share else ""
    return f"{threshold}{of} allowed ({threshold.origin})"


def _response_time(limits: Limits) -> str:
    longest = format_duration((limits.response_time_ms or 0) / 1000)
    return f"more than {longest} counts as degraded ({limits.response_time_origin})"


def _limits(limits: Limits) -> Iterable[str]:
    named = {"failed": limits.failed, "degraded": limits.degraded, "flaky": limits.flaky}
    yield from (f"{name} {_threshold(each)}" for name, each in named.items() if each)
    if limits.response_time_ms is not None:
        yield f"response time {_response_time(limits)}"


def _quarantine(quarantine: Quarantine, today: date) -> Line:
    days = (quarantine.until - today).days
    left = "expired" if days < 0 else {0: "ends today", 1: "1 day left"}.get(days, f"{days} days left")
    where = f" at {quarantine.location}" if quarantine.location else ""
    what = f"{quarantine.check or 'every check'}{where} until {quarantine.until}, {left}"
    tone = Tone.PLAIN if quarantine.holds(today) else Tone.WARN
    return _rule("quarantine", f"{what}: {quarantine.reason} ({quarantine.origin})", tone)
