"""The tone in which the log shows a state."""

from __future__ import annotations

from gate.evaluation.states import State
from gate.text.style import Tone


def tone_of(state: State) -> Tone:
    """Return the tone in which the log shows a location's state."""
    match state:
        case State.PASSED:
            return Tone.GOOD
        case State.FLAKY | State.DEGRADED:
            return Tone.WARN
        case State.SKIPPED | State.UNFINISHED:
            return Tone.FAINT
        case _:
            return Tone.BAD
