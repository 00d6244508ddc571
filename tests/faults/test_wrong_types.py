"""Documents in which one field is absent or has an unexpected value. One gate judges many of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from gate.simulator import Scenario
from gate.simulator.api.common import ABSENT
from gate.simulator.scenario.sessions import Check, PlannedCheck, PlannedSession, StatusChange
from tests.faults.api import served
from tests.faults.bodies import GREEN
from tests.faults.gate_run import broken_promises, gate, inputs_for

VALUES: tuple[Any, ...] = (ABSENT, None, True, 0, -1.5, 1e308, "", "x", [], {}, [None], ["x"], {"x": "x"})
TIMEOUT_S = 8
# For each decisive field: the values with which the gate opens, and the values with which it closes. With any
# other value, it cannot tell. The gate opens if the changed field is not in this table.
DECIDES: dict[str, tuple[list[Any], list[Any]]] = {
    "checkSessionId": ([], []),
    # A policy may match a check's name, ID and type, so the gate must be able to read them.
    "name": ([ABSENT, None, "", "x"], []),
    "checkId": ([], []),  # "x" is text, but differs from the check ID of the results
    "checkType": (["x"], []),
    "results.0.checkId": ([ABSENT, None, ""], []),
    # Null or an absent field means FINAL. Any other value is an unknown type, so the location has no result.
    "results.0.resultType": ([ABSENT, None], [value for value in VALUES if value not in (ABSENT, None)]),
    "results.0.responseTime": ([ABSENT, None, 0, 1e308], []),
    "status": ([], []),
    "runLocations": ([[]], [["x"]]),  # a result at an unlisted location gets a separate row
    "runLocations.0": ([ABSENT], ["x"]),
    "results": ([], [ABSENT, None, []]),
    "results.0": ([], [ABSENT]),
    "results.0.runLocation": ([], ["x"]),
    "results.0.isCancelled": ([ABSENT, None], [True]),  # older responses lack this field
    **{f"results.0.{flag}": ([], [True]) for flag in ("hasErrors", "hasFailures", "isDegraded", "aborted")},
}


@dataclass(frozen=True)
class Mutant:
    """The document of a session that passed, with one changed field."""

    path: tuple[str | int, ...]
    value: Any

    @property
    def name(self) -> str:
        return f"{self.field} = {json.dumps(self.value)}"

    @property
    def field(self) -> str:
        return ".".join(map(str, self.path))

    @property
    def expected(self) -> str:
        opening, closing = DECIDES.get(self.field, (VALUES, []))
        if json.dumps(self.value) in map(json.dumps, opening):  # because True == 1 in Python
            return "open"
        return "closed" if json.dumps(self.value) in map(json.dumps, closing) else "cannot tell"

    def document(self, session_id: str) -> dict[str, Any]:
        document: dict[str, Any] = {**copy.deepcopy(GREEN), "checkSessionId": session_id}
        place: Any = document
        for step in self.path[:-1]:
            place = place[step]
        if self.value == ABSENT and len(self.path) > 1:  # at the top level, the simulator removes it
            del place[self.path[-1]]
        else:
            place[self.path[-1]] = self.value
        return document


def _paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every field. In a list, follow only the first item, because all items are alike."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        yield from _paths(value[0], (*path, 0))


MUTANTS = [Mutant(path, value) for path in _paths(GREEN) for value in VALUES]
AT_ONCE = 240  # below the budget of 300 requests per minute
BATCHES = [MUTANTS[start : start + AT_ONCE] for start in range(0, len(MUTANTS), AT_ONCE)]


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: f"from {batch[0].name}")
def test_each_changed_field_leads_to_the_expected_conclusion(batch: list[Mutant], tmp_path: Path) -> None:
    mutants = {str(UUID(int=number)): mutant for number, mutant in enumerate(batch, start=1)}
    sessions = tuple(
        PlannedSession(
            id=session_id,
            checks=(PlannedCheck(Check(id=session_id, name="Checkout API"), ()),),
            statuses=(StatusChange(0.0, "PASSED"),),
            overrides=mutant.document(session_id),
        )
        for session_id, mutant in mutants.items()
    )
    with served(Scenario(name="mutants", description="", sessions=sessions)) as api:
        gated = gate(tmp_path / "workspace", inputs_for(api.url, tuple(mutants), TIMEOUT_S))
        since_s = api.first_request_s
    assert not broken_promises(gated, code=1, timeout_s=TIMEOUT_S, since_s=since_s), gated.run.log
    judged = {each["id"]: _conclusion(each) for each in gated.run.record["sessions"]}
    wrong = {
        mutant.name: judged[session_id]
        for session_id, mutant in mutants.items()
        if judged[session_id] != mutant.expected
    }
    assert not wrong


def _conclusion(session: dict[str, Any]) -> str:
    if session["ending"] != "finished":
        return "cannot tell"
    return "closed" if any(decision["closes"] for decision in session["decisions"]) else "open"
