"""Starts the program.

Signals that arrive while it loads are held back until it listens for them: else one that comes too early
would end the gate without a report, and SIGINT with a traceback.
"""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Runs the command line; returns the exit code."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    from gate.cli import main as run  # noqa: PLC0415 - loaded only when no signal can be lost

    return run()


if __name__ == "__main__":
    sys.exit(main())
