"""Short runs of most parts of the benchmark. They test the method, but check the figures only roughly."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from bench import cold, ending, many, reporting, starting
from bench.first_request import first_request_s
from bench.machine import describe
from bench.programs import GATE, POLL, environment, run, run_and_weigh
from bench.sessions import LOCATIONS, scenario
from gate.simulator import Simulator, load
from tests.absent import require_programs


def test_the_gate_is_compared_with_the_floor_and_its_memory_is_measured(tmp_path: Path) -> None:
    require_programs("curl", "jq")
    rows = {row.what: row for row in starting.measure(tmp_path, rounds=1).rows}
    assert rows["the gate ÷ the floor"].goal == "≤ 1.20x"
    assert re.fullmatch(r"\d+ MB", rows["peak memory of the gate (VmHWM)"].measured)


def test_the_time_of_the_first_request_counts_from_the_start_of_its_program() -> None:
    program = "import os, time, urllib.request as u; time.sleep(0.3); u.urlopen(os.environ['API'])"
    took_s = first_request_s([sys.executable, "-c", program], lambda url: {"API": url, "NO_PROXY": "*"})
    assert 0.3 < took_s < 10


def test_the_image_is_compared_with_the_former_image_and_with_npm() -> None:
    costs = {
        "the image": cold.Cost(15.0, 51.0, 1000, [1.0, 2.0], [0.5, 0.5]),
        "the former image": cold.Cost(60.0, 204.0, 8000, [4.0, 4.0], [1.0, 0.5]),
        "npm's packages": cold.Cost(30.0, 102.0, 2000, [10.0], [2.0]),
    }
    shown = {row.what: (row.measured, row.reached) for row in cold.rows(costs)}
    assert shown["the image: download"] == ("15.0 MB", True)
    assert shown["the image: on disk"] == ("51.0 MB", False)
    former, packages = "the image ÷ the former image", "the image ÷ npm's packages"
    assert shown[f"{former}: download, on disk, files"] == ("0.25x, 0.25x, 0.12x", None)
    assert shown[f"{former}: fetch and unpack"] == ("0.38x", None)
    assert shown[f"{former}: start to the first request"] == ("0.75x", True)
    assert shown[f"{former}: in total at 50 Mbit/s, calculated"] == ("0.31x", None)
    assert shown[f"{packages}: fetch and unpack"] == ("0.15x", None)


@pytest.mark.parametrize("interval", ["10s", "30s"])
def test_the_delay_is_measured_from_the_end_of_the_session(tmp_path: Path, interval: str) -> None:
    waited = ending.wait((*GATE, f"--poll-interval={interval}"), {}, 0.6, tmp_path)
    assert 0 < waited.late_s < 5
    assert waited.per_minute == 2  # a fetch and a long poll


def test_the_polling_script_detects_the_end_only_after_its_pause(tmp_path: Path) -> None:
    require_programs("curl", "jq")
    waited = ending.wait((POLL,), {"POLL_S": "2"}, 1.5, tmp_path)
    assert 0.5 < waited.late_s < 1.5
    assert waited.per_minute == 2


def test_a_program_that_sends_no_request_causes_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="sent no request"):
        ending.wait((sys.executable, "-c", "pass"), {}, 0.1, tmp_path)


def test_requests_and_memory_of_many_sessions_are_measured(tmp_path: Path) -> None:
    section = many.measure(tmp_path, (1, 3), rounds=2, ends_s=(0.2, 0.5))
    rows = {row.what: row for row in section.rows}
    assert rows["runs in which the gate fetched every session's final status"].measured == "4 of 4"
    assert rows["1 session: total requests"].measured == "3", "a trigger, a fetch and a long poll"
    assert int(rows["3 sessions: total requests"].measured) >= 5
    assert rows["peak memory with 3 sessions"].reached
    assert rows["peak memory with 3 sessions that fail"].reached
    assert "medians of 2 runs" in section.how
    assert "any 60 s" in section.how


def test_the_last_session_ends_late_and_there_are_several_rounds() -> None:
    assert many.ENDS_S[1] >= 45
    assert many.ROUNDS >= 7


def test_each_report_is_written_and_measured(tmp_path: Path) -> None:
    report = reporting.report_on(scenario([1.0, 2.0]))
    assert report.counts["passed"] == 2 * len(LOCATIONS)
    written = reporting.write(tmp_path, report, rounds=1)
    assert [each.report for each in written] == ["JUnit", "summary", "JSON"]
    assert all(each.size_bytes > 1000 and each.took_s > 0 for each in written)


def test_only_the_memory_of_the_program_is_measured(tmp_path: Path) -> None:
    light, heavy = (
        run_and_weigh(
            (sys.executable, "-c", f"import time; x = b'1' * {size}; time.sleep(0.1)"), {}, tmp_path
        )
        for size in (1, 100 * 1024**2)
    )
    assert 90 < heavy.peak_mb - light.peak_mb < 110


@pytest.mark.parametrize("weighed", [False, True])
def test_a_program_that_fails_causes_an_error(tmp_path: Path, weighed: bool) -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        (run_and_weigh if weighed else run)((sys.executable, "-c", "exit('no such thing')"), {}, tmp_path)


@pytest.mark.parametrize(("name", "opens"), [("passing", True), ("degraded", True), ("failing", False)])
def test_the_polling_script_fails_only_if_the_session_failed(tmp_path: Path, name: str, opens: bool) -> None:
    require_programs("curl", "jq")
    play = load(name)
    with Simulator(play, speed=1e6) as api:
        command, env = (POLL, *play.session_ids), environment(api.url, tmp_path, POLL_S="1")
        if opens:
            run(command, env, tmp_path)
        else:
            with pytest.raises(RuntimeError, match="ended with 1"):
                run(command, env, tmp_path)


def test_the_description_of_the_machine_has_its_cores_memory_and_python_version() -> None:
    assert re.search(r"\d+ cores, \d+ GiB of memory, .*, Python 3\.\d+\.\d+", describe())
