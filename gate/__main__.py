"""Start the program, and turn every failure into an exit code.

Signals are blocked until the gate can handle them. Otherwise, an early signal would end the gate without a
report, and SIGINT would print a traceback.
"""

from __future__ import annotations

import gc
import os
import signal
from typing import NoReturn

from gate.last_words import complain

# Collect garbage rarely: start-up produces hardly any, and 50 collections would take a tenth of a short run.
_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_INCONCLUSIVE = 4  # Python would exit with 1 after an exception, but 1 means a closed gate


def main() -> NoReturn:
    """Run the command line, and exit with its exit code."""
    try:
        gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        from gate.cli import main as run  # noqa: PLC0415 - imported only after the signals are blocked

        code = run()
    except BaseException as error:  # noqa: BLE001 - the last resort: no error may lead to exit code 1
        code = _INCONCLUSIVE
        complain(f"{type(error).__name__}: {error}. The gate could not run (exit code {_INCONCLUSIVE})")
    # Everything is written. Shutting down the interpreter would take a tenth of a short run, and an abandoned
    # request may still run in its thread.
    os._exit(code)


if __name__ == "__main__":
    main()
