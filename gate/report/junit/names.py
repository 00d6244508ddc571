"""The names of suites, classes and cases. Test histories depend on them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from gate.evaluation.verdict import JudgedSession

UNKNOWN_CHECK = "Checkly session"


def check_of(judged: JudgedSession) -> str:
    """The check's name, else its id: what names the suite and begins the name of each case."""
    session = judged.session
    return (session.check_name or session.check_id if session else "") or UNKNOWN_CHECK


def identity_of(judged: JudgedSession) -> tuple[str, str]:
    """What tells one check from another: its id and its name."""
    session = judged.session
    return (session.check_id, session.check_name) if session else ("", "")


def class_names(sessions: Sequence[JudgedSession]) -> dict[tuple[str, str], str]:
    """`checkly.<slug>` for each check; checks whose slugs collide are told apart by their ids."""
    identities = {identity_of(judged) for judged in sessions}
    slugs = {identity: re.sub(r"[^a-z0-9]+", "-", identity[1].lower()).strip("-") for identity in identities}
    uses = Counter(slugs.values())
    return {
        identity: f"checkly.{slug if slug and uses[slug] == 1 else identity[0] or slug or 'session'}"
        for identity, slug in slugs.items()
    }
