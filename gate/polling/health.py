"""Track whether Checkly's API responds, and until when no request may be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gate.checkly.retry import backoff_s
from gate.domain import errors
from gate.domain.session import Session


@dataclass(slots=True)
class ApiHealth:
    """The state of the API. Times are readings of the clock.

    No request is sent before `quiet_until_s`. `is_in_doubt`: whether no request has succeeded since the
    start or since the last failure. If so, a single request must first show whether the API works.
    """

    quiet_until_s: float
    is_in_doubt: bool = True
    failures: int = 0

    def judge(self, found: Sequence[Session | errors.RequestFailed], jitter: float, now_s: float) -> None:
        """Back off for all sessions if none of these requests succeeded.

        An invalid document concerns only its own session, because the API has responded. `jitter` is from 0
        to 1.
        """
        if any(isinstance(each, Session | errors.InvalidResponse) for each in found):
            self.is_in_doubt, self.failures = False, 0
        elif any(isinstance(each, errors.Transient) for each in found):
            self._be_quiet_until(now_s + backoff_s(self.failures) * jitter)
            self.is_in_doubt, self.failures = True, self.failures + 1

    def honour_retry_after(self, error: errors.RequestFailed, now_s: float, *, latest_s: float) -> None:
        """Honour `Retry-After`, but not beyond `latest_s`."""
        if isinstance(error, errors.Transient) and error.retry_after_s is not None:
            self._be_quiet_until(min(now_s + error.retry_after_s, latest_s))

    def _be_quiet_until(self, until_s: float) -> None:
        self.quiet_until_s = max(self.quiet_until_s, until_s)
