"""What a team has written down: thresholds for all checks and for some, locations left out, known trouble.

A book is turned into the one policy that holds for a session on a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase

from gate.domain.session import Session
from gate.policy.effective import Policy
from gate.policy.threshold import DEFAULT, NOTHING, Threshold

EXPIRES_SOON_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which checks are meant: all that is given must fit; nothing given fits every check. Name is a glob."""

    name: str = ""
    id: str = ""
    type: str = ""

    def fits(self, session: Session) -> bool:
        """Whether the session's check is meant."""
        return self.may_fit(session) and (not self.name or fnmatchcase(session.check_name, self.name))

    def may_fit(self, session: Session) -> bool:
        """Whether the session's check is meant, or may be because Checkly did not report its name."""
        return (
            (not self.name or not session.check_name or fnmatchcase(session.check_name, self.name))
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

    def over(self, general: Limits) -> Limits:
        """Return these limits, with the general ones for what they leave open."""
        timed = self if self.response_time_ms is not None else general
        return Limits(
            failed=self.failed or general.failed,
            degraded=self.degraded or general.degraded,
            flaky=self.flaky or general.flaky,
            response_time_ms=timed.response_time_ms,
            response_time_origin=timed.response_time_origin,
        )


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

    def covers(self, session: Session, location: str) -> bool:
        """Whether it is about this check at this location."""
        is_meant = not self.check or (session.check_name and fnmatchcase(session.check_name, self.check))
        return bool(is_meant) and self.location in ("", location)

    def __str__(self) -> str:
        where = f" at {self.location}" if self.location else ""
        return f"quarantine of {self.check or 'every check'}{where} until {self.until} ({self.origin})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """A policy file, read. `origins` say where `missing`, `cancelled` and each location list entry stand."""

    limits: Limits = field(default_factory=Limits)
    checks: tuple[CheckRule, ...] = ()
    allow_missing: bool = False
    allow_cancelled: bool = False
    required: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)

    def policy_for(self, session: Session, today: date) -> Policy:
        """Return the policy for a session: its check's first matching entry, general limits, defaults.

        A check without a name may be meant by each entry that matches by name, so all of their limits apply.
        """
        found = [limits.over(self.limits) for limits in self._limits_for(session)]
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
            skipped=self._skipped(session, today),
            origins=origins,
        )

    def _limits_for(self, session: Session) -> Iterable[Limits]:
        for rule in self.checks:
            if rule.match.may_fit(session):
                yield rule.limits
            if rule.match.fits(session):
                return
        yield Limits()

    def _skipped(self, session: Session, today: date) -> dict[str, str]:
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

    def warnings(self, sessions: Iterable[Session], today: date) -> Iterable[str]:
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


def _places(session: Session) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*session.run_locations, *(result.location for result in session.results))))


def _all_of(thresholds: Iterable[Threshold | None]) -> tuple[Threshold, ...]:
    return tuple(dict.fromkeys(each for each in thresholds if each is not None))


def with_inputs(
    book: PolicyDocument, *, failed: Threshold | None, degraded: Threshold | None
) -> PolicyDocument:
    """Return the book with the thresholds that were given as inputs; entries of `checks` keep their own."""
    limits = replace(
        book.limits, failed=failed or book.limits.failed, degraded=degraded or book.limits.degraded
    )
    return replace(book, limits=limits)
