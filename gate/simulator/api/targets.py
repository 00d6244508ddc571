"""Select the checks that match the body of a trigger call."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gate.simulator.scenario.sessions import Check, PlannedSession

_Filter = Callable[[Check], bool]


def filter_in(body: bytes) -> _Filter | None:
    """Return the filter in the body of a trigger call. Without a target, every check matches.

    `matchTags` is a list of alternatives, each a list of tags that a check must have or, with a `!`, must not
    have. Return None if the body is not valid.
    """
    try:
        return _filter(json.loads(body).get("target", {}))
    except (ValueError, AttributeError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Order:
    """The content of a call that triggers a test session."""

    name: str
    location: str
    metadata: Mapping[str, object]
    fits: _Filter

    def carried_out(self, session: PlannedSession) -> PlannedSession | None:
        """Return the session with the selected checks; None if its location differs or no check fits."""
        checks = tuple(run for run in session.checks if self.fits(run.check))
        if session.location != self.location or not checks:
            return None
        return replace(session, name=self.name, checks=checks, metadata=self.metadata or session.metadata)


def order_in(body: bytes) -> Order | None:
    """Return the order in a body; None if the body is not valid or lacks a name or a location."""
    try:
        fields = json.loads(body)
        name, location = fields.get("name"), fields.get("runLocation")
        fits = _filter(fields.get("target", {}))
        metadata = dict(fields.get("metadata", {}))
    except (ValueError, AttributeError, TypeError):
        return None
    if not (isinstance(name, str) and name and isinstance(location, str) and location):
        return None
    return Order(name, location, metadata, fits)


def _filter(target: Mapping[str, object]) -> _Filter:
    """Return the filter of a target. Raises AttributeError or TypeError if it is not a mapping of lists."""
    check_ids, match_tags = target.get("checkId", []), target.get("matchTags", [])
    named = [str(each).lower() for each in check_ids]  # type: ignore[attr-defined] # the caller catches the error
    alternatives = [[str(tag) for tag in tags] for tags in match_tags]  # type: ignore[attr-defined] # likewise

    def fits(check: Check) -> bool:
        is_named = not named or check.id in named
        return is_named and (not alternatives or any(_has(check, tags) for tags in alternatives))

    return fits


def _has(check: Check, tags: list[str]) -> bool:
    return all((tag.removeprefix("!") in check.tags) != tag.startswith("!") for tag in tags)
