"""Compose YAML text into nodes that keep their lines and columns, and describe mistakes in them."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import yaml
from yaml.reader import ReaderError

_DEEPEST = 30  # deeper than any sensible document, and shallow enough for recursive functions


class _Mark(Protocol):
    line: int  # from 0
    column: int  # from 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in the text. `place` is `:LINE:COLUMN` or `:LINE`, counted from 1; empty if unknown."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class InvalidYaml(Exception):
    """The text is not valid YAML, or its content is not valid."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def compose(text: str) -> yaml.Node:
    """Return the root node of the only YAML document in a text, without constructing its Python objects.

    Raises `InvalidYaml`.
    """
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise InvalidYaml(Problem(_place(error.problem_mark), f"not YAML: {said}")) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidYaml(Problem(f":{line}", f"not YAML: {error.reason}")) from error
    except (ValueError, OverflowError) as error:  # raised by the parser for "\UFFFFFFFF" and %YAML 1.999…
        raise InvalidYaml(Problem("", f"not YAML: {error}")) from error
    if root is None:
        raise InvalidYaml(Problem("", "the document is empty"))
    return root


class _Loader(yaml.SafeLoader):
    """A loader that rejects tags, aliases and deep nesting: they are not needed, and can exhaust memory."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call] # the stubs do not type it
        if isinstance(event, yaml.AliasEvent):
            raise InvalidYaml(Problem(_place(event.start_mark), "aliases are not allowed"))
        if getattr(event, "tag", None) is not None:
            raise InvalidYaml(Problem(_place(event.start_mark), "tags are not allowed"))
        self.depth += 1
        if self.depth > _DEEPEST:
            raise InvalidYaml(Problem(_place(event.start_mark), "nested too deeply"))
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _place(mark: _Mark | None) -> str:
    return "" if mark is None else f":{mark.line + 1}:{mark.column + 1}"


def wrong(node: yaml.Node, message: str) -> InvalidYaml:
    """Return an exception with one problem at the node's place, for the caller to raise."""
    return InvalidYaml(problem_at(node, message))


def problem_at(node: yaml.Node, message: str) -> Problem:
    """Return a problem at the node's place."""
    return Problem(_place(node.start_mark), message)


def child(node: yaml.Node, key: str) -> yaml.Node:
    """Return the value of a key that the mapping is known to contain."""
    values: dict[str, yaml.Node] = {name.value: value for name, value in node.value}
    return values[key]


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Suggest the most similar known word, or list all known words if none is similar."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"


def shown(node: yaml.Node) -> str:
    """Return the node's content for a message: short, and on one line."""
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value if len(node.value) <= 40 else node.value[:39] + "…")
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
