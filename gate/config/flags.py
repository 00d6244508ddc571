"""Read command-line flags, and find misspelt names of inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gate.config.input import ENVIRONMENT_PREFIXES, shown_text
from gate.config.inputs import BY_NAME, INPUTS
from gate.config.session_words import is_meant_as_session
from gate.text.clean import clean

# If the name of a service begins with checkly-gate, Kubernetes sets these variables in all containers of the
# service's namespace.
_OF_A_SERVICE = re.compile(
    r"CHECKLY_GATE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)
COMMANDS = ("demo", "simulate", "policy", "help", "version")
_THE_COMMANDS = f"the commands are {', '.join(COMMANDS[:-1])} and {COMMANDS[-1]}"
_TAKES = {"help": "help takes at most one argument: a command", "version": "version takes no arguments"}
_REQUIRED = ("session-id", "api-key")  # not also reported as missing after a mistyped command
_SHELLS = ("cat", "sh", "bash", "/bin/sh", "/bin/bash")
_WITH_ENTRYPOINT = (
    "it is a shell command, but this container starts the gate. A CI system that runs shell commands in "
    "the container must replace its entrypoint: Jenkins with .inside('--entrypoint='), GitLab with "
    "entrypoint: ['']"
)


class Mistake(NamedTuple):
    """A mistake, and the inputs that it concerns. These inputs are not also reported as missing."""

    text: str
    concerns: tuple[str, ...] = ()


def read_flags(argv: Sequence[str]) -> tuple[dict[str, str], list[Mistake]]:
    """Read `--name value`, `--name=value`, `--name` alone for a switch, and the IDs and links of sessions."""
    flags: dict[str, str] = {}
    mistakes: list[Mistake] = []
    words = list(argv)
    while words:
        word = words.pop(0)
        name, has_value, value = word.removeprefix("--").partition("=")
        row = BY_NAME.get(name)
        next_is_value = bool(words) and not words[0].startswith("--")
        if not word.startswith("--"):
            if is_meant_as_session(word):
                flags["session-id"] = " ".join(filter(None, (flags.get("session-id"), word)))
            elif len(words) == len(argv) - 1:
                mistakes.append(_no_command(word))
            else:
                why = "inputs are given as --name value, and a command or a scenario comes first"
                mistakes.append(Mistake(f"unexpected argument {shown_text(word)}: {why}"))
            continue
        if row is None:
            mistakes.append(_unknown(f"--{clean(name, 100)}", name))
        if not has_value and next_is_value:
            value = words.pop(0)
        elif not has_value and row and row.switch:
            value = "true"
        elif not has_value and row:
            mistakes.append(Mistake(f"{row.name}: --{row.name} needs a value", (row.name,)))
        if row:
            flags[name] = (
                row.joined_by.join((flags[name], value)) if row.joined_by and name in flags else value
            )
    return flags, mistakes


def unknown_variables(env: Mapping[str, str], *, is_action: bool = False) -> Iterable[Mistake]:
    """Yield a mistake for each variable that seems to be a misspelt input, which would otherwise be ignored.

    Variables that begin with CHECKLY_GATE_ belong to the gate. Those that begin with INPUT_ or PLUGIN_ may
    belong to other programs, so they are rejected only if they are very similar to an input.
    """
    known = {variable for row in INPUTS for variable in row.environment}
    for variable in sorted(set(env) - known):
        prefix = next((prefix for prefix in ENVIRONMENT_PREFIXES if variable.startswith(prefix)), None)
        if prefix is None or not env[variable].strip() or _OF_A_SERVICE.fullmatch(variable):
            continue
        name = variable.removeprefix(prefix)
        if prefix == "CHECKLY_GATE_" or _nearest(name, 0.85):
            is_under_with = is_action and prefix == "INPUT_"
            shown = f"{clean(name.lower(), 100)} under with:" if is_under_with else clean(variable, 100)
            yield _unknown(shown, name)


def not_a_command(word: str) -> str:
    """Return a message for a word that is not a command, with a suggestion."""
    near = _nearest(word, 0.7, COMMANDS)
    hint = f"did you mean {near}?" if near else _THE_COMMANDS
    return f"{shown_text(word)} is not a command; {hint}"


def _no_command(word: str) -> Mistake:
    if word in _TAKES:
        return Mistake(_TAKES[word], _REQUIRED)
    begin = f"{shown_text(word)} is neither a command nor the ID or link of a session"
    if word in _SHELLS:
        return Mistake(f"{begin}; {_WITH_ENTRYPOINT}", _REQUIRED)
    if near := _nearest(word, 0.7, COMMANDS):
        return Mistake(f"{begin}; did you mean {near}?", _REQUIRED)
    known = f"{_THE_COMMANDS}; an ID is a UUID"
    return Mistake(f"{begin}; {known}", ("session-id",))


def _unknown(shown: str, name: str) -> Mistake:
    near = _nearest(name, 0.6)
    hint = f"did you mean {near}?" if near else "checkly-gate --help lists the inputs"
    return Mistake(f"unknown input {shown}; {hint}", (near,) if near else ())


def _nearest(name: str, likeness: float, known: Iterable[str] = BY_NAME) -> str:
    """Return the known name that is most similar to a name; empty if none is similar enough."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed only after a mistake

    return next(
        iter(get_close_matches(name.lower().replace("_", "-"), list(known), n=1, cutoff=likeness)), ""
    )
