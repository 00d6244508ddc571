"""The grammar of results and statuses, and the statuses that results imply for a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from gate.domain.session import SessionKind
from gate.simulator.scenario.sessions import FIRST_STATUS, FLAGS, PlannedResult, StatusChange
from gate.yamlio.nodes import wrong
from gate.yamlio.scalars import boolean, choice, duration, text, text_or_null
from gate.yamlio.shapes import mapping, one_or_several, plain, record

_TOOK_S = 0.3


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The flag that a word after `is` sets, and the final status that it implies for a session."""

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


def read_status(node: yaml.Node) -> StatusChange:
    """Read one change of the status. Raises `InvalidYaml`."""
    read = record(node, required={"at": duration, "is": text}, optional={})
    return StatusChange(read["at"], read["is"])


def result_reader(location: str | None = None) -> Callable[[yaml.Node], PlannedResult]:
    """Return a reader of results. If `location` is None, each result must have a location.

    The reader raises `InvalidYaml`.
    """
    where = {"location": text}

    def read(node: yaml.Node) -> PlannedResult:
        found = record(
            node,
            required={
                "at": duration,
                "is": one_or_several(choice(*_OUTCOMES)),
                **({} if location else where),
            },
            optional={
                "attempt": boolean,
                "type": text_or_null,
                "took": duration,
                "flags": _read_flags,
                "detail": mapping(plain),
                **({"status": text, **where} if location else {}),
            },
        )
        if "attempt" in found and "type" in found:
            raise wrong(node, "'attempt' cannot be combined with 'type'")
        raised = {_OUTCOMES[word].flag for word in found["is"]}
        return PlannedResult(
            at_s=found["at"],
            location=found.get("location", location),
            flags={flag: flag in raised for flag in FLAGS} | found.get("flags", {}),
            type=found.get("type", "ATTEMPT" if found.get("attempt") else "FINAL"),
            took_s=found.get("took", _TOOK_S),
            status=found.get("status"),
            detail=found.get("detail", {}),
        )

    return read


def _read_flags(node: yaml.Node) -> Mapping[str, Any]:
    return record(node, required={}, optional=dict.fromkeys(FLAGS, boolean))


def implied_statuses(kind: SessionKind, results: tuple[PlannedResult, ...]) -> tuple[StatusChange, ...]:
    """Return the statuses of a session that lists none: they follow from its last and its worst result."""
    if not results:
        return ()
    decisive = [result for result in results if result.type != "ATTEMPT"] or results
    worst = next(
        outcome.status
        for outcome in _OUTCOMES.values()
        if any(outcome.flag is None or result.flags[outcome.flag] for result in decisive)
    )
    if kind is SessionKind.TEST and worst == "DEGRADED":
        worst = "PASSED"  # Checkly's API: a test session cannot be DEGRADED
    ends_s = max(result.at_s for result in results)
    return StatusChange(0.0, FIRST_STATUS[kind]), StatusChange(ends_s, worst)
