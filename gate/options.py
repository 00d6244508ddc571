"""Reads the inputs from flags, the environment and the defaults into settings that can be trusted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import normpath
from typing import Any

from gate.errors import UsageError
from gate.inputs import BY_NAME, ENVIRONMENT_PREFIXES, INPUTS, Input
from gate.model import ApiVersion
from gate.policy import Threshold
from gate.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs, read and trusted. Durations are in seconds."""

    session_id: tuple[str, ...]
    trigger_check_id: tuple[str, ...]
    trigger_tags: tuple[tuple[str, ...], ...]
    refresh_cache: bool
    api_key: str
    account_id: str
    api_url: str
    api_version: ApiVersion | None
    timeout: float
    poll_interval: float
    degraded_threshold: Threshold | None
    failed_threshold: Threshold | None
    policy: str
    junit_path: str
    json_path: str
    details: bool
    report_only: bool
    cancel_on_abort: bool
    ca_bundle: str
    verbose: bool

    def __repr__(self) -> str:
        return f"Settings({', '.join(self.session_id)})"  # never the key


class InputsRefused(UsageError):
    """Inputs that are wrong, with the report paths that are usable all the same."""

    def __init__(self, problems: Sequence[str], *, junit_path: str, json_path: str) -> None:
        super().__init__(*problems)
        self.junit_path = junit_path
        self.json_path = json_path


_WHAT_TO_GATE_ON = ("session-id", "trigger-check-id", "trigger-tags")
_NOTHING_TO_GATE_ON = (
    "session-id: required: give --session-id or CHECKLY_GATE_SESSION_ID, or have checks triggered with "
    "trigger-check-id or trigger-tags (without a filter every check in the account would run)"
)


def read_settings(
    argv: Sequence[str], env: Mapping[str, str], real_path: Callable[[str], str] = normpath
) -> Settings:
    """The settings from flags, then the environment, then the defaults; the first that is not empty wins.

    `real_path` says where a path leads, links and all. Raises `InputsRefused` with every problem at once,
    each in one line.
    """
    flags, problems = _read_flags(argv)
    given = {row.name: _given(row, flags, env) for row in INPUTS}
    problems += _unknown_variables(env)
    values: dict[str, Any] = {}
    for row in INPUTS:
        origin, text = given[row.name]
        try:
            values[row.field] = _value(row, text, origin)
        except ValueError as error:
            problems.append(_problem(row, text, str(error)))
    if not any(given[name][1] for name in _WHAT_TO_GATE_ON):
        problems.append(_NOTHING_TO_GATE_ON)
    junit_path = values.get("junit_path", BY_NAME["junit-path"].default)
    json_path = values.get("json_path", "")
    if json_path and real_path(json_path) == real_path(junit_path) and not json_path.startswith("/dev/"):
        problems.append("json-path: is junit-path too: the record would take the place of the JUnit report")
        json_path = ""
    if problems:
        raise InputsRefused(problems, junit_path=junit_path, json_path=json_path)
    return Settings(**values)


def shown_inputs(settings: Settings) -> dict[str, str]:
    """The inputs as text for a record: without secrets, and without what was not given."""
    shown = {}
    for row in INPUTS:
        value = getattr(settings, row.field)
        text = row.default if value is None else _as_text(value)
        if not row.secret and text:
            shown[row.name] = {"True": "true", "False": "false"}.get(text, text)
    return shown


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(", ".join(each) if isinstance(each, tuple) else each for each in value)
    return str(value)


def _given(row: Input, flags: Mapping[str, str], env: Mapping[str, str]) -> tuple[str, str]:
    """Where the input's text comes from, and the text; both empty where it was not given."""
    if flags.get(row.name, "").strip():
        return f"input {row.name}", flags[row.name].strip()
    for variable in row.environment:
        if env.get(variable, "").strip():
            return f"input {row.name}", env[variable].strip()
    if row.name == "verbose" and env.get("RUNNER_DEBUG") == "1":
        return "RUNNER_DEBUG", "true"
    return "", ""


def _value(row: Input, text: str, origin: str) -> object:
    if not text and row.required:
        raise ValueError(f"required: give --{row.name} or {row.environment[-1]}")
    if not text and (row.is_policy or not row.default):
        return row.absent
    value = row.read(text or row.default)
    return replace(value, origin=origin) if origin and isinstance(value, Threshold) else value


def _problem(row: Input, text: str, allowed: str) -> str:
    if not text:
        return f"{row.name}: {allowed}"
    shown = "what was given" if row.secret else _shown(text)
    return f"{row.name}: {shown} is not allowed; allowed: {allowed}"


def _shown(text: str) -> str:
    """What was given, unless it looks like a key that landed in the wrong place."""
    return "what was given" if re.search(r"\b(cu|sv)_\w{8}", text) else repr(clean(text, 100))


def _read_flags(argv: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Flags as `--name value`, `--name=value`, or `--name` alone for a switch."""
    flags: dict[str, str] = {}
    problems: list[str] = []
    words = list(argv)
    while words:
        word = words.pop(0)
        name, has_value, value = word.removeprefix("--").partition("=")
        row = BY_NAME.get(name)
        next_is_value = bool(words) and not words[0].startswith("--")
        if not word.startswith("--"):
            problems.append(f"unexpected argument {_shown(word)}: inputs are given as --name value")
            continue
        if row is None:
            problems.append(f"unknown input --{clean(name, 100)}{_hint(name)}")
        if not has_value and next_is_value:
            value = words.pop(0)
        elif not has_value and row and row.switch:
            value = "true"
        elif not has_value and row:
            problems.append(f"{row.name}: --{row.name} needs a value")
        if row:
            flags[name] = (
                row.joined_by.join((flags[name], value)) if row.joined_by and name in flags else value
            )
    return flags, problems


def _unknown_variables(env: Mapping[str, str]) -> Iterable[str]:
    """Variables that look like an input's but are none: a threshold misspelt is a threshold not applied.

    CHECKLY_GATE_* is ours. INPUT_* and PLUGIN_* may be somebody else's: only a near miss is refused.
    """
    known = {variable for row in INPUTS for variable in row.environment}
    for variable in sorted(set(env) - known):
        prefix = next((prefix for prefix in ENVIRONMENT_PREFIXES if variable.startswith(prefix)), None)
        if prefix is None or not env[variable].strip():
            continue
        name = variable.removeprefix(prefix)
        if prefix == "CHECKLY_GATE_" or _nearest(name, 0.85):
            yield f"unknown input {clean(variable, 100)}{_hint(name)}"


def _hint(name: str) -> str:
    near = _nearest(name, 0.6)
    return f"; did you mean {near}?" if near else f"; the inputs are {', '.join(BY_NAME)}"


def _nearest(name: str, likeness: float) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    return next(iter(get_close_matches(name.lower().replace("_", "-"), BY_NAME, n=1, cutoff=likeness)), "")
