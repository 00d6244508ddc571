"""Load scenarios that come with the gate, or that are in a file or a string."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from gate.domain.errors import UsageError
from gate.simulator.scenario.grammar import read_scenario
from gate.simulator.scenario.model import Scenario
from gate.yamlio.nodes import InvalidYaml, compose, did_you_mean

_SUFFIXES = (".yml", ".yaml")


def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the gate, sorted."""
    return tuple(sorted(file.name.removesuffix(".yml") for file in _folder().iterdir() if _is_scenario(file)))


def load(name_or_path: str) -> Scenario:
    """Return the scenario that comes with the gate under that name, or the one in the file at that path.

    Raises UsageError, with the problems and their places, if the name is unknown or the file is unreadable
    or invalid.
    """
    names = shipped()
    if name_or_path in names:
        return parse(_folder().joinpath(f"{name_or_path}.yml").read_text(encoding="utf-8"), name=name_or_path)
    if not name_or_path.endswith(_SUFFIXES):
        near = did_you_mean(name_or_path, names)
        raise UsageError(
            f"no scenario is called {name_or_path!r}, and a file's name must end in .yml; {near}"
        )
    try:
        text = Path(name_or_path).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{name_or_path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, or not a valid path
        raise UsageError(f"{name_or_path}: cannot be read: {error}") from error
    return _parse(text, Path(name_or_path).stem, name_or_path)


def parse(text: str, *, name: str) -> Scenario:
    """Return the scenario in YAML text, and give it that name.

    Raises UsageError, with the problems and their places, if it is not valid.
    """
    return _parse(text, name, name)


def _parse(text: str, name: str, place: str) -> Scenario:
    try:
        return read_scenario(compose(text), name)
    except InvalidYaml as error:
        raise UsageError(*(f"{place}{problem}" for problem in error.problems)) from error


def _folder() -> Traversable:
    return resources.files("gate.simulator").joinpath("scenarios")


def _is_scenario(file: Traversable) -> bool:
    return file.name.endswith(".yml")
