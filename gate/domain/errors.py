"""What can go wrong, one class for each kind; a class owns its exit code and its advice.

Every text is made for the person who reads the log at night: what happened, where, what to do.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """The gate's exit codes: public interface, and told nowhere else."""

    OPEN = 0
    CLOSED = 1
    USAGE = 2
    TIMEOUT = 3
    INCONCLUSIVE = 4
    SIGHUP = 129
    SIGINT = 130
    SIGQUIT = 131
    SIGTERM = 143


class GateError(Exception):
    """Anything that keeps the gate from deciding. Its text is one line."""

    exit_code: ExitCode = ExitCode.INCONCLUSIVE
    advice: ClassVar[str] = ""

    @property
    def sentence(self) -> str:
        """What happened and what to do, in one line."""
        return f"{self}. {self.advice}" if self.advice else str(self)


class UsageError(GateError):
    """Inputs or a file of the user's that are wrong; all the problems at once, one line each."""

    exit_code = ExitCode.USAGE

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class RequestFailed(GateError):
    """An answer of Checkly's API, or the lack of one, that is not a check session."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Transient(RequestFailed):
    """Trouble that may pass: asked again until the deadline."""

    advice = "If this lasts, look at Checkly's status page and at the network between this job and the API"

    def __init__(
        self, message: str, *, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, status=status)
        self.retry_after_s = retry_after_s


class Unreachable(Transient):
    """No HTTP answer arrived: connection, TLS, proxy, time."""

    advice = "Check api-url, the proxy variables and ca-bundle"


class NeverConnected(Unreachable):
    """No connection was made, so nothing of the request was sent."""


class InvalidResponse(Transient):
    """An answer came that is not the JSON object that was asked for."""


class Final(RequestFailed):
    """An answer that asking again will not change."""

    concerns_every_session: ClassVar[bool] = False


class CredentialsRejected(Final):
    """401: the API key is missing or bad."""

    advice = "Check api-key (it starts with cu_ or sv_) and whether it was revoked"
    concerns_every_session = True


class PaymentRequired(Final):
    """402: the account's plan does not allow the call."""

    advice = "Check the account's plan and billing"
    concerns_every_session = True


class Forbidden(Final):
    """403: the key may not do this."""

    advice = "Check account-id, and that the key's user or service user belongs to that account"


class BadRequest(Final):
    """400, and any status that nobody documents."""

    advice = "Check session-id, account-id and api-version"


class Redirected(Final):
    """A redirect, which is never followed: the credentials would go to another host."""

    advice = "Check api-url, and whether a proxy or a login page stands in front of it"
    concerns_every_session = True


class NoSuchSession(Final):
    """404: final once the grace for a session that was just triggered is over."""

    advice = (
        "The ID was looked up as a check session and as a test session, unless a link shows its kind. "
        "Check the ID, and that account-id is the account that ran the session"
    )


class NotServed(Final):
    """404, 405, 410 or 501: this path is not served, as an old or a retired API version answers."""


class NothingTriggered(Final):
    """404 to a trigger call: no check matched."""

    advice = "Check trigger-check-id and trigger-tags, that the checks are active, and account-id"


class NotTriggered(Final):
    """A trigger call that was turned away, or could not be sent, until the time was up."""

    advice = "Nothing was started: run this job again"


class CheckNotStarted(Final):
    """A check that was named and of which no session was started: it would be gated on without having run."""

    advice = "Check trigger-check-id, that the check is activated, and that account-id is its account"


class TriggerLost(Final):
    """Nobody knows whether a trigger call arrived; sent again it might run the checks twice."""

    advice = "Look in Checkly for sessions that it started, and run this job again"


class OutOfTime(RequestFailed):
    """The deadline came before a request could be sent."""


class GateTimeout(GateError):
    """The gate's own timeout is over while Checkly still runs the session."""

    exit_code = ExitCode.TIMEOUT
    advice = "Raise timeout, or open the session and see what it waits for"


class ReportUnwritable(GateError):
    """A report file could not be written."""

    advice = "Check the path, its permissions and the free space"


class LibraryMissing(GateError):
    """A Python package that the gate needs is not installed."""

    advice = "Install the gate with its dependencies (pip install .), or use its container image"

    def __init__(self, error: ImportError) -> None:
        super().__init__(f"The Python package '{error.name}' could not be loaded ({error})")


class Stopped(GateError):
    """A signal asked the gate to stop."""

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(f"stopped by {exit_code.name}")
        self.exit_code = exit_code


class StoppedWhileTriggering(Stopped):
    """A signal came while a trigger call was under way."""

    advice = "The trigger call was under way, and may have started checks: look in Checkly for their sessions"


class Defect(GateError):
    """A mistake in the gate itself, told in one line with the place where it happened."""

    advice = "This is a defect of checkly-gate; please report it with this line"

    def __init__(self, error: Exception) -> None:
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        code = frame.tb_frame.f_code if frame else None
        place = f" in {code.co_qualname}, line {frame.tb_lineno}" if frame and code else ""
        super().__init__(f"{type(error).__name__}: {error}{place}")
