"""The schema of the JSON record: it is strict and complete, and the gate's records follow it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from enum import Enum
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from gate.domain.detail import Detail
from gate.domain.errors import UsageError
from gate.domain.exit_code import ExitCode
from gate.domain.session import SessionKind
from gate.evaluation.decision import Rule
from gate.evaluation.judged import Conclusion, VerdictKind
from gate.evaluation.states import State
from gate.policy.effective import Policy
from gate.polling.result import Ending
from gate.report import record
from gate.report.report import Report
from tests.exhaustive import examples
from tests.report.reading import SCHEMA, record_problems, reports
from tests.report.reports import DECIDED, of_error, report_of, report_on, unfinished, unread
from tests.samples import attempt, result, run_of, session

RED = session("FAILED", attempt("a"), result("a", "failed"), result("b"), locations=("a", "b", "c"))
ERRORS = {
    "usage": of_error(UsageError("timeout: no"), decided_at=DECIDED),
    "never read": report_of(unread()),
    "stopped": report_of(unfinished(session("PROGRESS", locations=("a",)), Ending.STOPPED)),
}


def _read(report: Report) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(record.render(report))
    return read


def _rich() -> dict[str, Any]:
    """Return a record that contains every kind of object."""
    policy = Policy(skipped={"z": "INC-4711"}, origins={"missing": "p.yml:3"})
    details = {run_of(RED).results[0].id: Detail(("reset",), ("trace.zip",))}
    report = replace(report_on(RED, policy=policy), details=details, inputs={"timeout": "1200.0"})
    return _read(report)


def _objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    """Yield the path of each object in a record, except objects whose keys the schema does not list."""
    if isinstance(value, dict) and (not path or path[-1] not in ("inputs", "skipped", "origins")):
        yield path
    for key, child in _children(value):
        yield from _objects(child, (*path, key))


def _children(value: Any) -> Iterable[tuple[str | int, Any]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _at(document: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - JSON
    for key in path:
        document = document[key]
    return document


def _described(schema: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Yield the parts of the schema that list the keys of an object."""
    if isinstance(schema, dict):
        if "properties" in schema and isinstance(schema.get("type"), str):
            yield schema
        for child in schema.values():
            yield from _described(child)


def test_the_schema_is_a_valid_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.exhaustive
@examples(80)
@given(reports())
def test_every_record_follows_the_schema(report: Report) -> None:
    assert record_problems(_read(report)) == []


@pytest.mark.parametrize("report", ERRORS.values(), ids=ERRORS.keys())
def test_the_record_of_an_error_follows_the_schema(report: Report) -> None:
    assert record_problems(_read(report)) == []


def test_unknown_and_missing_keys_violate_the_schema() -> None:
    whole = _rich()
    assert record_problems(whole) == []
    kinds = set()
    for path in _objects(whole):
        keys = tuple(_at(whole, path))
        kinds.add(keys)
        for key in keys:
            lacking = deepcopy(whole)
            del _at(lacking, path)[key]
            assert record_problems(lacking), f"{path} without {key}"
        more = deepcopy(whole)
        _at(more, path)["new"] = ""
        assert record_problems(more), f"{path} with a new key"
    assert kinds == {tuple(part["properties"]) for part in _described(SCHEMA)}, (
        "the record contains every kind of object, with its keys in the order of the schema"
    )


def test_each_key_is_described_and_required() -> None:
    for part in _described(SCHEMA):
        assert part["required"] == list(part["properties"])
        assert all(of["description"].endswith(".") for of in part["properties"].values())


def test_the_record_begins_with_its_version() -> None:
    assert next(iter(_rich().items())) == ("version", 1)


def _values(kind: type[Enum]) -> list[object]:
    return [each.value for each in kind]


ENUMS = {
    "verdict": (SCHEMA["properties"]["verdict"], _values(VerdictKind)),
    "exit-code": (SCHEMA["properties"]["exit-code"], _values(ExitCode)),
    "kind": (SCHEMA["$defs"]["session"]["properties"]["kind"], [*_values(SessionKind), ""]),
    "ending": (SCHEMA["$defs"]["session"]["properties"]["ending"], _values(Ending)),
    "rule": (SCHEMA["$defs"]["decision"]["properties"]["rule"], _values(Rule)),
    "standing": (SCHEMA["$defs"]["row"]["properties"]["standing"], _values(Conclusion)),
    "state": (SCHEMA["$defs"]["state"], _values(State)),
}


@pytest.mark.parametrize(("part", "values"), ENUMS.values(), ids=ENUMS.keys())
def test_the_enums_of_the_schema_match_those_of_the_gate(part: dict[str, Any], values: list[object]) -> None:
    assert part["enum"] == values
