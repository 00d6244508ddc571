"""Match checks against the entries of a policy file."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from gate.domain.session import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A condition on a check. All fields that are given must match. `name` is a glob."""

    name: str = ""
    id: str = ""
    type: str = ""

    def fits(self, check: Check) -> bool:
        """Return whether the check matches."""
        return self.may_fit(check) and (not self.name or fnmatchcase(check.name, self.name))

    def may_fit(self, check: Check) -> bool:
        """Return whether the check matches, or could match because Checkly did not report its name."""
        return (
            (not self.name or not check.name or fnmatchcase(check.name, self.name))
            and (not self.id or check.id.lower() == self.id.lower())
            and (not self.type or check.type.upper() == self.type.upper())
        )

    def __str__(self) -> str:
        given = {"name": self.name, "id": self.id, "type": self.type}
        return ", ".join(f"{what} {text}" for what, text in given.items() if text)
