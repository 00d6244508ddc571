"""The grammar of one session, and the IDs of what the text leaves without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml

from gate.domain.session import SessionKind
from gate.simulator.scenario.result_grammar import implied_statuses, read_status, result_reader
from gate.simulator.scenario.sessions import Check, PlannedCheck, PlannedResult, PlannedSession
from gate.yamlio.nodes import wrong
from gate.yamlio.scalars import Reader, boolean, choice, duration, text, uuid
from gate.yamlio.shapes import mapping, plain, record, several

_OF_ANY_SESSION: Mapping[str, Reader[Any]] = {
    "id": uuid,
    "statuses": several(read_status),
    "readable": duration,
    "document": mapping(plain),
}
_OF_ANY_CHECK: Mapping[str, Reader[Any]] = {"type": text, "id": uuid, "tags": several(text)}
_PROVIDERS = ("GITHUB", "VERCEL", "API", "TRIGGER", "PW_REPORTER")


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """A check as the text has it: its ID may be missing although it is deployed."""

    planned: PlannedCheck
    is_deployed: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A session as the text has it: IDs may be missing."""

    session: PlannedSession
    checks: tuple[DraftCheck, ...]

    def identified(self, seed: str) -> PlannedSession:
        """Return the session with the IDs that it lacks, always the same ones for the same seed."""
        session_id = self.session.id or _derived_id(f"session {seed}")
        checks = (
            _identified(draft, session_id, number, seed if number == 0 else f"{seed} {number}")
            for number, draft in enumerate(self.checks)
        )
        return replace(self.session, id=session_id, checks=tuple(checks))


def read_session(node: yaml.Node) -> Draft:
    """Read a session: a test session if it has `checks`. Raises `InvalidYaml`."""
    if isinstance(node, yaml.MappingNode) and any(key.value == "checks" for key, _ in node.value):
        return _read_test_session(node)
    return _read_check_session(node)


def _read_check_session(node: yaml.Node) -> Draft:
    read = record(
        node,
        required={"check": _read_check, "locations": several(text)},
        optional={"results": several(result_reader()), **_OF_ANY_SESSION},
    )
    check = DraftCheck(PlannedCheck(read["check"], read["locations"], _by_time(read.get("results", ()))))
    return _draft(node, SessionKind.CHECK, read, (check,))


def _read_test_session(node: yaml.Node) -> Draft:
    location = next((value.value for key, value in node.value if key.value == "location"), None)
    read = record(
        node,
        required={"name": text, "location": text, "checks": several(_check_reader(str(location or "?")))},
        optional={
            "grows": boolean,
            "provider": choice(*_PROVIDERS),
            "metadata": mapping(plain),
            **_OF_ANY_SESSION,
        },
    )
    return _draft(node, SessionKind.TEST, read, read["checks"])


def _draft(
    node: yaml.Node, kind: SessionKind, read: Mapping[str, Any], checks: tuple[DraftCheck, ...]
) -> Draft:
    results = tuple(result for check in checks for result in check.planned.results)
    statuses = read.get("statuses", ()) or implied_statuses(kind, results)
    if not statuses:
        raise wrong(node, "this session never ends: it needs statuses or results")
    session = PlannedSession(
        id=read.get("id", ""),
        kind=kind,
        checks=(),
        statuses=tuple(sorted(statuses, key=lambda change: change.at_s)),
        readable_s=read.get("readable", 0.0),
        overrides=read.get("document", {}),
        name=read.get("name", ""),
        location=read.get("location", ""),
        grows=read.get("grows", False),
        provider=read.get("provider", "API"),
        metadata=read.get("metadata", {}),
    )
    return Draft(session, checks)


def _read_check(node: yaml.Node) -> Check:
    return _check(record(node, required={"name": text}, optional=_OF_ANY_CHECK))


def _check_reader(location: str) -> Reader[DraftCheck]:
    """Return a reader of a test session's checks, which run where the session does."""

    def read(node: yaml.Node) -> DraftCheck:
        found = record(
            node,
            required={"name": text},
            optional={"deployed": boolean, "results": several(result_reader(location)), **_OF_ANY_CHECK},
        )
        results = _by_time(found.get("results", ()))
        return DraftCheck(PlannedCheck(_check(found), (location,), results), found.get("deployed", True))

    return read


def _check(read: Mapping[str, Any]) -> Check:
    return Check(
        id=read.get("id", ""), name=read["name"], type=read.get("type", "API"), tags=read.get("tags", ())
    )


def _by_time(results: Iterable[PlannedResult]) -> tuple[PlannedResult, ...]:
    return tuple(sorted(results, key=lambda result: result.at_s))


def _identified(draft: DraftCheck, session_id: str, number: int, seed: str) -> PlannedCheck:
    check = draft.planned.check
    check_id = check.id or (_derived_id(f"check {seed}") if draft.is_deployed else "")
    results = (
        replace(result, id=str(uuid5(UUID(session_id), f"result {number} {index}")))
        for index, result in enumerate(draft.planned.results)
    )
    return replace(draft.planned, check=replace(check, id=check_id), results=tuple(results))


def _derived_id(seed: str) -> str:
    return str(uuid5(NAMESPACE_URL, ascii(seed)))  # a file's name may hold what UTF-8 cannot
