"""The borders between the parts, held by the imports themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

GATE = Path(__file__).parents[1] / "gate"
MODULES = {
    ".".join(path.relative_to(GATE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(GATE.rglob("*.py"))
}
BOTTOM = {"gate.errors", "gate.model", "gate.text", "gate.units"}
PURE = BOTTOM | {
    "gate.api",
    "gate.awaited",
    "gate.budget",
    "gate.details",
    "gate.events",
    "gate.fields",
    "gate.help",
    "gate.inputs",
    "gate.locations",
    "gate.options",
    "gate.pace",
    "gate.policy",
    "gate.policy_book",
    "gate.policy_file",
    "gate.readers",
    "gate.reasons",
    "gate.rows",
    "gate.redaction",
    "gate.rules",
    "gate.trigger",
    "gate.verdict",
    *(name for name in MODULES if name.startswith(("gate.report", "gate.yamldoc"))),
}
LOGIC = {"gate.client", "gate.explain", "gate.triggering", "gate.watch"}
IMPURE_LIBRARIES = {
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "requests",
    "secrets",
    "signal",
    "socket",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib3",
}


def _imports(name: str) -> set[str]:
    """The modules that a module imports; `from gate import x` counts as `gate.x` where that is a module."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (below & set(MODULES)) or {node.module}
    return found


def _libraries(name: str) -> set[str]:
    return {imported.split(".")[0] for imported in _imports(name)}


def _of_ours(name: str) -> set[str]:
    return {imported for imported in _imports(name) if imported.split(".")[0] == "gate"}


@pytest.mark.parametrize("name", sorted(PURE | LOGIC))
def test_what_decides_and_what_renders_does_no_io_of_its_own(name: str) -> None:
    assert not _libraries(name) & IMPURE_LIBRARIES
    assert "open(" not in MODULES[name].read_text()


@pytest.mark.parametrize("name", sorted(PURE - {"gate.help"}))
def test_what_is_pure_imports_only_what_is_pure(name: str) -> None:
    assert _of_ours(name) <= PURE | {"gate"}


@pytest.mark.parametrize("name", sorted(BOTTOM))
def test_the_bottom_rests_on_nothing_but_itself(name: str) -> None:
    assert _of_ours(name) <= BOTTOM


@pytest.mark.parametrize(
    ("library", "importers"),
    [
        ("requests", {"gate.transport"}),
        ("urllib3", {"gate.transport"}),
        ("junit_xml", {"gate.report.junit"}),
        ("signal", {"gate.__main__", "gate.process"}),
    ],
)
def test_a_library_has_one_door(library: str, importers: set[str]) -> None:
    assert {name for name in MODULES if library in _libraries(name)} == importers


@pytest.mark.parametrize(
    ("part", "importers"),
    [
        ("gate.cli", {"gate.__main__"}),
        ("gate.simulator", {"gate.cli"}),
        ("gate.transport", {"gate.cli"}),
        ("gate.gating", {"gate.cli"}),
    ],
)
def test_who_knows_a_part(part: str, importers: set[str]) -> None:
    outside = {name for name in MODULES if not f"{name}.".startswith(f"{part}.")}
    known = {name for name in outside if any(f"{each}.".startswith(f"{part}.") for each in _imports(name))}
    assert known == importers


def test_reporters_do_not_know_each_other() -> None:
    shared = {"gate.report", "gate.report.lines"}
    pieces = {
        ("gate.report.closing", "gate.report.held"),
        ("gate.report.junit", "gate.report.cases"),
        ("gate.report.record", "gate.report.outputs"),
        ("gate.report.summary", "gate.report.held"),
        ("gate.report.summary", "gate.report.layout"),
        ("gate.report.summary", "gate.report.timeline"),
    }
    for name in MODULES:
        if name.startswith("gate.report."):
            others = {each for each in _of_ours(name) if each.startswith("gate.report")} - shared
            assert {(name, other) for other in others} <= pieces


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.startswith("gate.hosts.")))
def test_hosts_get_finished_text(name: str) -> None:
    assert not _of_ours(name) & {"gate.model", "gate.verdict", "gate.rules", "gate.locations", "gate.report"}


# Waits, the budget, the API's state, rows.
MUTABLE = {"gate.awaited": 1, "gate.budget": 1, "gate.client": 1, "gate.rows": 1}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_what_is_passed_around_cannot_be_changed(name: str) -> None:
    if name.startswith("gate.simulator"):
        return
    made = [
        {keyword.arg for keyword in decorator.keywords}
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
    ]
    assert sum("frozen" not in given for given in made) == MUTABLE.get(name, 0)
    assert all("slots" in given for given in made)
