"""This process: its monotonic clock, its signals, and calls that neither can outlast.

Signals and answers arrive in one queue that the main thread waits on. A handler only puts a word into it
(`SimpleQueue.put` is safe there), so no exception is ever raised at a point that did not expect one.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from types import FrameType
from typing import Generic, NoReturn, TypeVar

from gate.domain.errors import Stopped
from gate.domain.exit_code import ExitCode
from gate.last_words import complain

REPORTS_WITHIN_S = 4.5  # GitHub kills 10 s after the first signal, others after 10 s; the contract says 5 s
_EXIT_CODES = {
    signal.SIGHUP: ExitCode.SIGHUP,
    signal.SIGINT: ExitCode.SIGINT,
    signal.SIGQUIT: ExitCode.SIGQUIT,
    signal.SIGTERM: ExitCode.SIGTERM,
}

# A signal that arrives in the moment before a wait begins is only handled when the wait ends.
_LONGEST_BLIND_S = 0.5

T = TypeVar("T")


class Process:
    """The clock and the stop switch of the gate."""

    def __init__(self) -> None:
        self.stopped_by: ExitCode | None = None
        self._arrivals: SimpleQueue[object] = SimpleQueue()

    def listen_for_signals(self) -> None:
        """From here on the signals that ask a process to end let the gate write its reports first.

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
        self._wait_until(lambda: False, self.now_s() + seconds)

    def call_each(self, jobs: Sequence[Callable[[], T]], within_s: float) -> tuple[Call[T], ...]:
        """Runs jobs at the same time, each in a thread; returns them as they stand after `within_s` seconds.

        Raises `Stopped` at a signal. Jobs that are not over by then are left behind. A bound on the whole is
        needed because a socket's timeout only bounds each of its operations, and threads because name
        resolution can be interrupted by nothing.
        """
        calls = tuple(Call(job, self._arrivals) for job in jobs)
        for call in calls:
            call.start()
        self._wait_until(lambda: all(call.is_over for call in calls), self.now_s() + within_s)
        return calls

    def _wait_until(self, is_over: Callable[[], bool], until_s: float) -> None:
        """Wait for arrivals until it is over or the time is up. Late results are discarded."""
        while not is_over() and (left_s := until_s - self.now_s()) > 0:
            try:
                arrival = self._arrivals.get(timeout=min(left_s, _LONGEST_BLIND_S))
            except Empty:
                continue
            if isinstance(arrival, Stopped):
                raise arrival


class Call(Generic[T]):
    """A job that runs in a thread, and what became of it."""

    def __init__(self, job: Callable[[], T], arrivals: SimpleQueue[object]) -> None:
        self._job = job
        self._arrivals = arrivals
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.is_over = False

    def start(self) -> None:
        """Run the job in a thread of its own. If there can be no more threads, the job has failed."""
        try:
            Thread(target=self._run, daemon=True, name="request").start()
        except RuntimeError as error:
            self._error, self.is_over = OSError(str(error)), True

    def _run(self) -> None:
        try:
            self._results.append(self._job())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = _without_frames(error)
        self.is_over = True
        self._arrivals.put(self)

    def result(self) -> T:
        """Return what the job returned. Raises its error, once; TimeoutError if it was not over in time."""
        if self._error is not None:
            # If it kept the error, that would keep the frames that it passes, and with them other responses.
            error, self._error = self._error, None
            try:
                raise error
            finally:
                del error
        if not self._results:
            raise TimeoutError
        return self._results[0]


def _without_frames(error: BaseException) -> BaseException:
    """Return the error without the frames of its thread, which would keep each other until a collection."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__context__
    return error


def _leave_at_once(code: ExitCode) -> NoReturn:
    complain("the reports could not be finished in time; leaving without them")
    os._exit(code)
