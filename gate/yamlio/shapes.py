"""Readers of lists and mappings, built from the readers of their items. They report all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from gate.yamlio.nodes import InvalidYaml, Problem, did_you_mean, problem_at, shown, wrong
from gate.yamlio.scalars import Reader, T, json_scalar, scalar


def several(item: Reader[T]) -> Reader[tuple[T, ...]]:
    """Return a reader of lists, which reads each element with `item`."""

    def read(node: yaml.Node) -> tuple[T, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise wrong(node, f"a list is needed here, not {shown(node)}")
        return tuple(_each([(item, child) for child in node.value]))

    return read


def one_or_several(item: Reader[T]) -> Reader[tuple[T, ...]]:
    """Return a reader of lists that also accepts a single item instead of a list."""

    def read(node: yaml.Node) -> tuple[T, ...]:
        return several(item)(node) if isinstance(node, yaml.SequenceNode) else (item(node),)

    return read


def mapping(value: Reader[T]) -> Reader[Mapping[str, T]]:
    """Return a reader of mappings, which accepts any key and reads each value with `value`."""

    def read(node: yaml.Node) -> Mapping[str, T]:
        entries = _entries(node)
        return dict(zip(entries, _each([(value, child) for child in entries.values()]), strict=True))

    return read


def record(
    node: yaml.Node, *, required: Mapping[str, Reader[Any]], optional: Mapping[str, Reader[Any]]
) -> Mapping[str, Any]:
    """Read a mapping with known keys, each with its own reader. Return the value of each key."""
    entries = _entries(node)
    readers = {**required, **optional}
    problems = [
        problem_at(key, f"unknown key {shown(key)}; {did_you_mean(key.value, readers)}")
        for key, _ in node.value
        if key.value not in readers
    ]
    problems += [
        problem_at(node, f"the key '{key}' is missing here") for key in required if key not in entries
    ]
    values = {}
    for key, child in entries.items():
        if key in readers:
            try:
                values[key] = readers[key](child)
            except InvalidYaml as error:
                problems += [Problem(each.place, f"{key}: {each.message}") for each in error.problems]
    if problems:
        raise InvalidYaml(*problems)
    return values


def plain(node: yaml.Node) -> object:
    """Read any value that JSON can represent."""
    if isinstance(node, yaml.SequenceNode):
        return list(several(plain)(node))
    if isinstance(node, yaml.MappingNode):
        return mapping(plain)(node)
    return json_scalar(node)


def _each(readings: list[tuple[Reader[T], yaml.Node]]) -> list[T]:
    """Return all values. Raises `InvalidYaml` with the problems of all items."""
    values: list[T] = []
    problems: list[Problem] = []
    for read, node in readings:
        try:
            values.append(read(node))
        except InvalidYaml as error:
            problems += error.problems
    if problems:
        raise InvalidYaml(*problems)
    return values


def _entries(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise wrong(node, f"a mapping is needed here, not {shown(node)}")
    entries: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = scalar(key)
        if name in entries:
            raise wrong(key, f"the key {shown(key)} is given twice")
        entries[name] = value
    return entries
