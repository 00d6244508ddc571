"""Errors of the calls that start checks."""

from __future__ import annotations

from gate.domain.errors import Final, Stopped


class NothingTriggered(Final):
    """A trigger call started nothing, because no check matched."""

    advice = "Check trigger-check-id, trigger-tags and account-id, and that the checks are activated"


class NotTriggered(Final):
    """A trigger call that was rejected or could not be sent before the deadline."""

    advice = "The call started nothing: run this job again"


class CheckNotStarted(Final):
    """A named check that did not start. Without this error, the gate could open without a result for it."""

    advice = "Check trigger-check-id, that the check is activated, and that account-id is the check's account"


class TriggerLost(Final):
    """It is unknown whether a trigger call started checks. A second call might run them twice."""

    advice = "Look in Checkly for sessions that the call started, and run this job again"


class StoppedWhileTriggering(Stopped):
    """A signal arrived during a trigger call."""

    advice = (
        "The trigger call was in progress and may have started checks: look for their sessions in Checkly"
    )
