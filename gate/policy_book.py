"""What a team has written down: thresholds for all checks and for some, locations left out, known trouble.

A book is turned into the one policy that holds for a session on a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase

from gate.model import CheckSession
from gate.policy import DEFAULT, Policy, Threshold

EXPIRES_SOON_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which checks are meant: all that is given must fit; nothing given fits every check. Name is a glob."""

    name: str = ""
    id: str = ""
    type: str = ""

    def fits(self, session: CheckSession) -> bool:
        """Whether the session's check is meant."""
        return (
            (not self.name or fnmatchcase(session.check_name, self.name))
            and (not self.id or session.check_id.lower() == self.id.lower())
            and (not self.type or session.check_type.upper() == self.type.upper())
        )

    def __str__(self) -> str:
        given = {"name": self.name, "id": self.id, "type": self.type}
        return ", ".join(f"{what} {text}" for what, text in given.items() if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Thresholds and a response-time budget; what is not given is left to whoever comes next."""

    failed: Threshold | None = None
    degraded: Threshold | None = None
    flaky: Threshold | None = None
    response_time_ms: float | None = None
    response_time_origin: str = DEFAULT


@dataclass(frozen=True, slots=True)
class CheckRule:
    """Finer limits for some checks."""

    match: Match
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Known trouble: a check, a location, or a check at a location, left out until the end of a day (UTC)."""

    check: str
    location: str
    until: date
    reason: str
    origin: str

    def holds(self, today: date) -> bool:
        """Whether its time is not over."""
        return today <= self.until

    def covers(self, session: CheckSession, location: str) -> bool:
        """Whether it is about this check at this location."""
        return (not self.check or fnmatchcase(session.check_name, self.check)) and (
            self.location in ("", location)
        )

    def __str__(self) -> str:
        where = f" at {self.location}" if self.location else ""
        return f"quarantine of {self.check or 'every check'}{where} until {self.until} ({self.origin})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBook:
    """A policy file, read. `origins` say where `missing`, `cancelled` and each location list entry stand."""

    limits: Limits = field(default_factory=Limits)
    checks: tuple[CheckRule, ...] = ()
    allow_missing: bool = False
    allow_cancelled: bool = False
    required: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)

    def policy_for(self, session: CheckSession, today: date) -> Policy:
        """The policy for a session: its check's first matching rule, what holds for all, the defaults."""
        rule = next((rule.limits for rule in self.checks if rule.match.fits(session)), Limits())
        policy = Policy(
            allow_missing=self.allow_missing,
            allow_cancelled=self.allow_cancelled,
            required=self.required,
            skipped=self._skipped(session, today),
            origins=self.origins,
        )
        for limits in (self.limits, rule):
            policy = _limited(policy, limits)
        return policy

    def _skipped(self, session: CheckSession, today: date) -> dict[str, str]:
        """The locations that are left out, with the reason; a location may be known from results alone."""
        skipped = {}
        for location in (*session.run_locations, *(result.location for result in session.results)):
            quarantine = next(
                (each for each in self.quarantine if each.holds(today) and each.covers(session, location)),
                None,
            )
            if location in self.ignored:
                skipped[location] = (
                    f"ignored by the policy ({self.origins.get(f'ignore {location}', DEFAULT)})"
                )
            elif quarantine:
                until = f"quarantined until {quarantine.until}"
                skipped[location] = f"{until}: {quarantine.reason} ({quarantine.origin})"
        return skipped

    def warnings(self, sessions: Iterable[CheckSession], today: date) -> Iterable[str]:
        """What a reader should know of the quarantines: over, over soon, or about nothing that was seen."""
        seen = tuple(sessions)
        for quarantine in self.quarantine:
            days = (quarantine.until - today).days
            if days < 0:
                yield f"{quarantine} is over and no longer holds: remove it"
            elif not any(quarantine.covers(each, place) for each in seen for place in _places(each)):
                yield f"{quarantine} matches nothing in this run"
            elif days <= EXPIRES_SOON_DAYS:
                when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
                yield f"{quarantine} ends {when}: {quarantine.reason}"


def _places(session: CheckSession) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*session.run_locations, *(result.location for result in session.results))))


def _limited(policy: Policy, limits: Limits) -> Policy:
    """The policy with the limits that are given."""
    if limits.response_time_ms is not None:
        origins = {**policy.origins, "response-time": limits.response_time_origin}
        policy = replace(policy, response_time_ms=limits.response_time_ms, origins=origins)
    return replace(
        policy,
        failed=limits.failed or policy.failed,
        degraded=limits.degraded or policy.degraded,
        flaky=limits.flaky or policy.flaky,
    )


def with_inputs(policy: Policy, *, failed: Threshold, degraded: Threshold) -> Policy:
    """The policy under thresholds that were given as inputs, which beat every file."""
    return replace(
        policy,
        failed=policy.failed if failed.origin == DEFAULT else failed,
        degraded=policy.degraded if degraded.origin == DEFAULT else degraded,
    )
