"""Checks that should have run but are missing from a finished session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gate.domain.session import UNKNOWN_LOCATION, Check, CheckRun
from gate.polling.result import PollResult


def with_unlisted(polled: PollResult, checks: Mapping[str, int]) -> PollResult:
    """Add an entry without a result for each check that is missing from a session.

    `checks` maps the ID of a session to the number of checks that the session must contain.
    """
    session = polled.session
    lacking = checks.get(polled.ref.id, 0) - len(session.checks) if session else 0
    if session is None or lacking <= 0:
        return polled
    runs = (
        CheckRun(Check(name=f"check that Checkly does not show ({number})"), (UNKNOWN_LOCATION,), ())
        for number in range(1, lacking + 1)
    )
    return polled._replace(session=replace(session, checks=(*session.checks, *runs)))
