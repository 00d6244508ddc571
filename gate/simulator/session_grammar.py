"""The grammar of one session: its check, its statuses and its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from gate.simulator.scenario import Check, PlannedResult, PlannedSession, StatusChange
from gate.yamlio.nodes import wrong
from gate.yamlio.scalars import boolean, choice, duration, text, text_or_null, uuid
from gate.yamlio.shapes import mapping, one_or_several, plain, record, several

_FLAGS = ("hasErrors", "hasFailures", "isDegraded", "aborted", "isCancelled")
_TOOK_S = 0.3


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a result `is`: the flag that says so, and the final status that it implies for its session."""

    flag: str | None
    status: str


_OUTCOMES: Mapping[str, _Outcome] = {  # worst first
    "cancelled": _Outcome("isCancelled", "CANCELLED"),
    "errored": _Outcome("hasErrors", "FAILED"),
    "failed": _Outcome("hasFailures", "FAILED"),
    "aborted": _Outcome("aborted", "FAILED"),
    "degraded": _Outcome("isDegraded", "DEGRADED"),
    "passed": _Outcome(None, "PASSED"),
}


def read_session(node: yaml.Node) -> PlannedSession:
    """One session; an id that is not given is empty. Raises `InvalidYaml`."""
    read = record(
        node,
        required={"check": _read_check, "locations": several(text)},
        optional={
            "id": uuid,
            "statuses": several(_read_status),
            "results": several(_read_result),
            "readable": duration,
            "document": mapping(plain),
        },
    )
    results = tuple(sorted(read.get("results", ()), key=lambda result: result.at_s))
    statuses = read.get("statuses", ()) or _implied(results)
    if not statuses:
        raise wrong(node, "this session never ends: it needs statuses or results")
    return PlannedSession(
        id=read.get("id", ""),
        check=read["check"],
        locations=read["locations"],
        statuses=tuple(sorted(statuses, key=lambda change: change.at_s)),
        results=results,
        readable_s=read.get("readable", 0.0),
        overrides=read.get("document", {}),
    )


def identified(session: PlannedSession, seed: str) -> PlannedSession:
    """The session with the ids that it lacks, always the same ones for the same seed."""
    check_id = session.check.id or _derived_id(f"check {seed}")
    return replace(
        session,
        id=session.id or _derived_id(f"session {seed}"),
        check=replace(session.check, id=check_id),
    )


def _derived_id(seed: str) -> str:
    return str(uuid5(NAMESPACE_URL, ascii(seed)))  # a file's name may hold what UTF-8 cannot


def _read_check(node: yaml.Node) -> Check:
    read = record(node, required={"name": text}, optional={"type": text, "id": uuid, "tags": several(text)})
    return Check(
        id=read.get("id", ""), name=read["name"], type=read.get("type", "API"), tags=read.get("tags", ())
    )


def _read_status(node: yaml.Node) -> StatusChange:
    read = record(node, required={"at": duration, "is": text}, optional={})
    return StatusChange(read["at"], read["is"])


def _read_result(node: yaml.Node) -> PlannedResult:
    read = record(
        node,
        required={"at": duration, "location": text, "is": one_or_several(choice(*_OUTCOMES))},
        optional={
            "attempt": boolean,
            "type": text_or_null,
            "took": duration,
            "flags": _read_flags,
            "detail": mapping(plain),
        },
    )
    if "attempt" in read and "type" in read:
        raise wrong(node, "'attempt' does not go with 'type'")
    raised = {_OUTCOMES[word].flag for word in read["is"]}
    return PlannedResult(
        at_s=read["at"],
        location=read["location"],
        flags={flag: flag in raised for flag in _FLAGS} | read.get("flags", {}),
        type=read.get("type", "ATTEMPT" if read.get("attempt") else "FINAL"),
        took_s=read.get("took", _TOOK_S),
        detail=read.get("detail", {}),
    )


def _read_flags(node: yaml.Node) -> Mapping[str, Any]:
    return record(node, required={}, optional=dict.fromkeys(_FLAGS, boolean))


def _implied(results: tuple[PlannedResult, ...]) -> tuple[StatusChange, ...]:
    """The statuses of a session that says nothing of them: it ends with its last result, as its worst one."""
    if not results:
        return ()
    decisive = [result for result in results if result.type != "ATTEMPT"] or results
    worst = next(
        outcome.status
        for outcome in _OUTCOMES.values()
        if any(outcome.flag is None or result.flags[outcome.flag] for result in decisive)
    )
    return StatusChange(0.0, "STARTED"), StatusChange(results[-1].at_s, worst)
