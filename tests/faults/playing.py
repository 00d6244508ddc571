"""Play a fault: run one gate for each moment, all at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from gate.simulator import parse
from gate.simulator.scenario.faults import Operation
from tests.faults.api import served
from tests.faults.gate_run import Gated, broken_promises, gate, inputs_for
from tests.faults.moments import Kind, Moment, Row, fault_at
from tests.samples import SESSION_ID

_SESSION = f"""
description: a session that passes within a second
sessions:
  - id: {SESSION_ID}
    check: {{name: Checkout API, type: API}}
    locations: [us-east-1, eu-central-1]
    statuses: [{{at: 0s, is: STARTED}}, {{at: 600ms, is: PASSED}}]
    results:
      - {{at: 0s, location: us-east-1, is: passed}}
      - {{at: 600ms, location: eu-central-1, is: passed}}
"""
_WITHOUT_LONG_POLLS = _SESSION + "api: {completion: false}\n"
_TIMEOUT_S = 5
_TIMEOUT_FACTORS = (1, 2, 4)
_TIMED_OUT = 3  # the gate's exit code


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of a gate that a fault struck at one moment."""

    gated: Gated
    broken: tuple[str, ...]

    @property
    def code(self) -> int:
        return self.gated.run.code


def play(row: Row, folder: Path) -> dict[Moment, Seen]:
    """Run a gate for each moment of the fault, and return the results."""
    with ThreadPoolExecutor(len(Moment)) as pool:
        seen = pool.map(lambda moment: strike(row, moment, folder), Moment)
        return dict(zip(Moment, seen, strict=True))


def strike(row: Row, moment: Moment, folder: Path) -> Seen:
    """Run a gate for one moment of the fault, and return the result.

    Try again with a longer timeout if the machine was so busy that the fault struck no request, or that the
    last response came too late, which looks like a SILENT fault. Any other exit code counts at once.
    """
    for factor in _TIMEOUT_FACTORS:
        seen, has_struck = _try(row, moment, folder / f"{moment.name}-{factor}", factor)
        was_late = moment is Moment.LAST and seen.code == _TIMED_OUT
        if has_struck and (not was_late or row.kind is Kind.SILENT):
            break
    return seen if has_struck else replace(seen, broken=("the fault never struck", *seen.broken))


def _try(row: Row, moment: Moment, folder: Path, factor: int) -> tuple[Seen, bool]:
    scenario = parse(_WITHOUT_LONG_POLLS if moment is Moment.LATER else _SESSION, name="fault")
    lasts = moment is Moment.LAST and row.kind is not Kind.HARMLESS
    timeout_s = factor * (row.lasting_s if lasts else _TIMEOUT_S)
    with served(replace(scenario, faults=(fault_at(moment, row.trouble),))) as api:
        gated = gate(folder, inputs_for(api.url, scenario.session_ids, timeout_s))
        code, since_s = row.kind.exit_code(moment), api.first_request_s
        broken = broken_promises(gated, code=code, timeout_s=timeout_s, since_s=since_s)
        looks, polls = api.asked(Operation.RETRIEVE), api.asked(Operation.COMPLETION)
    has_struck = {
        Moment.FIRST: looks > 0,
        Moment.POLL: polls > 0,
        Moment.LATER: looks > 1,
        Moment.LAST: looks > 1 or not lasts,
    }
    return Seen(gated, tuple(broken)), has_struck[moment]
