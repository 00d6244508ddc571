"""docs/RESILIENCE.md has a row for each fault and each network. All its text is generated."""

from __future__ import annotations

from tests.faults.conditions import EVERY_CONDITION
from tests.faults.resilience import DOCUMENT, committed_lines, document
from tests.faults.table import ROWS


def test_the_document_contains_only_generated_text() -> None:
    lines = committed_lines()
    assert DOCUMENT.read_text() == document(lambda name: lines.get(name, f"no row for {name}"))


def test_the_document_begins_with_a_paragraph_for_users() -> None:
    _, first, *_ = DOCUMENT.read_text().split("\n\n")
    for word in ("`timeout`", "exit code 3", "exit code 1", "reports", "run the job again"):
        assert word in " ".join(first.split())


def test_all_rows_have_different_names() -> None:
    names = [row.name for row in ROWS] + [condition.name for condition in EVERY_CONDITION]
    assert len(set(names)) == len(names)
