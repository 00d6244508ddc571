"""Read a policy file: YAML text becomes a policy document, or a list of mistakes with line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from gate.domain.errors import UsageError
from gate.policy.document import CheckRule, Limits, PolicyDocument
from gate.policy.match import Match
from gate.policy.quarantine import Quarantine
from gate.policy.threshold import Threshold, parse_threshold
from gate.text.clean import clean
from gate.text.duration import parse_duration
from gate.yamlio.nodes import InvalidYaml, child, compose, shown, wrong
from gate.yamlio.scalars import Reader, choice, scalar, text, uuid
from gate.yamlio.shapes import record, several

LARGEST_BYTES = 100_000  # enough for a thousand quarantines
_MOST_PROBLEMS = 20
LIMITS = ("degraded-threshold", "failed-threshold", "flaky-threshold", "response-time")


def read_policy(written: str, path: str) -> PolicyDocument:
    """Return the document in the text of a policy file. Decisions and messages name the file by `path`.

    Raises `UsageError` with the first 20 mistakes, as `path:line:column: message`, and counts the others.
    """
    if len(written) > LARGEST_BYTES:
        raise UsageError(f"{path}: the policy is larger than {LARGEST_BYTES // 1000} kB")
    try:
        return _read_book(compose(written), path)
    except InvalidYaml as error:
        problems = [clean(f"{path}{problem}", 500) for problem in error.problems[:_MOST_PROBLEMS]]
        more = len(error.problems) - len(problems)
        raise UsageError(
            *problems, *([f"{path}: and {more} more mistake{'s' * (more > 1)}"] if more else [])
        ) from None


def _read_book(root: yaml.Node, path: str) -> PolicyDocument:
    read = record(
        root,
        required={},
        optional={
            **_limit_readers(path),
            "missing": choice("fail", "pass"),
            "cancelled": choice("fail", "pass"),
            "locations": _locations(path),
            "quarantine": several(_quarantine(path)),
            "checks": several(_check_rule(path)),
        },
    )
    places: Mapping[str, Mapping[str, str]] = read.get("locations", {})
    switches = {key: _at(child(root, key), path) for key in ("missing", "cancelled") if key in read}
    entries = {f"{kind} {name}": origin for kind, names in places.items() for name, origin in names.items()}
    return PolicyDocument(
        limits=_limits(read, root, path),
        checks=read.get("checks", ()),
        allow_missing=read.get("missing") == "pass",
        allow_cancelled=read.get("cancelled") == "pass",
        required=tuple(places.get("required", ())),
        ignored=tuple(places.get("ignore", ())),
        quarantine=read.get("quarantine", ()),
        origins=switches | entries,
    )


def _at(node: yaml.Node, path: str) -> str:
    """Return a node's place in the form that decisions show."""
    return f"{path}:{node.start_mark.line + 1}"


def _limit_readers(path: str) -> dict[str, Reader[Any]]:
    return {key: _response_time if key == "response-time" else _threshold(path) for key in LIMITS}


def _limits(read: Mapping[str, Any], node: yaml.Node, path: str) -> Limits:
    limits = Limits(
        failed=read.get("failed-threshold"),
        degraded=read.get("degraded-threshold"),
        flaky=read.get("flaky-threshold"),
    )
    if "response-time" not in read:
        return limits
    origin = _at(child(node, "response-time"), path)
    return replace(limits, response_time_ms=read["response-time"] * 1000, response_time_origin=origin)


def _threshold(path: str) -> Reader[Threshold]:
    def read(node: yaml.Node) -> Threshold:
        try:
            return parse_threshold(scalar(node), _at(node, path))
        except ValueError as error:
            raise wrong(node, f"{shown(node)} is not a valid threshold: {error}") from None

    return read


def _response_time(node: yaml.Node) -> float:
    try:
        seconds = parse_duration(scalar(node))
    except ValueError as error:
        raise wrong(node, f"{shown(node)} is not a valid response time: {error}") from None
    if not 0 < seconds <= 3600:
        raise wrong(node, f"{shown(node)} is not a valid response time: it must be over 0s and at most 1h")
    return seconds


def _name(node: yaml.Node) -> str:
    """Return a name. It must be one line that `clean` does not change, like cleaned names from Checkly."""
    value = text(node)
    if not value or clean(value) != value:
        raise wrong(node, f"{shown(node)} is not a valid name: one line of 1 to 200 printable characters")
    return value


def _glob(node: yaml.Node) -> str:
    """Return a glob with `*`, `?` and `[...]`. Each bracket must be closed."""
    value = _name(node)
    rest = value
    while "[" in rest:
        # A `]` that comes first in a set, even after `!`, does not close the set.
        inside = rest[rest.index("[") + 1 :].removeprefix("!")
        if "]" not in inside[1:]:
            raise wrong(
                node,
                f"{shown(node)} is not a valid glob: a '[' is not closed (to match '[' itself, write [[])",
            )
        rest = inside[inside.index("]", 1) + 1 :]
    return value


def _day(node: yaml.Node) -> date:
    try:
        return date.fromisoformat(scalar(node))
    except ValueError:
        raise wrong(node, f"{shown(node)} is not a valid day such as 2026-12-31") from None


def _locations(path: str) -> Reader[Mapping[str, Mapping[str, str]]]:
    """Return a reader of `required` and `ignore`, which returns each name with its place in the file."""

    def names(node: yaml.Node) -> Mapping[str, str]:
        read = several(_name)(node)
        places: dict[str, str] = {}
        for name, item in zip(read, node.value, strict=True):
            if name in places:
                raise wrong(item, f"the location {name!r} is in this list twice")
            places[name] = _at(item, path)
        return places

    return lambda node: record(node, required={}, optional={"required": names, "ignore": names})


def _quarantine(path: str) -> Reader[Quarantine]:
    def read(node: yaml.Node) -> Quarantine:
        read = record(
            node,
            required={"until": _day, "reason": _name},
            optional={"check": _glob, "location": _name},
        )
        if not read.keys() & {"check", "location"}:
            raise wrong(node, "a quarantine needs a check, a location, or both")
        return Quarantine(
            check=read.get("check", ""),
            location=read.get("location", ""),
            until=read["until"],
            reason=read["reason"],
            origin=_at(node, path),
        )

    return read


def _check_rule(path: str) -> Reader[CheckRule]:
    def read(node: yaml.Node) -> CheckRule:
        read = record(node, required={"match": _match}, optional=_limit_readers(path))
        if len(read) == 1:
            raise wrong(node, f"this rule has no effect: it needs one of {', '.join(LIMITS)}")
        return CheckRule(read["match"], _limits(read, node, path))

    return read


def _match(node: yaml.Node) -> Match:
    read = record(node, required={}, optional={"name": _glob, "id": uuid, "type": _name})
    if not read:
        raise wrong(node, "a match needs a name, an id or a type")
    return Match(**read)
