"""The exit codes of the gate."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The gate's exit codes. They are a public interface."""

    OPEN = 0
    CLOSED = 1
    USAGE = 2
    TIMEOUT = 3
    INCONCLUSIVE = 4
    SIGHUP = 129
    SIGINT = 130
    SIGQUIT = 131
    SIGTERM = 143
