"""The errors of the gate: one class per kind, with its exit code and its advice.

Each message is written for a person who reads the log at night: what happened, where, and what to do.
"""

from __future__ import annotations

from typing import ClassVar, Self

from gate.domain.exit_code import ExitCode
from gate.domain.session import SessionKind


class GateError(Exception):
    """An error that prevents a decision. Its text is one line."""

    exit_code: ExitCode = ExitCode.INCONCLUSIVE
    advice: str = ""

    @property
    def sentence(self) -> str:
        """Return what happened and what to do, in one line."""
        return f"{self}. {self.advice}" if self.advice else str(self)

    def during(self, step: str) -> Self:
        """Put the step that failed at the beginning of this error's text, and return the error."""
        self.args = (f"{step}: {self}",)
        return self


class UsageError(GateError):
    """Invalid inputs, or an invalid file that the user gave, with all problems at once."""

    exit_code = ExitCode.USAGE

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class RequestFailed(GateError):
    """A request that failed, or whose response cannot be used."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Transient(RequestFailed):
    """A failure that may be temporary: the gate retries until the deadline."""

    advice = "If this lasts, check Checkly's status page and the network between this job and the API"

    def __init__(
        self, message: str, *, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, status=status)
        self.retry_after_s = retry_after_s


class Unreachable(Transient):
    """No complete response arrived, because of the connection, TLS, a proxy, or a limit on time or size."""

    advice = "Check api-url, the proxy variables and ca-bundle"


class NeverConnected(Unreachable):
    """No connection was made, so no part of the request was sent."""


class PutOff(Unreachable):
    """The response was dropped while other large responses arrived. The request can be repeated at once."""


class InvalidResponse(Transient):
    """The response is not the document that was requested."""


class Final(RequestFailed):
    """An error that a retry will not change."""

    concerns_every_session: ClassVar[bool] = False


class CredentialsRejected(Final):
    """401: the API key is missing or invalid."""

    advice = "Check that api-key is complete (it starts with cu_ or sv_) and was not revoked"
    concerns_every_session = True


class PaymentRequired(Final):
    """402: the account's plan does not allow the call."""

    advice = "Check the account's plan and billing"
    concerns_every_session = True


class Forbidden(Final):
    """403: the key does not have permission."""

    advice = "Check account-id, and that the key's user or service user belongs to that account"


class BadRequest(Final):
    """400, or another 4xx status without a class of its own."""

    advice = "Check session-id, account-id and api-version"


class Redirected(Final):
    """A redirect. It is never followed, because the credentials would go to another host."""

    advice = "Check api-url, and whether a proxy or a login page is in front of it"
    concerns_every_session = True


class NoSuchSession(Final):
    """404: Checkly has no such session. This is final once the grace period for new sessions is over."""

    advice = "Check account-id and api-url"

    def looked_up_as(self, kind: SessionKind | None) -> Self:
        """Return this error, with advice for an ID that was looked up as `kind`, or as each kind if None."""
        kinds = (kind,) if kind else tuple(SessionKind)
        no_session = " and ".join(f"no {each}" for each in kinds).capitalize()
        no_check = "" if kind is SessionKind.TEST else " that it is not the ID of a check,"
        self.advice = (
            f"{no_session} has this ID. Check that it was copied completely,{no_check} and that account-id "
            "is the account that ran the session"
        )
        return self


class NotServed(Final):
    """405 or 410: an old or retired API version that does not serve this path."""


class OutOfTime(RequestFailed):
    """A request could not be sent before the deadline."""


class GateTimeout(GateError):
    """The gate's own timeout expired while Checkly was still running the session."""

    exit_code = ExitCode.TIMEOUT
    advice = "Raise timeout, or open the session in Checkly to see what is still running"


class ReportUnwritable(GateError):
    """A report file could not be written."""

    advice = "Check the path, its permissions and the free space"


class LibraryMissing(GateError):
    """A Python package that the gate needs cannot be loaded."""

    advice = "Install the gate with its dependencies (pip install .), or use its container image"

    def __init__(self, error: ImportError) -> None:
        super().__init__(f"The Python package '{error.name}' could not be loaded ({error})")


class Stopped(GateError):
    """A signal stopped the gate."""

    advice = "The job was cancelled, or it reached its own time limit; keep that limit above timeout"

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(f"stopped by {exit_code.name}")
        self.exit_code = exit_code


class Defect(GateError):
    """A defect in the gate itself. Its text contains the place in the code."""

    advice = "This is a bug in checkly-gate; please report it with this line"

    def __init__(self, error: Exception) -> None:
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        code = frame.tb_frame.f_code if frame else None
        place = f" in {code.co_qualname}, line {frame.tb_lineno}" if frame and code else ""
        super().__init__(f"{type(error).__name__}: {error}{place}")
