"""The requests that a fault strikes, and the documented exit code for each case."""

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
    """A kind of fault, with the documented exit code for each moment, in the order of `Moment`.

    The session passes within a second. Therefore a TRANSIENT fault that ends leads to 0, and one that lasts
    until the deadline leads to 4. A FINAL error leads to 4 at once, but in a long poll it does not, because
    only the next fetch shows whether the error is final. A SILENT fault keeps requests waiting: no complete
    response arrives. If it lasts until the deadline, the session's last known status is running, so the gate
    exits with 3 (timeout). The gate opens in spite of a HARMLESS fault.
    """

    TRANSIENT = (0, 0, 0, 4)
    SILENT = (0, 0, 0, 3)
    FINAL = (4, 0, 4, 4)
    HARMLESS = (0, 0, 0, 0)

    def exit_code(self, moment: Moment) -> int:
        """Return the documented exit code."""
        return self.value[list(Moment).index(moment)]


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, its effect and kind, and the timeout of a gate that it affects until the deadline."""

    name: str
    trouble: Trouble
    kind: Kind = Kind.TRANSIENT
    lasting_s: float = 1.5
