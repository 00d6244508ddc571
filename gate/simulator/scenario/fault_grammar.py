"""The grammar of a fault: which requests it affects, and exactly one effect."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import yaml

from gate.simulator.answer import JSON, Answer, refusal
from gate.simulator.scenario.faults import Aim, Cut, Drip, Effect, Fault, Flood, Operation
from gate.yamlio.nodes import shown, wrong
from gate.yamlio.scalars import boolean, choice, duration, header, scalar, text, whole
from gate.yamlio.shapes import record

_REQUESTS = re.compile(r"(?P<first>[1-9]\d{0,8})(?P<range>-(?P<last>[1-9]\d{0,8})?)?", re.ASCII)


def read_fault(node: yaml.Node) -> Fault:
    """Read one fault. Raises `InvalidYaml`."""
    read = record(
        node,
        required={"on": choice(*Operation, "any")},
        optional={
            "version": choice("v1", "v2"),
            "session": whole(0, 1_000),
            "from": duration,
            "until": duration,
            "requests": _read_requests,
            **_EFFECT_KEYS,
        },
    )
    from_s, until_s = read.get("from", 0.0), read.get("until", math.inf)
    if until_s <= from_s:
        raise wrong(node, "this fault ends before it begins")
    first, last = read.get("requests", (1, math.inf))
    return Fault(
        aim=Aim(_operation(read["on"]), read.get("version"), read.get("session")),
        effect=_effect(node, read),
        from_s=from_s,
        until_s=until_s,
        first=first,
        last=last,
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of effect: how to make it from its keys, and which other keys it allows."""

    make: Callable[[Mapping[str, Any]], Effect]
    companions: frozenset[str] = frozenset()


def _answer(read: Mapping[str, Any]) -> Answer:
    status = read.get("status", HTTPStatus.OK.value)
    body = read["body"].encode() if "body" in read else _usual_body(status)
    headers = tuple((name, read[name]) for name in ("retry-after", "location") if name in read)
    return Answer(status, body, read.get("type", JSON), headers)


def _usual_body(status: int) -> bytes:
    try:
        return refusal(HTTPStatus(status)).body
    except ValueError:  # a status that HTTP does not define
        return b""


# The first of these keys in a fault selects its effect; `body` does so only if there is no `status`.
_KINDS: Mapping[str, _Kind] = {
    "cut": _Kind(lambda read: Cut(read["cut"])),
    "drip": _Kind(lambda read: Drip(read["drip"])),
    "size": _Kind(lambda read: Flood(read["size"], gzip=read.get("gzip", False)), frozenset({"gzip"})),
    "status": _Kind(_answer, frozenset({"body", "type", "retry-after", "location"})),
    "body": _Kind(_answer, frozenset({"type", "retry-after", "location"})),
}
_EFFECT_KEYS: Mapping[str, Callable[[yaml.Node], object]] = {
    "cut": choice(*Cut),
    "drip": duration,
    "size": whole(2, 10_000_000_000),
    "gzip": boolean,
    "status": whole(200, 599),
    "body": text,
    "type": header,
    "retry-after": header,
    "location": header,
}


def _effect(node: yaml.Node, read: Mapping[str, Any]) -> Effect:
    leader = next((key for key in _KINDS if key in read), None)
    if leader is None:
        raise wrong(node, f"this fault has no effect; it needs one of {', '.join(_KINDS)}")
    kind = _KINDS[leader]
    for key in _EFFECT_KEYS:
        if key in read and key != leader and key not in kind.companions:
            raise wrong(node, f"'{key}' cannot be combined with '{leader}'")
    return kind.make(read)


def _operation(on: str) -> Operation | None:
    return None if on == "any" else Operation(on)


def _read_requests(node: yaml.Node) -> tuple[int, float]:
    """Read `2`, `1-3` or `5-`. Return the first and the last request, counted from 1."""
    match = _REQUESTS.fullmatch(scalar(node))
    if not match:
        raise wrong(node, f"{shown(node)} is not a valid range of requests: write 2, 1-3 or 5-")
    first = int(match["first"])
    last = float(match["last"] or math.inf) if match["range"] else first
    if last < first:
        raise wrong(node, f"{shown(node)} ends before it begins")
    return first, last
