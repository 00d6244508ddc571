"""Why results are not green: what is known of it, and about which results to ask.

Details decorate and never decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from gate.checkly.http import Request

MOST_RESULTS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A result to ask about."""

    check_id: str
    result_id: str


def request_for(asked: Asked) -> Request:
    """The call for one result's details; its ids have been found to be UUIDs."""
    return Request("GET", f"/v1/check-results/{asked.check_id}/{asked.result_id}")
