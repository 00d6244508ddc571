"""This process: its monotonic clock, its signals, and calls that neither can outlast.

Signals and answers arrive in one queue that the main thread waits on. A handler only puts a word into it
(`SimpleQueue.put` is safe there), so no exception is ever raised at a point that did not expect one.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from types import FrameType
from typing import Generic, NoReturn, TypeVar

from gate.errors import ExitCode, Stopped

REPORTS_WITHIN_S = 4.5  # GitHub kills 10 s after the first signal, others after 10 s; the contract says 5 s
_EXIT_CODES = {signal.SIGINT: ExitCode.SIGINT, signal.SIGTERM: ExitCode.SIGTERM}

T = TypeVar("T")


class Process:
    """The clock and the stop switch of the gate."""

    def __init__(self) -> None:
        self.stopped_by: ExitCode | None = None
        self._arrivals: SimpleQueue[object] = SimpleQueue()

    def listen_for_signals(self) -> None:
        """From here on SIGINT and SIGTERM end the wait in an orderly way.

        As PID 1 of a container a process ignores SIGTERM unless it has a handler (CI systems send it to
        cancel), and a second signal must not cut the reports short.
        """
        for number in _EXIT_CODES:
            signal.signal(number, self._on_signal)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _EXIT_CODES)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        code = _EXIT_CODES[signal.Signals(number)]
        if self.stopped_by is None:
            self.stopped_by = code
            signal.signal(signal.SIGALRM, lambda *_: _leave_at_once(code))
            signal.setitimer(signal.ITIMER_REAL, REPORTS_WITHIN_S)
            self._arrivals.put(Stopped(code))

    def now_s(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def sleep_s(self, seconds: float) -> None:
        """Sleeps; raises `Stopped` as soon as the first signal arrives."""
        self._wait_for(object(), self.now_s() + seconds)

    def call(self, job: Callable[[], T], within_s: float) -> T:
        """Runs a job in a thread and returns its result, or raises what it raised.

        Raises TimeoutError after `within_s` seconds and `Stopped` at a signal; the job is then left behind.
        A bound on the whole is needed because a socket's timeout only bounds each of its operations, and a
        thread because name resolution can be interrupted by nothing.
        """
        call = _Call(job)

        def run_and_report() -> None:
            call.run()
            self._arrivals.put(call)

        Thread(target=run_and_report, daemon=True, name="request").start()
        if not self._wait_for(call, self.now_s() + within_s):
            raise TimeoutError
        return call.result()

    def _wait_for(self, expected: object, until_s: float) -> bool:
        """Whether the expected thing arrived in time; what arrives too late for its own wait is dropped."""
        while (left_s := until_s - self.now_s()) > 0:
            try:
                arrival = self._arrivals.get(timeout=left_s)
            except Empty:
                break
            if isinstance(arrival, Stopped):
                raise arrival
            if arrival is expected:
                return True
        return False


class _Call(Generic[T]):
    """A job and what became of it."""

    def __init__(self, job: Callable[[], T]) -> None:
        self._job = job
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._results.append(self._job())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]


def _leave_at_once(code: ExitCode) -> NoReturn:
    os.write(2, b"checkly-gate: the reports could not be finished in time; leaving without them\n")
    os._exit(code)
