"""The time to write reports on very many locations, and the size of the reports."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.figures import alternate, shown_s
from bench.sessions import LOCATIONS, of_many_checks, scenario
from bench.table import Row, Section
from gate.checkly.check_sessions import CHECK_SESSIONS
from gate.checkly.http import Response
from gate.checkly.test_sessions import TEST_SESSIONS
from gate.domain.session import Session, SessionKind
from gate.evaluation.verdict import judge
from gate.policy.effective import Policy
from gate.polling.result import Ending, PollResult
from gate.publish.files import write_whole
from gate.report import record
from gate.report.junit import xml
from gate.report.report import Report, ReportFile
from gate.report.summary import summary
from gate.simulator import Scenario
from gate.simulator.api import check_sessions, test_sessions
from gate.simulator.scenario.sessions import PlannedSession

SIZES = (1, 10, 100, 500)
ROUNDS = 7
_LIMIT_S = 3.0
_WHEN = datetime(2026, 1, 15, 9, 5, tzinfo=UTC)
_HOW = """\
One process renders three reports on sessions of {locations} locations (JUnit, job summary and JSON record),
and writes them to files, one after the other. Figures are medians of {rounds} rounds. The job summary shows
the worst locations first and is cut to the size that GitHub accepts."""


@dataclass(frozen=True, slots=True)
class Written:
    """A report on a number of sessions: the median time to render and write it, and its size."""

    report: str
    sessions: int
    took_s: float
    size_bytes: int


def measure(folder: Path, sizes: tuple[int, ...] = SIZES, rounds: int = ROUNDS) -> Section:
    """Measure the three reports for each number of sessions, and for failing test sessions of many checks.

    The goals apply to the largest number, and to the test sessions.
    """
    rows: list[Row] = []
    for size in sizes:
        written = write(folder, report_on(scenario([20.0] * size)), rounds)
        told = ", ".join(
            f"{each.report} {shown_s(each.took_s)} ({each.size_bytes / 1024:.0f} KiB)" for each in written
        )
        rows.append(Row(f"{size * len(LOCATIONS)} locations: each report", told))
    rows.append(_all(f"{sizes[-1] * len(LOCATIONS)} locations: all reports", written))
    suites = write(folder, report_on(of_many_checks([20.0] * 100, 100, failing=True)), rounds)
    rows.append(_all("10000 failed checks of 100 test sessions: all reports", suites))
    return Section("Reports", _HOW.format(locations=len(LOCATIONS), rounds=rounds), tuple(rows))


def _all(what: str, written: Sequence[Written]) -> Row:
    total_s = sum(each.took_s for each in written)
    return Row(what, shown_s(total_s), f"< {_LIMIT_S:.0f} s", total_s < _LIMIT_S)


def report_on(play: Scenario) -> Report:
    """Return the gate's report on the sessions of a scenario after their end."""
    watched = [PollResult(session.ref, session, Ending.FINISHED) for session in _sessions(play)]
    verdict = judge(watched, lambda _: Policy())
    return Report(
        verdict,
        _WHEN,
        files=(ReportFile("junit-path", "JUnit report", "junit.xml"),),
        requests=1,
        waited_s=1.0,
    )


def _sessions(play: Scenario) -> list[Session]:
    return [_session(play, planned) for planned in play.sessions]


def _session(play: Scenario, planned: PlannedSession) -> Session:
    shown, api = (
        (check_sessions.session_document, CHECK_SESSIONS)
        if planned.kind is SessionKind.CHECK
        else (test_sessions.session_document, TEST_SESSIONS)
    )
    body = json.dumps(shown(play, planned, "v1", 3600.0)).encode()
    return api.read_session(Response(200, {}, body), planned.id, "v1")


def write(folder: Path, report: Report, rounds: int) -> list[Written]:
    """Write each report once in every round."""
    renderers: Mapping[str, Callable[[], bytes]] = {
        "JUnit": lambda: xml.render(report),
        "summary": lambda: summary.render(report).encode(),
        "JSON": lambda: record.render(report),
    }
    jobs = {name: _job(folder / name, render) for name, render in renderers.items()}
    took = alternate(jobs, rounds)
    sessions = len(report.sessions)
    return [Written(name, sessions, median(took[name]), (folder / name).stat().st_size) for name in renderers]


def _job(path: Path, render: Callable[[], bytes]) -> Callable[[], float]:
    def write_once() -> float:
        began_s = time.monotonic()
        write_whole(path, render(), workspace=path.parent)
        return time.monotonic() - began_s

    return write_once
