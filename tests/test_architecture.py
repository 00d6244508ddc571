"""Rules that `lint-imports` cannot check: for dataclasses, and for the list of modules in architecture.md."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GATE = ROOT / "gate"
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text().partition("## Where things are")[2]
MODULES = sorted(path.relative_to(GATE.parent) for path in GATE.rglob("*.py"))
# The number of mutable dataclasses in each module: they track sessions, requests, the API or rows.
MUTABLE = {
    "checkly/budget.py": 1,
    "checkly/client.py": 2,
    "evaluation/rows.py": 1,
    "polling/health.py": 1,
    "polling/observer.py": 1,
    "polling/tracker.py": 1,
}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_dataclasses_are_frozen_and_have_slots(module: Path) -> None:
    if module.is_relative_to("gate/simulator"):
        return
    made = [
        {keyword.arg for keyword in decorator.keywords}
        for node in ast.walk(ast.parse((GATE.parent / module).read_text()))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
    ]
    mutable = MUTABLE.get(module.relative_to("gate").as_posix(), 0)
    assert sum("frozen" not in given for given in made) == mutable
    assert all("slots" in given for given in made)


@pytest.mark.parametrize(
    "module", [path for path in MODULES if path.stem != "__init__" and "simulator" not in path.parts], ids=str
)
def test_architecture_md_names_every_module(module: Path) -> None:
    package = module.parts[1]
    section = DOCUMENT.partition(f"`{package}/`")[2] if len(module.parts) > 2 else DOCUMENT
    assert f"`{module.stem}`" in section
