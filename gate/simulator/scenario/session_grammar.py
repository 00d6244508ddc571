"""The grammar of one session, and the derivation of missing IDs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
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


def read_session(node: yaml.Node) -> PlannedSession:
    """Read a session: a test session if it has `checks`. IDs may be missing. Raises `InvalidYaml`."""
    if isinstance(node, yaml.MappingNode) and any(key.value == "checks" for key, _ in node.value):
        return _read_test_session(node)
    return _read_check_session(node)


def identified(session: PlannedSession, seed: str) -> PlannedSession:
    """Return the session with its missing IDs filled in. The same seed gives the same IDs."""
    session_id = session.id or _derived_id(f"session {seed}")
    checks = (
        _with_ids(run, session_id, number, seed if number == 0 else f"{seed} {number}")
        for number, run in enumerate(session.checks)
    )
    return replace(session, id=session_id, checks=tuple(checks))


def _read_check_session(node: yaml.Node) -> PlannedSession:
    read = record(
        node,
        required={"check": _read_check, "locations": several(text)},
        optional={"results": several(result_reader()), **_OF_ANY_SESSION},
    )
    run = PlannedCheck(read["check"], read["locations"], _by_time(read.get("results", ())))
    return _session(node, SessionKind.CHECK, read, (run,))


def _read_test_session(node: yaml.Node) -> PlannedSession:
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
    return _session(node, SessionKind.TEST, read, read["checks"])


def _session(
    node: yaml.Node, kind: SessionKind, read: Mapping[str, Any], checks: tuple[PlannedCheck, ...]
) -> PlannedSession:
    results = tuple(result for run in checks for result in run.results)
    statuses = read.get("statuses", ()) or implied_statuses(kind, results)
    if not statuses:
        raise wrong(node, "this session never ends: it needs statuses or results")
    return PlannedSession(
        id=read.get("id", ""),
        kind=kind,
        checks=checks,
        statuses=tuple(sorted(statuses, key=lambda change: change.at_s)),
        readable_s=read.get("readable", 0.0),
        overrides=read.get("document", {}),
        name=read.get("name", ""),
        location=read.get("location", ""),
        grows=read.get("grows", False),
        provider=read.get("provider", "API"),
        metadata=read.get("metadata", {}),
    )


def _read_check(node: yaml.Node) -> Check:
    return _check(record(node, required={"name": text}, optional=_OF_ANY_CHECK))


def _check_reader(location: str) -> Reader[PlannedCheck]:
    """Return a reader of a test session's checks, which run at the session's location."""

    def read(node: yaml.Node) -> PlannedCheck:
        found = record(
            node,
            required={"name": text},
            optional={"deployed": boolean, "results": several(result_reader(location)), **_OF_ANY_CHECK},
        )
        check = replace(_check(found), is_deployed=found.get("deployed", True))
        return PlannedCheck(check, (location,), _by_time(found.get("results", ())))

    return read


def _check(read: Mapping[str, Any]) -> Check:
    return Check(
        id=read.get("id", ""), name=read["name"], type=read.get("type", "API"), tags=read.get("tags", ())
    )


def _by_time(results: Iterable[PlannedResult]) -> tuple[PlannedResult, ...]:
    return tuple(sorted(results, key=lambda result: result.at_s))


def _with_ids(run: PlannedCheck, session_id: str, number: int, seed: str) -> PlannedCheck:
    check_id = run.check.id or (_derived_id(f"check {seed}") if run.check.is_deployed else "")
    results = (
        replace(result, id=str(uuid5(UUID(session_id), f"result {number} {index}")))
        for index, result in enumerate(run.results)
    )
    return replace(run, check=replace(run.check, id=check_id), results=tuple(results))


def _derived_id(seed: str) -> str:
    return str(uuid5(NAMESPACE_URL, ascii(seed)))  # the name of a file is not always valid UTF-8
