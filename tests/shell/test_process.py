"""Calls that nothing can outlast. Signals are tested where they arrive: in a process of its own."""

from __future__ import annotations

import threading

import pytest

from gate.process import Process


def test_a_call_returns_what_the_job_returns() -> None:
    assert Process().call(lambda: 42, 5) == 42


def test_a_call_raises_what_the_job_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        Process().call(lambda: 1 // 0, 5)


def test_a_call_that_takes_too_long_is_left_behind_and_its_late_answer_is_nobody_elses() -> None:
    process = Process()
    may_end = threading.Event()

    def slow() -> str:
        may_end.wait(5)
        return "late"

    with pytest.raises(TimeoutError):
        process.call(slow, 0.01)

    def quick() -> str:
        may_end.set()
        return "in time"

    assert process.call(quick, 5) == "in time"
    assert process.call(lambda: "next", 5) == "next"


def test_a_sleep_takes_its_time_and_no_time_takes_none() -> None:
    process = Process()
    began_s = process.now_s()
    process.sleep_s(0.02)
    process.sleep_s(0)
    assert process.now_s() - began_s >= 0.02
