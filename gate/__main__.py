"""Starts the program.

Signals that arrive while it loads are held back until it listens for them: else one that comes too early
would end the gate without a report, and SIGINT with a traceback.
"""

from __future__ import annotations

import gc
import os
import signal
from typing import NoReturn

# What is loaded is no garbage, and to look for some fifty times would take a tenth of a short run.
_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000


def main() -> NoReturn:
    """Runs the command line, and leaves with its exit code."""
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    from gate.cli import main as run  # noqa: PLC0415 - loaded only when no signal can be lost

    # All is written and flushed. Taking the interpreter apart would cost a tenth of a short run, while a
    # request that was given up may still run in its thread.
    os._exit(run())


if __name__ == "__main__":
    main()
