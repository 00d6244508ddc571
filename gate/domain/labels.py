"""Labels that distinguish checks with the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gate.domain.session import Check

_ID_DIGITS = 8  # enough to tell checks apart, yet short enough to read


def labels(checks: Iterable[Check]) -> dict[Check, str]:
    """Return each check's label: its name, or its ID if it has no name; empty if it has neither.

    Checks with the same name get their type in brackets, as in `Login (API)`. If their types
    are the same too, they get the beginning of their ID instead. A check in two sessions counts only once.
    """
    of = list(dict.fromkeys(checks))
    identities = {check: _identity(check) for check in of}
    same_name = Counter(label for _, label in {(identities[check], check.label) for check in of})
    same_type = Counter(
        (label, kind) for _, label, kind in {(identities[check], check.label, check.type) for check in of}
    )
    found = {}
    for check in of:
        suffix = ""
        if same_name[check.label] > 1:
            is_by_type = same_type[check.label, check.type] == 1 or not check.id
            suffix = check.type if is_by_type else check.id[:_ID_DIGITS]
        found[check] = f"{check.label} ({suffix})" if suffix else check.label
    return found


def _identity(check: Check) -> tuple[str, ...]:
    """Return the identity of a check: its ID, or its name and type if it has no ID."""
    return (check.id,) if check.id else ("", check.name, check.type)
