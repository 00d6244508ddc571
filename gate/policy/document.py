"""A policy file as data: general limits, limits for some checks, skipped locations and known problems.

`resolve` turns it into the policy for one check on one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from gate.domain.session import Check, CheckRun
from gate.policy.effective import Policy
from gate.policy.threshold import DEFAULT, NOTHING, Threshold

if TYPE_CHECKING:  # only a policy file needs them
    from gate.policy.match import Match
    from gate.policy.quarantine import Quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Thresholds and a response-time limit. A limit that is not given is None."""

    failed: Threshold | None = None
    degraded: Threshold | None = None
    flaky: Threshold | None = None
    response_time_ms: float | None = None
    response_time_origin: str = DEFAULT

    def over(self, general: Limits) -> Limits:
        """Return these limits. Take each limit that is not given from the general limits."""
        timed = self if self.response_time_ms is not None else general
        return Limits(
            failed=self.failed or general.failed,
            degraded=self.degraded or general.degraded,
            flaky=self.flaky or general.flaky,
            response_time_ms=timed.response_time_ms,
            response_time_origin=timed.response_time_origin,
        )


class CheckRule(NamedTuple):
    """Limits for the checks that match a condition."""

    match: Match
    limits: Limits


class PolicyFile(NamedTuple):
    """The file of a policy: its path, and the SHA-256 of its content in hexadecimal digits."""

    path: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.path} (SHA-256 {self.sha256})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """The content of a policy file. `file` is None if there is no file.

    `origins` maps `missing`, `cancelled`, `required LOCATION` and `ignore LOCATION` to places in the file.
    """

    limits: Limits = field(default_factory=Limits)
    checks: tuple[CheckRule, ...] = ()
    allow_missing: bool = False
    allow_cancelled: bool = False
    required: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    file: PolicyFile | None = None

    def resolve(self, run: CheckRun, today: date) -> Policy:
        """Return the policy for a check: the first matching entry, then the general limits and the defaults.

        If Checkly reports no name for the check, the limits of every entry that could be the first match
        apply.
        """
        entries = tuple(self._entries_for(run.check))
        found = [self.checks[number].limits.over(self.limits) for number in entries]
        if not entries or not self.checks[entries[-1]].match.fits(run.check):
            found.append(self.limits)
        times = [(each.response_time_ms, each.response_time_origin) for each in found]
        response_time = min(((ms, origin) for ms, origin in times if ms is not None), default=None)
        origins = {**self.origins, "response-time": response_time[1]} if response_time else self.origins
        return Policy(
            failed=_all_of(each.failed or NOTHING for each in found),
            degraded=_all_of(each.degraded or NOTHING for each in found),
            flaky=_all_of(each.flaky for each in found),
            allow_missing=self.allow_missing,
            allow_cancelled=self.allow_cancelled,
            response_time_ms=response_time[0] if response_time else None,
            required=self.required,
            skipped=self._skipped(run, today),
            entries=entries,
            origins=origins,
        )

    def warnings(self, runs: Sequence[CheckRun], today: date) -> Iterable[str]:
        """Return warnings about quarantines that need attention."""
        if not self.quarantine:
            return ()
        from gate.policy.quarantine import warnings  # noqa: PLC0415 - loaded with the policy file

        return warnings(self.quarantine, runs, today)

    def _entries_for(self, check: Check) -> Iterable[int]:
        for number, rule in enumerate(self.checks):
            if rule.match.may_fit(check):
                yield number
            if rule.match.fits(check):
                return

    def _skipped(self, run: CheckRun, today: date) -> dict[str, str]:
        """Return the reason for each skipped location, including locations that only the results name."""
        skipped = {}
        for location in run.locations:
            quarantine = next(
                (each for each in self.quarantine if each.holds(today) and each.covers(run.check, location)),
                None,
            )
            if location in self.ignored:
                origin = self.origins.get(f"ignore {location}", DEFAULT)
                skipped[location] = f"ignored by the policy ({origin})"
            elif quarantine:
                until = f"quarantined until {quarantine.until}"
                skipped[location] = f"{until}: {quarantine.reason} ({quarantine.origin})"
        return skipped


def _all_of(thresholds: Iterable[Threshold | None]) -> tuple[Threshold, ...]:
    return tuple(dict.fromkeys(each for each in thresholds if each is not None))


def with_inputs(
    document: PolicyDocument, *, failed: Threshold | None, degraded: Threshold | None
) -> PolicyDocument:
    """Return the document with the inputs' thresholds as general limits.

    The limits of the rules in `checks` do not change.
    """
    limits = replace(
        document.limits,
        failed=failed or document.limits.failed,
        degraded=degraded or document.limits.degraded,
    )
    return replace(document, limits=limits)
