"""Measures everything, prints it, and writes it to docs/PERFORMANCE.md."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import cold, ending, many, reporting, starting, suites
from bench.machine import describe
from bench.programs import CLI, ROOT, missing
from bench.table import Section, table, with_goals, wrapped

_PARTS: tuple[Callable[[Path], Section], ...] = (
    cold.measure,
    starting.measure,
    ending.measure,
    many.measure,
    suites.measure,
    reporting.measure,
)
_HEAD = """\
Measured by `make bench`, which writes this page, and exits 1 where a goal is missed. Everything runs on one
machine, side by side and in turns, against the embedded simulator on loopback: what Checkly and the
network add is the same for all. Another machine has other times; the ratios should stay.

{machine}. It took {minutes:.0f} minutes."""


def main() -> int:
    """Returns 1 where a goal is missed, 2 where something to measure with is not there."""
    if lacking := missing("curl", "jq"):
        print(f"bench: install {' and '.join(lacking)} first")  # noqa: T201 - this is its output
        return 2
    if missing("node") or not CLI.exists():
        print("bench: WITHOUT the Checkly CLI, which needs node and npm")  # noqa: T201
    machine, began_s, sections = describe(), time.monotonic(), list[Section]()
    for part in _PARTS:
        with tempfile.TemporaryDirectory() as folder:
            sections.append(part(Path(folder)))
        print(sections[-1], flush=True)  # noqa: T201
    goals = with_goals(sections)
    head = wrapped(_HEAD.format(machine=machine, minutes=(time.monotonic() - began_s) / 60))
    _write(head, sections)
    missed = [row for row in goals if not row.reached]
    print(f"{len(goals) - len(missed)} of {len(goals)} goals reached", *missed, sep="\n")  # noqa: T201
    return 1 if missed else 0


def _write(head: str, sections: Sequence[Section]) -> None:
    goals = table(with_goals(sections))
    page = ROOT / "docs" / "PERFORMANCE.md"
    page.parent.mkdir(exist_ok=True)
    parts = (f"# How fast the gate is\n\n{head}\n\n## Goals\n\n{goals}\n", *map(str, sections))
    page.write_text("\n".join(parts))


if __name__ == "__main__":
    sys.exit(main())
