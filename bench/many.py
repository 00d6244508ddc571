"""One gate for many sessions: time, requests and memory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import most_within, shown_s
from bench.programs import GATE, environment, run_and_weigh
from bench.sessions import LOCATIONS, TAG, scenario
from bench.table import Row, Section
from gate.checkly.budget import REQUESTS_PER_MINUTE
from gate.simulator import Simulator

SIZES = (1, 10, 100, 500)
ROUNDS = 7
ENDS_S = (5.0, 45.0)  # the ends of the first and the last session
_MINUTE_S = 60.0
_PEAK_LIMIT_MB = 120
_HOW = """\
Each session has {locations} locations, and ends between {first:.0f} and {last:.0f} s after the gate has
triggered it. All sessions pass. Figures are medians of {rounds} runs, each with a separate simulator. Figures
with a goal, and the requests in any minute (any 60 s), are maximums. All runs of the smaller sizes take place
at the same time, and after them all runs of the largest size. The simulator counts the requests. The gate's
JSON record must count all locations as passed. In an additional run of the largest size, all locations fail,
because reports on failures are the longest. If more than {budget} sessions end within a minute, the gate
fetches the last ones up to a minute later, because it sends at most {budget} requests in a minute."""


@dataclass(frozen=True, slots=True)
class _Run:
    wall_s: float
    requests: int
    per_minute: int
    peak_mb: float
    ends_seen: int


def measure(
    folder: Path,
    sizes: Sequence[int] = SIZES,
    rounds: int = ROUNDS,
    ends_s: tuple[float, float] = ENDS_S,
) -> Section:
    """Measure the runs of the smaller sizes, and then those of the largest size."""
    *smaller, largest = sizes
    done: dict[int, list[_Run]] = {}
    with ThreadPoolExecutor(len(sizes) * rounds + 1) as pool:
        done |= _all(pool, folder, smaller, rounds, ends_s)
        failing = pool.submit(_run, folder, largest, ends_s, failing=True)
        done |= _all(pool, folder, [largest], rounds, ends_s)
        failed = failing.result()
    how = _HOW.format(
        locations=len(LOCATIONS),
        first=ends_s[0],
        last=ends_s[1],
        rounds=rounds,
        budget=REQUESTS_PER_MINUTE,
    )
    rows = [row for size in done for row in _rows(size, done[size])]
    peak = f"peak memory with {_sessions(sizes[-1])} that fail"
    worst = Row.at_most(peak, failed.peak_mb, _PEAK_LIMIT_MB, "{:.0f} MB")
    return Section("Many sessions", how, (*rows, *_goals(done), worst))


def _all(
    pool: ThreadPoolExecutor, folder: Path, sizes: Sequence[int], rounds: int, ends_s: tuple[float, float]
) -> dict[int, list[_Run]]:
    """Measure all runs of these sizes at the same time."""
    running = {size: [pool.submit(_run, folder, size, ends_s) for _ in range(rounds)] for size in sizes}
    return {size: [each.result() for each in runs] for size, runs in running.items()}


def _run(folder: Path, size: int, ends_s: tuple[float, float], *, failing: bool = False) -> _Run:
    first_s, last_s = ends_s
    times = [first_s + (last_s - first_s) * number / size for number in range(1, size + 1)]
    play, status = scenario(times, failing=failing), "FAILED" if failing else "PASSED"
    with tempfile.TemporaryDirectory(dir=folder) as own, Simulator(play) as api:
        place = Path(own)
        env = environment(api.url, place) | {"INPUT_TRIGGER_TAGS": TAG}
        # With --report-only, the gate exits with 0 even if it is closed, as `run_and_weigh` requires.
        done = run_and_weigh((*GATE, "--json-path=record.json", "--report-only"), env, place)
        record = json.loads((place / "record.json").read_text())
        times_s = [request.at_s for request in api.requests]
    seen = sum(session["status"] == status for session in record["sessions"])
    if record[status.lower()] != size * len(LOCATIONS):
        raise RuntimeError(f"{record[status.lower()]} locations {status} of {size} sessions")
    return _Run(done.took_s, len(times_s), most_within(times_s, _MINUTE_S), done.peak_mb, seen)


def _rows(size: int, done: Sequence[_Run]) -> Sequence[Row]:
    sessions = _sessions(size)
    return (
        Row(f"{sessions}: start to exit", shown_s(median(run.wall_s for run in done))),
        Row(f"{sessions}: total requests", f"{median(run.requests for run in done):.0f}"),
        Row(f"{sessions}: requests in any minute", str(max(run.per_minute for run in done))),
        Row(f"{sessions}: peak memory (VmHWM)", f"{median(run.peak_mb for run in done):.0f} MB"),
    )


def _goals(done: Mapping[int, Sequence[_Run]]) -> Sequence[Row]:
    largest = max(done)
    seen = [run.ends_seen == size for size, runs in done.items() for run in runs]
    most = max(run.per_minute for runs in done.values() for run in runs)
    peak_mb = max(run.peak_mb for run in done[largest])
    return (
        Row(
            "runs in which the gate fetched every session's final status",
            f"{sum(seen)} of {len(seen)}",
            "all",
            all(seen),
        ),
        Row.at_most("the most requests in any minute", most, REQUESTS_PER_MINUTE, "{:.0f}"),
        Row.at_most(f"peak memory with {_sessions(largest)}", peak_mb, _PEAK_LIMIT_MB, "{:.0f} MB"),
    )


def _sessions(size: int) -> str:
    return f"{size} session{'s' * (size > 1)}"
