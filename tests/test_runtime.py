"""Calls with a time limit, and fatal messages. Other tests cover signals, in separate processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pytest

from gate.runtime import Process

T = TypeVar("T")


def _call(process: Process, job: Callable[[], T], within_s: float) -> T:
    (call,) = process.call_each([job], within_s)
    return call.result()


def test_a_call_returns_the_result_of_the_job() -> None:
    assert _call(Process(), lambda: 42, 5) == 42


def test_a_call_raises_the_exception_of_the_job() -> None:
    with pytest.raises(ZeroDivisionError):
        _call(Process(), lambda: 1 // 0, 5)


def test_the_result_of_a_call_that_took_too_long_is_discarded() -> None:
    process = Process()
    may_end = threading.Event()

    def slow() -> str:
        may_end.wait(5)
        return "late"

    with pytest.raises(TimeoutError):
        _call(process, slow, 0.01)

    def quick() -> str:
        may_end.set()
        return "in time"

    assert _call(process, quick, 5) == "in time"
    assert _call(process, lambda: "next", 5) == "next"


def test_a_background_job_runs_once_while_the_next_calls_run() -> None:
    process, may_end, done = Process(), threading.Event(), list[str]()

    def meanwhile() -> None:
        done.append("meanwhile")
        may_end.set()

    process.do_meanwhile(meanwhile)
    assert _call(process, lambda: may_end.wait(5), 5)
    assert _call(process, lambda: may_end.wait(5), 5)
    assert done == ["meanwhile"]


def test_jobs_run_at_the_same_time_and_each_has_its_own_result() -> None:
    both_run = threading.Barrier(2, timeout=5)

    def meet() -> str:
        both_run.wait()
        return "met"

    def fail() -> str:
        raise OSError("no luck")

    first, second, broken = Process().call_each([meet, meet, fail], 5)
    assert (first.result(), second.result()) == ("met", "met")
    with pytest.raises(OSError, match="no luck"):
        broken.result()


def test_sleeping_takes_at_least_the_given_time() -> None:
    process = Process()
    began_s = process.now_s()
    process.sleep_s(0.02)
    process.sleep_s(0)
    assert process.now_s() - began_s >= 0.02


def test_a_fatal_message_is_one_line_without_commands_of_a_ci_system() -> None:
    code = "from gate.last_words import complain; complain('a\\n--- ###vso[b]\\r::error::c')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stderr == b"checkly-gate: a --- # #vso[b] ::error::c\n"


def test_a_fatal_message_does_not_wait_for_a_full_pipe() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    code = "from gate.last_words import complain; complain('lost')"
    subprocess.run([sys.executable, "-c", code], stderr=writing, check=True, timeout=20)
    for end in (reading, writing):
        os.close(end)


def test_a_call_fails_if_no_thread_can_be_started() -> None:
    code = """if True:
        import threading
        from gate.runtime import Process
        threading.stack_size(1 << 46)  # more than the address space has
        (call,) = Process().call_each([print], 5)
        try:
            call.result()
        except OSError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=20
    )
    assert done.stdout == "can't start new thread\n"


class _Failed(Exception):
    """A custom error, because built-in errors do not support weak references."""


def test_an_error_and_its_stack_frames_are_freed_at_once() -> None:
    """Otherwise, a frame would hold responses and sockets until the next garbage collection."""
    raised: list[weakref.ref[_Failed]] = []

    def fail() -> None:
        error = _Failed()
        raised.append(weakref.ref(error))
        raise error

    (call,) = Process().call_each([fail], 5)
    with suppress(_Failed):
        call.result()
    assert raised[0]() is None
