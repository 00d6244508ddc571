"""The names of suites, classes and cases. They are the same in all runs, because test histories use them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from gate.domain.errors import GateError, ReportUnwritable, UsageError
from gate.domain.labels import labels
from gate.domain.session import Check
from gate.evaluation.judged import JudgedSession

UNKNOWN_CHECK = "Checkly session"
_FAULTS = {UsageError: "checkly-gate [inputs]", ReportUnwritable: "checkly-gate [reports]"}


def checks_of(sessions: Iterable[JudgedSession]) -> set[Check]:
    """Return all checks of the sessions."""
    return {run.check for judged in sessions if judged.session for run in judged.session.checks}


def suite_names(checks: Iterable[Check]) -> dict[Check, str]:
    """Return a suite name for each check of a session. The names of the cases begin with the suite name."""
    return {check: label or UNKNOWN_CHECK for check, label in labels(checks).items()}


def location_name(suite: str, location: str) -> str:
    """Return the name of the case for a run location of a check."""
    return f"{suite} [{location}]"


def session_name(suite: str = UNKNOWN_CHECK) -> str:
    """Return the name of the case for a whole session."""
    return f"{suite} [session]"


def fault_name(fault: GateError) -> str:
    """Return the name of the case for an error that belongs to no session."""
    return next((name for kind, name in _FAULTS.items() if isinstance(fault, kind)), session_name())


def unique_name(name: str, class_name: str, uses: Counter[str]) -> str:
    """Return the name, with a number if the class already has a case of that name. Update `uses`.

    Some consumers keep only one of several cases with the same name.
    """
    key = f"{class_name} {name}"
    uses[key] += 1
    return name if uses[key] == 1 else f"{name} ({uses[key]})"


def class_names(checks: Iterable[Check]) -> dict[Check, str]:
    """Return `checkly.<slug>` for each check.

    The check's ID or, without one, a short hash replaces a slug that is empty or not unique.
    """
    identities = {check: (check.id, check.name, "" if check.id else check.type) for check in checks}
    slugs = {each: re.sub(r"[^a-z0-9]+", "-", each[1].lower()).strip("-") for each in identities.values()}
    uses = Counter(slugs.values())
    return {
        check: f"checkly.{slug if (slug := slugs[each]) and uses[slug] == 1 else each[0] or _digits(check)}"
        for check, each in identities.items()
    }


def _digits(check: Check) -> str:
    """Return 8 hex digits that identify a check without an ID."""
    return sha256(f"{check.name}\n{check.type}".encode()).hexdigest()[:8]
