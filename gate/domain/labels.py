"""What to call each of several checks, so that no two are called the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gate.domain.session import Check

_ID_DIGITS = 8  # enough to tell checks apart, and short enough to read


def labels(checks: Iterable[Check]) -> dict[Check, str]:
    """Return each check's name, otherwise its ID; empty if it has neither.

    Checks of one name get their type in brackets, `Login (API)`, and checks of one name and type the
    beginning of their ID. The same check of two sessions is one check, whatever its name was in each.
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
    """Return what makes it the check that it is: its ID, or its name and type if it has none."""
    return (check.id,) if check.id else ("", check.name, check.type)
