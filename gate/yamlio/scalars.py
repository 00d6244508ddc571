"""Readers of single values: each turns a node into a typed value, or raises `InvalidYaml`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

import yaml

from gate.text.duration import parse_duration
from gate.yamlio.nodes import did_you_mean, shown, wrong

T = TypeVar("T")
Reader = Callable[[yaml.Node], T]

_LONGEST_S = 24 * 3600.0  # so that date arithmetic in a scenario cannot overflow
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG = "tag:yaml.org,2002:"


def scalar(node: yaml.Node) -> str:
    """Return the text of a single value as it is written. Null is not allowed."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == f"{_TAG}null":
        raise wrong(node, f"a single value is needed here, not {shown(node)}")
    if not _is_encodable(node.value):
        raise wrong(node, "this text cannot be written as UTF-8")
    return str(node.value)


def text(node: yaml.Node) -> str:
    """Return a string. `404` and `yes` must be quoted to be strings."""
    if isinstance(node, yaml.ScalarNode) and node.tag not in (f"{_TAG}str", f"{_TAG}timestamp"):
        raise wrong(node, f"a string is needed here, not {node.value or 'null'} (write it in quotes)")
    return scalar(node)


def text_or_null(node: yaml.Node) -> str | None:
    """Return a string, or None for null."""
    return None if node.tag == f"{_TAG}null" else text(node)


def boolean(node: yaml.Node) -> bool:
    """Return true or false."""
    value = json_scalar(node)
    if not isinstance(value, bool):
        raise wrong(node, f"true or false is needed here, not {shown(node)}")
    return value


def number(lowest: float, highest: float) -> Reader[float]:
    """Return a reader of numbers within inclusive bounds."""

    def read(node: yaml.Node) -> float:
        value = json_scalar(node)
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            bounds = f"{lowest:.10g} to {highest:.10g}"  # no exponent: YAML 1.1 reads 1e+06 as a string
            raise wrong(node, f"a number from {bounds} is needed here, not {shown(node)}")
        return float(value)

    return read


def whole(lowest: int, highest: int) -> Reader[int]:
    """Return a reader of whole numbers within inclusive bounds."""

    def read(node: yaml.Node) -> int:
        value = json_scalar(node)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise wrong(node, f"a whole number from {lowest} to {highest} is needed here, not {shown(node)}")
        return value

    return read


def duration(node: yaml.Node) -> float:
    """Return a duration in seconds."""
    try:
        seconds = parse_duration(scalar(node))
    except ValueError as error:
        raise wrong(node, f"{shown(node)} is not a valid duration: {error}") from error
    if seconds > _LONGEST_S:
        raise wrong(node, f"{shown(node)} is longer than a day")
    return seconds


def moment(node: yaml.Node) -> datetime:
    """Return a date-time in UTC. It must be written with an offset."""
    try:
        value = datetime.fromisoformat(scalar(node))
    except ValueError as error:
        raise wrong(node, f"{shown(node)} is not a valid date-time such as 2026-01-15T09:00:00Z") from error
    if value.tzinfo is None or not 1970 < value.year < 3000:
        raise wrong(node, f"{shown(node)} needs an offset (Z) and a year from 1971 to 2999")
    return value.astimezone(UTC)


def uuid(node: yaml.Node) -> str:
    """Return a UUID in lower case."""
    value = scalar(node).lower()
    if not _UUID.fullmatch(value):
        raise wrong(node, f"{shown(node)} is not a valid UUID")
    return value


def header(node: yaml.Node) -> str:
    """Return a string that is a valid header value."""
    value = scalar(node)
    if not (value.isascii() and value.isprintable()):
        raise wrong(node, f"{shown(node)} is not a valid header value")
    return value


def choice(*known: str) -> Reader[str]:
    """Return a reader that accepts only the known words."""

    def read(node: yaml.Node) -> str:
        value = scalar(node)
        if value not in known:
            raise wrong(node, f"{shown(node)} is not a known value; {did_you_mean(value, known)}")
        return value

    return read


def json_scalar(node: yaml.Node) -> object:
    """Return a single value as JSON represents it: null, true, false, a number, or otherwise a string."""
    if not isinstance(node, yaml.ScalarNode):
        raise wrong(node, f"a single value is needed here, not {shown(node)}")
    kind = node.tag.removeprefix(_TAG)
    try:
        return _PLAIN.get(kind, str)(node.value)
    except ValueError as error:
        raise wrong(node, f"{shown(node)} is not a valid JSON value") from error


def _finite(written: str) -> float:
    value = float(written.replace("_", ""))
    if not math.isfinite(value):
        raise ValueError(written)
    return value


_PLAIN: Mapping[str, Callable[[str], object]] = {
    "null": lambda _: None,
    "bool": lambda written: written.lower() in ("true", "yes", "on"),
    "int": lambda written: int(written.replace("_", "")),
    "float": _finite,
}


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
