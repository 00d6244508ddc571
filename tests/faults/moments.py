"""When a fault strikes, and the exit code that the contract requires then."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from gate.simulator.scenario.faults import Aim, Fault, Operation
from tests.faults.api import Trouble, struck


class Moment(Enum):
    """The request of the gate that the fault strikes; all others get the correct response."""

    FIRST = "first look"
    POLL = "long poll"
    LATER = "later look"
    LAST = "to the last look"


_STRUCK = {
    Moment.FIRST: (Aim(Operation.RETRIEVE), 1, 1),
    Moment.POLL: (Aim(Operation.COMPLETION), 1, 1),
    Moment.LATER: (Aim(Operation.RETRIEVE), 2, 2),
    Moment.LAST: (Aim(), 2, math.inf),
}


def fault_at(moment: Moment, trouble: Trouble) -> Fault:
    """Return the fault for the requests of that moment."""
    aim, first, last = _STRUCK[moment]
    return struck(trouble, aim, first, last)


class Kind(Enum):
    """The contract's exit codes for a fault, one for each moment, in order.

    The session has passed when a fault ends, so a fault that ends is 0, and one that lasts until the deadline
    is 4. A final error is 4 at once, except for a long poll: the next fetch shows the actual problem. SILENT
    faults leave requests without a response until the deadline. The last known state of the session is then
    running, which is a timeout.
    """

    TRANSIENT = (0, 0, 0, 4)
    SILENT = (0, 0, 0, 3)
    FINAL = (4, 0, 4, 4)
    HARMLESS = (0, 0, 0, 0)

    def exit_code(self, moment: Moment) -> int:
        """Return the required exit code."""
        return self.value[list(Moment).index(moment)]


@dataclass(frozen=True, slots=True)
class Row:
    """One fault: the response, its kind, and the timeout up to which it may last."""

    name: str
    trouble: Trouble
    kind: Kind = Kind.TRANSIENT
    lasting_s: float = 1.5
