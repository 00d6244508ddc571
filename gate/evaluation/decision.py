"""The decision of a rule, with its numbers and the rows that it concerns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from gate.domain.labels import labels
from gate.domain.session import Check, Session, SessionKind
from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import State, in_words
from gate.policy.threshold import Threshold

_MOST_LOCATIONS_NAMED = 30  # Checkly has fewer public locations
_MOST_CHECKS_NAMED = 10


class Rule(StrEnum):
    """The rules, in the order in which they are evaluated."""

    FAILED = "failed"
    DEGRADED = "degraded"
    FLAKY = "flaky"
    MISSING = "missing"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed out"
    NO_RESULTS = "no results"
    UNEXPLAINED = "unexplained"
    REQUIRED = "required"
    NOTHING_COUNTED = "nothing counted"


class Place(NamedTuple):
    """A check at a run location. `check` is None for a required location at which no check ran."""

    check: Check | None
    location: str


class Decision(NamedTuple):
    """The decision of one rule about a session, or about a group of its checks.

    `places` are the rows that it concerns; if there are none, it concerns the session itself. `of` is the
    number of rows that the rule considered, and `number` is how many of them the decision concerns.
    `threshold` is the limit, `allowed` is the limit as text, and `origin` is where the limit was set.
    """

    rule: Rule
    closes: bool
    text: str
    places: tuple[Place, ...] = ()
    number: int | None = None
    of: int | None = None
    threshold: Threshold | None = None
    allowed: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Naming:
    """How sentences name the rows of a session: by location, or by check in a test session.

    `labels` has a label for each check, to distinguish the checks of the session.
    """

    by_check: bool
    with_location: bool
    labels: Mapping[Check, str] = field(default_factory=dict)

    def label(self, check: Check) -> str:
        """Return a name that distinguishes a check from the other checks of the session."""
        return self.labels.get(check, check.label) or "a check without a name"

    def name(self, place: Place) -> str:
        """Name a row: `us-east-1`, `Login`, or `Login (us-east-1)`."""
        if not self.by_check or place.check is None:
            return place.location
        label = self.label(place.check)
        return f"{label} ({place.location})" if self.with_location else label

    def names(self, places: Sequence[Place]) -> str:
        """Name the first rows and only count the others, to limit the length of the text."""
        most = _MOST_CHECKS_NAMED if self.by_check else _MOST_LOCATIONS_NAMED
        more = f" and {len(places) - most} more" if len(places) > most else ""
        return ", ".join(map(self.name, places[:most])) + more

    def count(self, number: int) -> str:
        """Count rows in words: `1 location`, `2 checks`."""
        return f"{number} {'check' if self.by_check else 'location'}{'' if number == 1 else 's'}"

    def share(self, states: Collection[State], number: int, of: int) -> str:
        """Describe how many of the rows are in these states: `2 of 5 locations are degraded (40%)`."""
        what = in_words(states, of_several=number != 1)
        return f"{number} of {self.count(of)} {what}" + (f" ({100 * number / of:.3g}%)" if of else "")


def naming_of(session: Session, rows: Sequence[Outcome]) -> Naming:
    """Return the `Naming` for the rows of a session."""
    by_check = session.kind is SessionKind.TEST
    with_location = len({row.location for row in rows}) > 1
    return Naming(by_check, with_location, labels(run.check for run in session.checks))


def place_of(row: Outcome) -> Place:
    """Return the place of an outcome."""
    return Place(row.check, row.location)
