"""The names of suites, classes and cases. Test histories depend on them, so they hold nothing of one run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from gate.domain.session import Check
from gate.evaluation.judged import JudgedSession

UNKNOWN_CHECK = "Checkly session"


def suite_name(check: Check) -> str:
    """Return the check's name, otherwise its ID: it names the suite and begins the name of each case."""
    return check.label or UNKNOWN_CHECK


def checks_of(sessions: Iterable[JudgedSession]) -> set[Check]:
    """Return all checks of the sessions."""
    return {run.check for judged in sessions if judged.session for run in judged.session.checks}


def class_names(checks: Iterable[Check]) -> dict[Check, str]:
    """Return `checkly.<slug>` for each check, with its ID instead of the slug if slugs collide."""
    identities = {check: (check.id, check.name, "" if check.id else check.type) for check in checks}
    slugs = {each: re.sub(r"[^a-z0-9]+", "-", each[1].lower()).strip("-") for each in identities.values()}
    uses = Counter(slugs.values())
    return {
        check: f"checkly.{slug if (slug := slugs[each]) and uses[slug] == 1 else each[0] or _digits(check)}"
        for check, each in identities.items()
    }


def _digits(check: Check) -> str:
    """Return 8 hex digits that stand for a check without an ID."""
    return sha256(f"{check.name}\n{check.type}".encode()).hexdigest()[:8]
