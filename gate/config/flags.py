"""Reads command-line flags and finds names that are almost those of an input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from gate.config.input import ENVIRONMENT_PREFIXES
from gate.config.inputs import BY_NAME, INPUTS
from gate.config.session_words import is_session
from gate.text.clean import clean

_COMMANDS = (
    "the commands are demo, simulate, policy, help and version; without one checkly-gate gates on a session"
)


def shown_text(text: str) -> str:
    """Return what was given, unless it looks like a key that landed in the wrong place."""
    return "what was given" if re.search(r"\b(cu|sv)_\w{8}", text) else repr(clean(text, 100))


def read_flags(argv: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Read `--name value`, `--name=value`, `--name` alone for a switch, and IDs or links of sessions."""
    flags: dict[str, str] = {}
    problems: list[str] = []
    words = list(argv)
    while words:
        word = words.pop(0)
        name, has_value, value = word.removeprefix("--").partition("=")
        row = BY_NAME.get(name)
        next_is_value = bool(words) and not words[0].startswith("--")
        if not word.startswith("--"):
            if is_session(word):
                flags["session-id"] = " ".join(filter(None, (flags.get("session-id"), word)))
            elif len(words) == len(argv) - 1:
                problems.append(f"unknown command {shown_text(word)}; {_COMMANDS}")
            else:
                problems.append(f"unexpected argument {shown_text(word)}: inputs are given as --name value")
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


def unknown_variables(env: Mapping[str, str]) -> Iterable[str]:
    """Yield variables that only look like an input's: a misspelt threshold would not be applied.

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
    return f"; did you mean {near}?" if near else "; checkly-gate --help lists the inputs"


def _nearest(name: str, likeness: float) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    return next(iter(get_close_matches(name.lower().replace("_", "-"), BY_NAME, n=1, cutoff=likeness)), "")
