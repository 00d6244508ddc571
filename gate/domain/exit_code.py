"""How a run ends, as the caller of the process sees it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The gate's exit codes: public interface, defined only here."""

    OPEN = 0
    CLOSED = 1
    USAGE = 2
    TIMEOUT = 3
    INCONCLUSIVE = 4
    SIGHUP = 129
    SIGINT = 130
    SIGQUIT = 131
    SIGTERM = 143
