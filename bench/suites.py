"""One gate for many test sessions of many checks: time, requests and memory."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.figures import most_within, shown_s
from bench.programs import GATE, environment, run_and_weigh
from bench.sessions import of_many_checks
from bench.table import Row, Section
from gate.checkly.budget import REQUESTS_PER_MINUTE
from gate.simulator import Simulator

SESSIONS = 100
CHECKS = 100
ENDS_S = (5.0, 45.0)  # the ends of the first and the last session
_PEAK_LIMIT_MB = 150
_LINK = "https://app.checklyhq.com/accounts/1397c172-1938-4973-a225-5862298e571a/test-sessions/"
_HOW = """\
Each of {sessions} test sessions has {checks} checks, and ends between {first:.0f} and {last:.0f} s after
its first request. One gate is given the links to the sessions. A second gate is given only their IDs, and
looks up each ID as a check session first. A third gate is given links to sessions in which all checks fail.
The three gates run at the same time. Each gate's JSON record must count all checks as passed, or as failed
for the third gate. The simulator counts the requests; requests in any minute are the maximum within any 60
s of a run."""


@dataclass(frozen=True, slots=True)
class _Run:
    name: str
    took_s: float
    requests: int
    per_minute: int
    peak_mb: float


def measure(
    folder: Path, sessions: int = SESSIONS, checks: int = CHECKS, ends_s: tuple[float, float] = ENDS_S
) -> Section:
    """Measure three runs at the same time."""
    size = (sessions, checks)
    with ThreadPoolExecutor(3) as pool:
        running = [
            pool.submit(_run, folder, "by links", size, ends_s, prefix=_LINK),
            pool.submit(_run, folder, "by IDs", size, ends_s),
            pool.submit(_run, folder, "all failed", size, ends_s, prefix=_LINK, failing=True),
        ]
    runs = [each.result() for each in running]
    rows = [Row(f"{run.name}: start to exit", shown_s(run.took_s)) for run in runs]
    rows += [Row(f"{run.name}: total requests", str(run.requests)) for run in runs]
    most = max(run.per_minute for run in runs)
    peak_mb = max(run.peak_mb for run in runs)
    of_all = f"{sessions} test sessions of {checks} checks"
    how = _HOW.format(sessions=sessions, checks=checks, first=ends_s[0], last=ends_s[1])
    goals = (
        Row.at_most(f"requests in any minute, {of_all}", most, REQUESTS_PER_MINUTE, "{:.0f}"),
        Row.at_most(f"peak memory, {of_all}", peak_mb, _PEAK_LIMIT_MB, "{:.0f} MB"),
    )
    return Section("Many test sessions", how, (*rows, *goals))


def _run(
    folder: Path,
    name: str,
    size: tuple[int, int],
    ends_s: tuple[float, float],
    *,
    prefix: str = "",
    failing: bool = False,
) -> _Run:
    sessions, checks = size
    first_s, last_s = ends_s
    times = [first_s + (last_s - first_s) * number / sessions for number in range(1, sessions + 1)]
    play = of_many_checks(times, checks, failing=failing)
    with tempfile.TemporaryDirectory(dir=folder) as own, Simulator(play) as api:
        place = Path(own)
        ids = "\n".join(f"{prefix}{each}" for each in play.session_ids)
        env = environment(api.url, place) | {"INPUT_SESSION_ID": ids}
        # With --report-only, the gate exits with 0 even if it is closed, as `run_and_weigh` requires.
        done = run_and_weigh((*GATE, "--json-path=record.json", "--report-only"), env, place)
        record = json.loads((place / "record.json").read_text())
        times_s = [request.at_s for request in api.requests]
    ended = record["failed" if failing else "passed"]
    if ended != sessions * checks:
        raise RuntimeError(f"{name}: {ended} of {sessions * checks} checks")
    return _Run(name, done.took_s, len(times_s), most_within(times_s, 60.0), done.peak_mb)
