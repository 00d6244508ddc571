"""The examples as data: the files, and the inputs that each file passes to the gate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from gate.config.inputs import BY_NAME

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
EVERY_FILE = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*") if path.is_file())
# The examples in publishing/ show how to use the gate's reports, and have their own tests.
FILES = [name for name in EVERY_FILE if not name.startswith("publishing/")]

ACTION = "OWNER/checkly-gate@v1"
IMAGE = "ghcr.io/OWNER/checkly-gate:1"
# Replacements for values that only a CI system has: expressions, parameters, secrets.
_STAND_INS = {
    "session-id": "8166fa86-c9b4-4162-8541-d380c6c212d8",
    "api-key": "cu_0123456789abcdef",
    "account-id": "account",
    "commit": "4f2a1c9e0d6b8a7c5f3e1d2b4a6c8e0f1a3b5c7d",
    "commit-environment": "production",
    "trigger-tags": "production",
    "degraded-threshold": "25%",
}
# The name of a variable, and its value without a trailing comment.
_VARIABLE = re.compile(r"(?m)\b(CHECKLY_(?:GATE|API|ACCOUNT)_[A-Z_]+)\b(?: ?[:=] ?(.*?)(?= *(?:$| #| //)))?")


def text(name: str) -> str:
    return (EXAMPLES / name).read_text()


def documents(name: str) -> Any:  # noqa: ANN401 - any content of the system's file
    return list(yaml.safe_load_all(text(name)))


def variables(name: str) -> dict[str, str]:
    """Return the gate's variables in an example, with their values if the example sets them."""
    given = [(variable, value.strip("'\"")) for variable, value in _VARIABLE.findall(text(name))]
    # A variable that the example both sets and mentions keeps its value.
    return dict(sorted(given, key=lambda pair: bool(pair[1])))


def arguments(name: str) -> list[tuple[list[str], dict[str, str]]]:
    """Return the flags and the variables with which an example starts each of its gates."""
    if not name.endswith((".yml", ".yaml")):
        return [([], _real(variables(name)))]
    started = []
    for use in _uses(documents(name)):
        given = {**use.get("with", {}), **use.get("settings", {})}
        named = [f"--{key.replace('_', '-')}={value}" for key, value in given.items()]
        flags = [*named, *(flag for flag in use.get("args", []) if flag.startswith("--"))]
        started.append(([_real_flag(flag) for flag in flags], _real(variables(name) | _listed(use))))
    return started or [([], _real(variables(name)))]


def _listed(use: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables in a Kubernetes `env` list that have a value there."""
    listed = use.get("env", [])
    return {each["name"]: each["value"] for each in listed if isinstance(each, dict) and "value" in each}


def _uses(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield each mapping that names the action or the image."""
    if isinstance(value, list):
        for each in value:
            yield from _uses(each)
    elif isinstance(value, dict):
        if value.get("uses") == ACTION or value.get("image") == IMAGE:
            yield value
        for each in value.values():
            yield from _uses(each)


def _real(env: Mapping[str, str]) -> dict[str, str]:
    inputs = {variable: row.name for row in BY_NAME.values() for variable in row.environment}
    return {
        variable: _STAND_INS.get(inputs.get(variable, ""), value) if _is_open(value) else value
        for variable, value in env.items()
    }


def _real_flag(flag: str) -> str:
    name, _, value = flag.removeprefix("--").partition("=")
    return f"--{name}={_STAND_INS[name] if _is_open(value) else value}"


def _is_open(value: str) -> bool:
    """Return whether a value is empty or a placeholder that the CI system fills in."""
    return not value or "$" in value or value.startswith(("{{", "{'from_secret'", "credentials("))
