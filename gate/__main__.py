"""Starts the program, and turns whatever goes wrong with it into an exit code.

Signals that arrive while it loads are held back until it listens for them: a signal that comes too early
would end the gate without a report, and SIGINT with a traceback.
"""

from __future__ import annotations

import gc
import os
import signal
from typing import NoReturn

from gate.last_words import complain

# What is loaded is no garbage, and to look for some fifty times would take a tenth of a short run.
_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_INCONCLUSIVE = 4  # Python's own exit code for an exception is 1, which the gate keeps for its verdict


def main() -> NoReturn:
    """Run the command line, and leave with its exit code."""
    try:
        gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        from gate.cli import main as run  # noqa: PLC0415 - loaded only when no signal can be lost

        code = run()
    except BaseException as error:  # noqa: BLE001 - the outermost door: nothing may end with exit code 1
        code = _INCONCLUSIVE
        complain(f"{type(error).__name__}: {error}. The gate could not run (exit code {_INCONCLUSIVE})")
    # Everything is written. Taking the interpreter apart would cost a tenth of a short run, while a request
    # that was abandoned may still run in its thread.
    os._exit(code)


if __name__ == "__main__":
    main()
