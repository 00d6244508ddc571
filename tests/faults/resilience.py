"""Writes docs/RESILIENCE.md from the results of gates: `make resilience`.

The tests play the same faults and compare the results with the rows of the document.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.conditions import CONDITIONS, EVERY_CONDITION, Condition
from tests.faults.gate_run import LATE_S, MOST_MEMORY_MIB
from tests.faults.moments import Moment, Row
from tests.faults.networks import InNetwork, run_in
from tests.faults.playing import Seen, play
from tests.faults.table import ROWS, SECTIONS

DOCUMENT = Path(__file__).parents[2] / "docs" / "RESILIENCE.md"
_WORDS = {0: "open (0)", 2: "refused (2)", 3: "timeout (3)", 4: "cannot tell (4)"}
_AT_ONCE = 4

_INTRODUCTION = f"""\
# What a bad network can do to the gate

If the network or Checkly's API is in trouble, the gate keeps trying until its `timeout`. There is nothing to
configure, and the log shows when the trouble begins and when it ends. If Checkly's final answer arrives in
time, it alone decides. If it does not, the job fails with exit code 3 (Checkly was still running the session)
or 4 (the gate could not tell). Trouble never leads to exit code 1, so it rolls nothing back in a pipeline
that rolls back on 1. An answer that no retry would change, such as a rejected key, ends the wait at once, and
a wrong proxy or certificate file is refused before it begins. The message names what to check. The reports
are written in every case. When the trouble has passed, run the job again.

A gate that opens because a network failed is worse than none, and one that a single 502 closes will be
switched off. So trouble that may pass is waited out until the gate's own `timeout`, an answer that no
repetition will change ends the wait at once, and nothing but Checkly's own document of the session, whole
and in its final state, opens the gate.

This page is written by `make resilience`, from what gates did that ran as they run in CI, against servers on
the same machine. `make test` plays every row again, and fails where the gate does anything else. Each cell is
what the gate concluded, with its exit code. In each of these runs the gate

- ended by itself, at most {LATE_S:.0f} s after its `timeout`;
- wrote a JUnit report and a JSON record that can be parsed, and that say what the exit code says;
- printed no traceback, and the API key nowhere;
- held less than {MOST_MEMORY_MIB} MiB of memory.

## One session, struck once or to the end

The session runs when it is first looked at, and has passed a moment later; without a fault the gate opens. A
fault strikes the *first look*, a *long poll* for the session's end, a *later look*, or all that follows the
first look *to the last look*, which decides when the time is up. Requests that are not struck get the right
answer. A final answer to a long poll is not taken at its word: the look that follows says what it really is.
"""
_NETWORKS = """\
## Networks

Here the whole run is in one network, and the session has passed. Wrong files and variables are refused before
any request is sent.
"""
_TROUBLE = re.compile(r"^trouble: (.*); retrying$", re.MULTILINE)


def row_line(row: Row, seen: Mapping[Moment, Seen]) -> str:
    """Return a fault's row of the document."""
    cells = [_WORDS[seen[moment].code] for moment in Moment]
    first = seen[Moment.FIRST].gated
    trouble = _TROUBLE.search(first.run.log)  # a fault that ended is only in the log
    return _line(row.name, *cells, _settled(trouble[1] if trouble else first.reason))


def condition_line(condition: Condition, ran: InNetwork) -> str:
    """Return a network's row of the document, with the part of the reason that the run has verified."""
    says = condition.says.format(nowhere="ca.pem", empty="ca.pem")
    return _line(condition.name, _WORDS[ran.gated.run.code], says)


def _settled(reason: str) -> str:
    """Return the reason without advice and without parts that differ between runs and versions of Python."""
    text = re.sub(r" \(cf-ray [\w-]+\)", "", reason)
    text = re.sub(r"(could not be asked: (?:a response of more than \d+ MiB|\w+)).*", r"\1", text)
    text = re.sub(r"https?://[\d.]+:\d+", "the API", text)
    return re.sub(r"within \d+ s", "in time", text).split(". ")[0]


def _line(*cells: str) -> str:
    assert not any("|" in cell for cell in cells), cells
    return f"| {' | '.join(cells)} |"


def document(line_of: Callable[[str], str]) -> str:
    """Return the whole document, with a line for each name."""
    return "\n".join(_parts(line_of)) + "\n"


def _parts(line_of: Callable[[str], str]) -> Iterator[str]:
    yield _INTRODUCTION
    for title, rows in SECTIONS.items():
        yield f"### {title}\n"
        yield _line("fault", *(moment.value for moment in Moment), "what the gate says")
        yield _line(*["---"] * (len(Moment) + 2))
        yield "\n".join(line_of(row.name) for row in rows) + "\n"
    yield _NETWORKS
    for title, conditions in CONDITIONS.items():
        yield f"### {title}\n"
        yield _line("network", "the gate", "what it says")
        yield _line("---", "---", "---")
        yield "\n".join(line_of(condition.name) for condition in conditions) + "\n"


def committed_lines() -> dict[str, str]:
    """Return the rows of the committed document by the name in their first cell."""
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| ")]
    return {line.split(" | ")[0].removeprefix("| "): line for line in rows}


def _write(folder: Path) -> int:
    """Play everything and write the document, unless a promise was broken; return the exit code."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        plays = list(pool.map(lambda each: play(each[1], folder / f"row{each[0]}"), enumerate(ROWS)))
        runs = list(
            pool.map(lambda each: run_in(each[1], folder / f"network{each[0]}"), enumerate(EVERY_CONDITION))
        )
    broken = [
        f"{row.name}, {moment.value}: {promise}"
        for row, seen in zip(ROWS, plays, strict=True)
        for moment, each in seen.items()
        for promise in each.broken
    ]
    broken += [
        f"{condition.name}: {promise}"
        for condition, ran in zip(EVERY_CONDITION, runs, strict=True)
        for promise in ran.broken
    ]
    if broken:
        sys.stderr.write("\n".join([*broken, f"{len(broken)} broken promises; nothing was written", ""]))
        return 1
    lines = {row.name: row_line(row, seen) for row, seen in zip(ROWS, plays, strict=True)}
    lines |= {each.name: condition_line(each, ran) for each, ran in zip(EVERY_CONDITION, runs, strict=True)}
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(lambda name: lines[name]))
    return 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(_write(Path(folder)))
