"""Run all benchmarks, print the results, and write them to docs/PERFORMANCE.md."""

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
`make bench` measures these figures, writes this page, and exits with 1 if a goal is missed. All programs
run on one machine, in turns or at the same time, against the embedded simulator on loopback: Checkly and
the network would add the same time to all of them. On another machine the times differ, but the ratios
should not.

{machine}. The benchmarks took {minutes:.0f} minutes."""


def main() -> int:
    """Run all benchmarks. Return 1 if a goal is missed, and 2 if a required program is missing."""
    if lacking := missing("curl", "jq"):
        print(f"bench: install {' and '.join(lacking)} first")  # noqa: T201 - this is its output
        return 2
    if missing("node") or not CLI.exists():
        print("bench: the Checkly CLI will NOT be measured: it needs node and npm")  # noqa: T201
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
