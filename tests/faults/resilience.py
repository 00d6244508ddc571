"""Write docs/RESILIENCE.md from the results of real runs: `make resilience`.

The tests play the same faults, and compare each row of the document with their results.
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
_AT_ONCE = 2

_INTRODUCTION = f"""\
# The gate in a bad network

If the network or Checkly's API fails, the gate retries until its `timeout`. There is nothing to configure,
and the log shows when the trouble begins and when it ends. If the session's final state arrives in time,
only that state decides. Otherwise the job fails with exit code 3 (Checkly was still running the session) or
4 (the gate could not tell). Network trouble never leads to exit code 1, so a pipeline that rolls back on 1
does not roll back. An error that no retry would change, such as a rejected key, ends the wait at once. A
wrong proxy or certificate file is rejected before the wait begins. The message names what to check. The
reports are written in every case. When the trouble has passed, run the job again.

A gate that opens because of a network failure is worse than no gate, and a gate that closes on a single 502
will soon be switched off. Therefore only Checkly's own document of the session, complete and in its final
state, opens the gate.

`make resilience` writes this page. It runs the gate as CI systems do, against servers on the same machine.
`make test-slow` repeats every row, and fails if the result differs. Each cell shows the gate's verdict and
its exit code. In each of these runs the gate

- exited at most {LATE_S:.0f} s after its `timeout`;
- wrote a JUnit report and a JSON record that can be parsed and that agree with the exit code;
- printed neither a traceback nor the API key;
- used less than {MOST_MEMORY_MIB} MiB of memory.

## Faults in the requests for one session

The session is running at the first fetch and passes a moment later. Without a fault, the gate opens. A fault
affects the *first fetch*, a *long poll* for the session's end, a *later fetch*, or all requests from the
second one *to the last fetch* before the deadline. All other requests get the right response. After an error
in a long poll, the gate fetches the session, because only a fetch shows whether the error is final. The last
column shows what the gate reports if the fault affects the first fetch.
"""
_NETWORKS = """\
## Networks

In these runs, the network does not change, and the session has already passed. Wrong files and
variables are rejected before any request is sent.
"""
_TROUBLE = re.compile(r"  warning: (.*); retrying")


def row_line(row: Row, seen: Mapping[Moment, Seen]) -> str:
    """Return the row of a fault."""
    cells = [_WORDS[seen[moment].code] for moment in Moment]
    first = seen[Moment.FIRST].gated
    trouble = _TROUBLE.search(first.run.log)  # an error that was retried is only in the log
    return _line(row.name, *cells, _settled(trouble[1] if trouble else first.reason))


def condition_line(condition: Condition, ran: InNetwork) -> str:
    """Return the row of a network. `run_in` has checked that the gate's reason contains its text."""
    says = condition.says.format(nowhere="ca.pem", empty="ca.pem")
    return _line(condition.name, _WORDS[ran.gated.run.code], says)


def _settled(reason: str) -> str:
    """Return the reason without its advice and without parts that vary between runs and Python versions."""
    text = re.sub(r" \(cf-ray [\w-]+\)", "", reason)
    text = re.sub(
        r"(the request to \S+ failed: (?:the response is larger than \d+ MiB|[A-Za-z-]+(?: [a-z]+)*)).*",
        r"\1",
        text,
    )
    text = re.sub(r"https?://[\d.]+:\d+", "the API", text)
    return re.sub(r"within [\d.]+ ?m?s", "in time", text).split(". ")[0]


def _line(*cells: str) -> str:
    assert not any("|" in cell for cell in cells), cells
    return f"| {' | '.join(cells)} |"


def document(line_of: Callable[[str], str]) -> str:
    """Return the whole document; `line_of` returns the row for a name."""
    return "\n".join(_parts(line_of)) + "\n"


def _parts(line_of: Callable[[str], str]) -> Iterator[str]:
    yield _INTRODUCTION
    for title, rows in SECTIONS.items():
        yield f"### {title}\n"
        yield _line("fault", *(moment.value for moment in Moment), "what the gate reports")
        yield _line(*["---"] * (len(Moment) + 2))
        yield "\n".join(line_of(row.name) for row in rows) + "\n"
    yield _NETWORKS
    for title, conditions in CONDITIONS.items():
        yield f"### {title}\n"
        yield _line("network", "the gate", "what it reports")
        yield _line("---", "---", "---")
        yield "\n".join(line_of(condition.name) for condition in conditions) + "\n"


def committed_lines() -> dict[str, str]:
    """Return the rows of the committed document, keyed by their first cell."""
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| ")]
    return {line.split(" | ")[0].removeprefix("| "): line for line in rows}


def _write(folder: Path) -> int:
    """Play all faults and networks, and write the document, unless a promise was broken."""
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
