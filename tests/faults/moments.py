"""When a fault strikes, and which exit code the contract then requires."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from gate.simulator.scenario.faults import Aim, Fault, Operation
from tests.faults.api import Trouble, struck


class Moment(Enum):
    """The requests that a fault strikes. All other requests get the right response."""

    FIRST = "first fetch"
    POLL = "long poll"
    LATER = "later fetch"
    LAST = "to the last fetch"


_STRUCK = {
    Moment.FIRST: (Aim(Operation.RETRIEVE), 1, 1),
    Moment.POLL: (Aim(Operation.COMPLETION), 1, 1),
    Moment.LATER: (Aim(Operation.RETRIEVE), 2, 2),
    Moment.LAST: (Aim(), 2, math.inf),
}


def fault_at(moment: Moment, trouble: Trouble) -> Fault:
    """Return the fault that strikes the requests of a moment."""
    aim, first, last = _STRUCK[moment]
    return struck(trouble, aim, first, last)


class Kind(Enum):
    """A kind of fault, with the exit codes that the contract requires, in the order of the moments.

    The session passes before a fault ends. Therefore a fault that ends leads to 0, and a fault that lasts
    until the deadline leads to 4. A final response leads to 4 at once, but after a long poll only the next
    fetch shows whether the error is final. During a SILENT fault, no request gets a response. If it lasts
    until the deadline, the session's last known status is running, so the gate exits with 3 (timeout).
    """

    TRANSIENT = (0, 0, 0, 4)
    SILENT = (0, 0, 0, 3)
    FINAL = (4, 0, 4, 4)
    HARMLESS = (0, 0, 0, 0)

    def exit_code(self, moment: Moment) -> int:
        """Return the exit code that the contract requires."""
        return self.value[list(Moment).index(moment)]


@dataclass(frozen=True, slots=True)
class Row:
    """A fault: its effect, its kind, and the timeout of a gate whose fault lasts until the deadline."""

    name: str
    trouble: Trouble
    kind: Kind = Kind.TRANSIENT
    lasting_s: float = 1.5
