"""Errors of the calls that start checks."""

from __future__ import annotations

from gate.domain.errors import Final, Stopped


class NothingTriggered(Final):
    """404 to a trigger call: no check matched."""

    advice = "Check trigger-check-id and trigger-tags, that the checks are active, and account-id"


class NotTriggered(Final):
    """A trigger call that was rejected or could not be sent before the deadline."""

    advice = "The call started nothing: run this job again"


class CheckNotStarted(Final):
    """A named check that did not start. Without this error, the gate could open without its result."""

    advice = "Check trigger-check-id, that the check is activated, and that account-id is its account"


class TriggerLost(Final):
    """It is unknown whether a trigger call arrived. A second call might run the checks twice."""

    advice = "Look in Checkly for sessions that the call started, and run this job again"


class StoppedWhileTriggering(Stopped):
    """A signal arrived during a trigger call."""

    advice = (
        "The trigger call was in progress and may have started checks: look for their sessions in Checkly"
    )
