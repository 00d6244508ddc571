"""Known problems that a team has excused until a date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from gate.domain.session import Check, CheckRun

_EXPIRES_SOON_DAYS = 7
_LONGEST_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A known problem of a check, a location or both: skipped until the end of a day (UTC)."""

    check: str
    location: str
    until: date
    reason: str
    origin: str

    def holds(self, today: date) -> bool:
        """Return whether the quarantine still applies on this day."""
        return today <= self.until

    def covers(self, check: Check, location: str) -> bool:
        """Return whether the quarantine covers this check at this location.

        If Checkly reports no name for the check, a quarantine that names a check does not cover it.
        """
        is_meant = not self.check or bool(check.name and fnmatchcase(check.name, self.check))
        return is_meant and self.location in ("", location)

    def __str__(self) -> str:
        where = f" at {self.location}" if self.location else ""
        return f"quarantine of {self.check or 'every check'}{where} until {self.until} ({self.origin})"


def warnings(quarantines: Sequence[Quarantine], runs: Sequence[CheckRun], today: date) -> Iterable[str]:
    """Yield warnings about quarantines that have expired, end soon, last too long, or match nothing."""
    for quarantine in quarantines:
        days = (quarantine.until - today).days
        if days < 0:
            yield f"{quarantine} has expired and no longer applies: remove it"
        elif not any(quarantine.covers(run.check, place) for run in runs for place in run.locations):
            yield f"{quarantine} matches nothing in this run"
        elif days <= _EXPIRES_SOON_DAYS:
            when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
            yield f"{quarantine} ends {when}: {quarantine.reason}"
        elif days > _LONGEST_DAYS:
            yield f"{quarantine} ends more than {_LONGEST_DAYS} days from now: choose an earlier date"
