"""This process: its monotonic clock, its signals, and calls that a time limit or a signal can end.

Signals and results arrive in one queue, which the main thread reads. A signal handler only puts an item into
the queue (`SimpleQueue.put` is safe in a handler), so exceptions are raised only where the code expects them.
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

REPORTS_WITHIN_S = 4.5  # the gate must end within 5 s of a signal; most CI systems kill a job after 10 s
_EXIT_CODES = {
    signal.SIGHUP: ExitCode.SIGHUP,
    signal.SIGINT: ExitCode.SIGINT,
    signal.SIGQUIT: ExitCode.SIGQUIT,
    signal.SIGTERM: ExitCode.SIGTERM,
}

# A signal that arrives just before a wait begins is handled only when the wait ends, so each wait is short.
_LONGEST_BLIND_S = 0.5

T = TypeVar("T")


class Process:
    """The gate's clock and its signals."""

    def __init__(self) -> None:
        self.stopped_by: ExitCode | None = None
        self._arrivals: SimpleQueue[object] = SimpleQueue()
        self._meanwhile: Callable[[], None] | None = None

    def listen_for_signals(self) -> None:
        """Handle the signals that end a process, so that the gate can write its reports first.

        CI systems cancel a job with SIGTERM, which PID 1 of a container ignores unless it has a handler. A
        second signal must not interrupt the reports.
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
        """Return the monotonic time in seconds."""
        return time.monotonic()

    def sleep_s(self, seconds: float) -> None:
        """Sleep. Raises `Stopped` as soon as the first signal arrives."""
        self._wait_until(lambda: False, self.now_s() + seconds)

    def do_meanwhile(self, job: Callable[[], None]) -> None:
        """Run a job once, in this thread, while the next calls run. `call_each` raises the job's errors."""
        self._meanwhile = job

    def call_each(self, jobs: Sequence[Callable[[], T]], within_s: float) -> tuple[Call[T], ...]:
        """Run jobs at the same time, each in a thread, and return after at most `within_s` seconds.

        Raises `Stopped` if a signal arrives. Unfinished jobs are abandoned. A limit for the whole job is
        needed because a socket's timeout limits only single operations. Threads are needed because name
        resolution cannot be interrupted.
        """
        calls = tuple(Call(job, self._arrivals) for job in jobs)
        for call in calls:
            call.start()
        if job := self._meanwhile:
            self._meanwhile = None
            job()
        self._wait_until(lambda: all(call.is_over for call in calls), self.now_s() + within_s)
        return calls

    def _wait_until(self, is_over: Callable[[], bool], until_s: float) -> None:
        """Wait until `is_over` returns true or the time is up. Late results are discarded.

        Everything that has arrived is read first: a signal counts even if the calls are over.
        """
        while not (is_over() and self._arrivals.empty()) and (left_s := until_s - self.now_s()) > 0:
            try:
                arrival = self._arrivals.get(timeout=min(left_s, _LONGEST_BLIND_S))
            except Empty:
                continue
            if isinstance(arrival, Stopped):
                raise arrival


class Call(Generic[T]):
    """A job that runs in a thread, and its result or error."""

    def __init__(self, job: Callable[[], T], arrivals: SimpleQueue[object]) -> None:
        self._job = job
        self._arrivals = arrivals
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.is_over = False

    def start(self) -> None:
        """Run the job in a new thread. If no thread can be started, the job counts as failed."""
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
        """Return the job's result. Raises the job's error once, or TimeoutError if it is not finished."""
        if self._error is not None:
            # A stored error would keep the frames of its traceback alive, and with them all other responses.
            error, self._error = self._error, None
            try:
                raise error
            finally:
                del error
        if not self._results:
            raise TimeoutError
        return self._results[0]


def _without_frames(error: BaseException) -> BaseException:
    """Return the error without the frames of its thread. Otherwise, they would keep each other in memory."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__context__
    return error


def _leave_at_once(code: ExitCode) -> NoReturn:
    complain("the reports could not be finished in time; exiting without them")
    os._exit(code)
