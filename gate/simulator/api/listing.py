"""The list of test sessions, with those filters of Checkly's API that select the sessions of a commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gate.simulator.answer import Answer, document
from gate.simulator.api.answers import bad_request
from gate.simulator.api.common import ACCOUNT_ID, session_times, timestamp
from gate.simulator.api.test_sessions import sequences
from gate.simulator.scenario.model import Scenario
from gate.simulator.scenario.sessions import PlannedSession

_DEFAULT_LIMIT = 20
_LARGEST_LIMIT = 100
_OF_A_COMMIT = ("environment", "repoUrl", "commitId", "commitOwner", "commitMessage", "branchName")
Query = Mapping[str, Sequence[str]]
Timed = tuple[PlannedSession, float]  # a session, and the simulated seconds since it began


def listing(scenario: Scenario, sessions: Sequence[Timed], query: Query) -> Answer:
    """Return the response to a list call: a page of sessions in the scenario's order, from `nextId` on."""
    try:
        limit = int(_last(query, "limit") or _DEFAULT_LIMIT)
        entries = _filtered([_entry(scenario, *each) for each in sessions], scenario.started, query)
    except ValueError:
        return bad_request("limit, from and to must be numbers")
    if not 1 <= limit <= _LARGEST_LIMIT:
        return bad_request(f"limit must be from 1 to {_LARGEST_LIMIT}")
    first = next((i for i, each in enumerate(entries) if each["id"] == _last(query, "nextId")), 0)
    page, rest = entries[first : first + limit], entries[first + limit :]
    next_id = rest[0]["id"] if rest else None
    return document(200, {"length": len(page), "entries": page, "nextId": next_id})


def _filtered(
    entries: Sequence[Mapping[str, object]], created: datetime, query: Query
) -> list[Mapping[str, object]]:
    """Return the entries that pass all filters. All sessions were created at `created`."""
    created_s = created.timestamp()
    if created_s < float(_last(query, "from") or "-inf") or created_s >= float(_last(query, "to") or "inf"):
        return []
    wanted = {
        "status": _all(query, "statuses"),
        "provider": _all(query, "providers"),
        "branchName": _all(query, "branches"),
        "commitOwner": _all(query, "users"),
    }
    text = _last(query, "textSearch").casefold()
    return [
        entry
        for entry in entries
        if all(not values or entry[field] in values for field, values in wanted.items())
        and any(text in str(entry[field]).casefold() for field in ("name", *_OF_A_COMMIT))
    ]


def _entry(scenario: Scenario, session: PlannedSession, elapsed_s: float) -> Mapping[str, object]:
    found = list(sequences(session, elapsed_s))
    words = ("RUNNING", "PASSED", "FAILED", "CANCELLED")
    times = session_times(scenario, session, elapsed_s)
    return {
        "id": session.id,
        "accountId": ACCOUNT_ID,
        "projectId": None,
        "name": session.name,
        "provider": session.provider,
        "errorGroupIds": [],
        **{word.lower(): [each for each, status in found if status == word] for word in words},
        "status": session.current(elapsed_s).status,
        "region": session.location,
        "privateLocationId": None,
        "invoker": {"name": "Ada Lovelace"},
        **{field: session.metadata.get(field) for field in _OF_A_COMMIT},
        "startedAt": times["startedAt"],
        "stoppedAt": times["stoppedAt"],
        "created_at": timestamp(scenario.started),
    }


def _all(query: Query, name: str) -> Sequence[str]:
    """Return all values of a list in the query. Clients may write its name with or without brackets."""
    return [*query.get(name, ()), *query.get(f"{name}[]", ())]


def _last(query: Query, name: str) -> str:
    return query.get(name, [""])[-1]
