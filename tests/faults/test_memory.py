"""The gate's memory, threads and file descriptors stay within limits, even if it waits for a long time."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.end_to_end.running import JUNIT
from tests.faults.bodies import GREEN
from tests.faults.gate_run import LATE_S, inputs_for
from tests.faults.watched import Answer, Sample, Server, Watched, serving, whole
from tests.samples import CHECK_ID

MOST_MIB, MOST_OF_MANY_MIB = 150, 250
BODY_BYTES = 9 * 1024 * 1024
RESULT: dict[str, Any] = GREEN["results"][0]
NOT_ENDED = (b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",)
ID = b"8166fa86-c9b4-4162-8541-d380c6c212d8"  # a placeholder for the session's ID in prepared documents


def _session_ids(number: int) -> tuple[str, ...]:
    return tuple(str(UUID(int=number, version=4)) for number in range(number))


def _result(number: int, location: str, **fields: object) -> dict[str, Any]:
    result_id = str(UUID(int=number, version=4))
    link = f"https://app.checklyhq.com/checks/{CHECK_ID}/check-sessions/{ID.decode()}/results/{result_id}"
    own = {"checkResultId": result_id, "checkResultLink": link, "runLocation": location}
    return {**RESULT, **own, "stoppedAt": f"2026-01-15T09:00:11.{number % 1000:03}Z", **fields}


def _document(status: str, locations: list[str], results: list[dict[str, Any]], **fields: object) -> bytes:
    given = {"status": status, "runLocations": locations, "results": results}
    return json.dumps({**GREEN, **given, **fields}, ensure_ascii=False).encode()


def _changing(session_id: str, before: int, is_poll: bool) -> Iterable[bytes]:
    """Return a running session in which all locations have new names at each fetch."""
    if is_poll:
        time.sleep(0.5)
        return NOT_ENDED
    names = [f"{before}-{number} ".ljust(190, "x") for number in range(1_000)]
    results = [_result(number, name) for number, name in enumerate(names)]
    return whole(_document("PROGRESS", names, results).replace(ID, session_id.encode()))


def test_locations_that_change_with_each_fetch_do_not_increase_memory(tmp_path: Path) -> None:
    with serving(_changing) as server:
        gate = Watched(tmp_path, inputs_for(server.url, _session_ids(1), 600))
        gate.watch(lambda: len(server.asked) >= 10, 60)
        gate.sample()
        settled = gate.samples[-1]
        gate.watch(lambda: len(server.asked) >= 40, 90)
        gate.sample()
        assert gate.samples[-1].resident_mib - settled.resident_mib < 6
        gate.process.send_signal(signal.SIGTERM)
        assert gate.end(10).code == 143
    assert gate.peak_mib < MOST_MIB


def _padded(document: bytes) -> bytes:
    return document.replace(b'"padding"', b'"%s"' % (b"x" * (BODY_BYTES - len(document))), 1)


def _large_documents(status: str) -> dict[str, bytes]:
    one = [_result(0, "a")]
    return {
        "a name": _padded(_document(status, ["a"], one, name="padding")),
        "a name, stored with four bytes per character": _padded(
            _document(status, ["a"], one, name="padding", more="\N{ROCKET}")
        ),
        "results": _document(
            status,
            ["a"],
            [
                _result(number, "a", resultType="ATTEMPT" if number else "FINAL", more="x" * 1_000)
                for number in range(5_000)
            ],
        ),
        "values": _document(status, ["a"], one, more=[f"{number:032}" for number in range(240_000)]),
    }


@pytest.mark.parametrize("kind", _large_documents("PASSED"))
def test_large_documents_that_arrive_together_stay_within_the_memory_limit(kind: str, tmp_path: Path) -> None:
    body = _large_documents("PASSED")[kind]
    with serving(lambda session_id, _, __: whole(body.replace(ID, session_id.encode()))) as server:
        gate = Watched(tmp_path, inputs_for(server.url, _session_ids(9), 60))
        run = gate.end(70)
    assert run.code == 0, run.log
    assert gate.peak_mib < MOST_MIB


def test_large_documents_do_not_make_the_gate_late(tmp_path: Path) -> None:
    body = _large_documents("PROGRESS")["values"]

    def answer(session_id: str, _: int, is_poll: bool) -> Iterable[bytes]:
        return NOT_ENDED if is_poll else whole(body.replace(ID, session_id.encode()))

    with serving(answer) as server:
        gate = Watched(tmp_path, inputs_for(server.url, _session_ids(8), 10))
        began_s = time.monotonic()
        run = gate.end(50)
    assert run.code in (3, 4)
    assert "waited" in run.log
    assert run.record["waited-seconds"] < 10 + LATE_S
    assert time.monotonic() - began_s < 20
    assert gate.peak_mib < MOST_MIB


MANY = _session_ids(250)


@contextmanager
def _many(running: str) -> Iterator[Server]:
    """Serve sessions with 1,000 results each; only the session with the ID `running` does not end."""
    names = [f"location-{number}" for number in range(1_000)]
    bodies = {
        status: _document(status, names, [_result(number, name) for number, name in enumerate(names)])
        for status in ("PASSED", "PROGRESS")
    }

    def answer(session_id: str, _: int, is_poll: bool) -> Iterable[bytes]:
        is_running = session_id == running
        if is_poll and is_running:
            time.sleep(0.5)
            return NOT_ENDED
        return whole(bodies["PROGRESS" if is_running else "PASSED"].replace(ID, session_id.encode()))

    with serving(answer) as server:
        yield server


@pytest.mark.timeout(400)
def test_many_sessions_with_many_results_are_reported_in_full(tmp_path: Path) -> None:
    with _many(running="") as server:
        gate = Watched(tmp_path, inputs_for(server.url, MANY, 300))
        run = gate.end(390)
    assert run.code == 0
    assert run.outputs["locations"] == "250000"
    assert sum(len(each["locations"]) for each in run.record["sessions"]) == 250_000
    assert gate.peak_mib < MOST_OF_MANY_MIB


@pytest.mark.timeout(400)
def test_after_a_signal_all_reports_on_many_sessions_are_written(tmp_path: Path) -> None:
    with _many(running=MANY[-1]) as server:
        gate = Watched(tmp_path, inputs_for(server.url, MANY, 600))
        gate.watch(lambda: set(server.asked) == set(MANY), 300)
        sent_s = time.monotonic()
        gate.process.send_signal(signal.SIGTERM)
        run = gate.end(10)
        assert time.monotonic() - sent_s < 5
    assert run.code == 143
    assert (tmp_path / JUNIT).exists()
    assert run.record["exit-code"] == 143
    assert [each["id"] for each in run.record["sessions"]] == list(MANY)
    assert any("no time to report the results of" in notice for notice in run.record["notices"])
    assert run.outputs["verdict"] == "inconclusive"
    assert "could not tell" in run.summary
    assert gate.peak_mib < MOST_OF_MANY_MIB


def _drip() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    for byte in repeat(b"a"):
        time.sleep(0.2)
        yield byte


def _drip_often(session_id: str, before: int, is_poll: bool) -> Iterable[bytes]:
    """Answer one fetch in four completely, so that the gate keeps fetching several sessions at once."""
    if before % 4 or is_poll:
        return _drip()
    return whole(_document("PROGRESS", ["a"], []).replace(ID, session_id.encode()))


SPINNING: dict[str, Answer] = {
    "headers without end": lambda _session_id, _before, _is_poll: _drip(),
    "headers without end in three of four responses": _drip_often,
    "100 Continue without end": lambda _session_id, _before, _is_poll: repeat(
        b"HTTP/1.1 100 Continue\r\n\r\n"
    ),
}


@pytest.mark.timeout(200)
def test_endless_responses_do_not_increase_memory_threads_and_descriptors(tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(SPINNING)) as pool:
        watches = {name: pool.submit(_watch_spinning, SPINNING[name], tmp_path / name) for name in SPINNING}
    for name, watch in watches.items():
        samples, seconds_to_end = watch.result()
        early = _most([sample for sample in samples if 15 < sample.at_s <= 45])
        late = _most([sample for sample in samples if sample.at_s > 45])
        assert late.resident_mib < early.resident_mib + 2, name
        assert late.threads <= early.threads + 2, name
        assert late.descriptors <= early.descriptors + 2, name
        assert seconds_to_end < 1, name


def _watch_spinning(answer: Answer, workspace: Path) -> tuple[list[Sample], float]:
    """Run a gate for 75 s and stop it with a signal. Return its samples and how long stopping took."""
    with serving(answer) as server:
        gate = Watched(workspace, inputs_for(server.url, _session_ids(100), 3_600))
        began_s = time.monotonic()
        gate.watch(lambda: time.monotonic() - began_s > 75, 80)
        gate.process.send_signal(signal.SIGTERM)
        sent_s = time.monotonic()
        assert gate.end(10).code == 143
        return gate.samples, time.monotonic() - sent_s


def _most(samples: list[Sample]) -> Sample:
    """Return a sample with the maximum of each resource."""
    return Sample(
        at_s=samples[-1].at_s,
        resident_mib=max(sample.resident_mib for sample in samples),
        peak_mib=max(sample.peak_mib for sample in samples),
        threads=max(sample.threads for sample in samples),
        descriptors=max(sample.descriptors for sample in samples),
    )
