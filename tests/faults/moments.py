"""When a fault strikes, and what the contract makes of it then."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from gate.simulator.scenario.faults import Aim, Fault, Operation
from tests.faults.api import Trouble, struck


class Moment(Enum):
    """Which of the gate's requests is struck; the others get the right answer."""

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
    """The trouble, for the requests of that moment."""
    aim, first, last = _STRUCK[moment]
    return struck(trouble, aim, first, last)


class Kind(Enum):
    """What the contract says of a fault: the exit code at each moment, in their order.

    The session has passed by the time that a fault is over: what is waited out ends in 0, and what lasts
    until the deadline in 4. A final answer is 4 at once; to a long poll alone it is not, for the look that
    follows says what it really is. A SILENT one leaves the requests unanswered until the deadline, so the
    session was last seen running: a timeout.
    """

    TRANSIENT = (0, 0, 0, 4)
    SILENT = (0, 0, 0, 3)
    FINAL = (4, 0, 4, 4)
    HARMLESS = (0, 0, 0, 0)

    def exit_code(self, moment: Moment) -> int:
        """What the gate must exit with."""
        return self.value[list(Moment).index(moment)]


@dataclass(frozen=True, slots=True)
class Row:
    """One fault: what is answered, what that is to the gate, and the timeout that it may last until."""

    name: str
    trouble: Trouble
    kind: Kind = Kind.TRANSIENT
    lasting_s: float = 1.5
