"""For each fault at each moment, the gate ends as docs/RESILIENCE.md shows, and uses little memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import bodies
from tests.faults.api import Raw
from tests.faults.moments import Kind, Moment, Row
from tests.faults.playing import play, strike
from tests.faults.resilience import committed_lines, row_line
from tests.faults.table import ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_gate_that_this_fault_strikes_ends_as_documented(row: Row, tmp_path: Path) -> None:
    seen = play(row, tmp_path)
    broken = {moment.value: each.broken for moment, each in seen.items() if each.broken}
    assert not broken, "\n".join(each.gated.run.log for each in seen.values() if each.broken)
    assert committed_lines().get(row.name) == row_line(row, seen), "run make resilience"


@pytest.mark.parametrize(
    "end", ["", "\N{ROCKET}"], ids=["one byte per character", "four bytes per character"]
)
def test_the_largest_allowed_document_does_not_need_much_memory(end: str, tmp_path: Path) -> None:
    row = Row("large", Raw(lambda: bodies.largest(end)), Kind.HARMLESS)
    seen = strike(row, Moment.FIRST, tmp_path)
    assert not seen.broken, seen.gated.run.log
