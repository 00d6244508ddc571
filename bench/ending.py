"""The time from a session's end to the exit of a program that waits for it, and the number of requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import most_within, shown_s
from bench.programs import GATE, POLL, environment, run
from bench.sessions import LOCATIONS, scenario
from bench.table import Row, Section
from gate.simulator import Simulator

ENDS_S = (
    5.3,
    10.8,
    16.4,
    21.9,
    27.5,
    33.1,
    43.6,
    59.2,
    74.7,
)  # spread evenly over pauses of 5 s, and less evenly over pauses of 10 s
_STAGGER_S = 0.6
_MINUTE_S = 60.0
_HOW = """\
{runs} sessions end between {first:.0f} and {last:.0f} s after their first request. Their ends are spread
evenly over the script's pauses of 5 s, and less evenly over those of 10 s. Four programs wait for equal
copies of each session. All waits run at the same time, started {stagger} s apart. The time is from the
session's end to the exit of the process. It includes the gate's reports; the script writes none. The
simulator counts the requests; the figure is the maximum within any minute of a wait."""


@dataclass(frozen=True, slots=True)
class Waited:
    """The seconds from the session's end to the program's exit, and the most requests in any minute."""

    late_s: float
    per_minute: int


class _FirstLook:
    """A clock that stores its first reading, which is the time when the simulator's session began."""

    def __init__(self) -> None:
        self.first_s: float | None = None

    def __call__(self) -> float:
        now_s = time.monotonic()
        if self.first_s is None:
            self.first_s = now_s
        return now_s


def measure(folder: Path, ends_s: Sequence[float] = ENDS_S) -> Section:
    """Compare two poll intervals of the gate with two pauses of the script, on equal sessions."""
    waiters: Mapping[str, Callable[[float], Waited]] = {
        "10s": lambda end_s: wait((*GATE, "--poll-interval=10s"), {}, end_s, folder),
        "30s": lambda end_s: wait((*GATE, "--poll-interval=30s"), {}, end_s, folder),
        "script 5s": lambda end_s: wait((POLL,), {"POLL_S": "5"}, end_s, folder),
        "script 10s": lambda end_s: wait((POLL,), {"POLL_S": "10"}, end_s, folder),
    }
    waits = [(name, end_s) for end_s in ends_s for name in waiters]
    with ThreadPoolExecutor(len(waits)) as pool:
        running = [
            pool.submit(_later, place * _STAGGER_S, waiters[name], end_s)
            for place, (name, end_s) in enumerate(waits)
        ]
    waited: dict[str, list[Waited]] = {name: [] for name in waiters}
    for (name, _), future in zip(waits, running, strict=True):
        waited[name].append(future.result())
    how = _HOW.format(runs=len(ends_s), first=min(ends_s), last=max(ends_s), stagger=_STAGGER_S)
    return Section("The end of a session", how, tuple(_rows(waited)))


def _later(delay_s: float, waiter: Callable[[float], Waited], end_s: float) -> Waited:
    time.sleep(delay_s)
    return waiter(end_s)


def wait(command: Sequence[str], more: Mapping[str, str], end_s: float, folder: Path) -> Waited:
    """Run a program that waits for a session. The session ends `end_s` seconds after its first request."""
    clock, play = _FirstLook(), scenario([end_s], LOCATIONS[:3])
    (session_id,) = play.session_ids
    what = ("--session-id", session_id) if command[0] != POLL else (session_id,)
    with Simulator(play, clock=clock) as api:
        done = run([*command, *what], environment(api.url, folder, **more), folder)
        times_s = [request.at_s for request in api.requests]
    if clock.first_s is None:
        raise RuntimeError(f"{command} sent no request")
    return Waited(done.ended_s - (clock.first_s + end_s), most_within(times_s, _MINUTE_S))


def _rows(waited: Mapping[str, Sequence[Waited]]) -> Sequence[Row]:
    late = {name: median(each.late_s for each in times) for name, times in waited.items()}
    most = {name: max(each.per_minute for each in times) for name, times in waited.items()}
    rivals = list(zip(waited["10s"], waited["30s"], waited["script 5s"], strict=True))
    ahead = sum(max(ten.late_s, thirty.late_s) < script.late_s for ten, thirty, script in rivals)
    words = {
        "10s": "the gate, `poll-interval` 10s (its default)",
        "30s": "the gate, `poll-interval` 30s",
        "script 5s": "the script, pause of 5 s",
        "script 10s": "the script, pause of 10 s",
    }
    return (
        *(_late_row(words[name], late[name], 0.25) for name in ("10s", "30s")),
        *(
            Row(f"session's end to exit: {words[name]}", shown_s(late[name]))
            for name in ("script 5s", "script 10s")
        ),
        Row(
            "waits in which both gates exited before the script with a pause of 5 s",
            f"{ahead} of {len(rivals)}",
            "all",
            ahead == len(rivals),
        ),
        Row.at_most(f"requests in any minute: {words['10s']}", most["10s"], 13, "{:.0f}"),
        Row.at_most(f"requests in any minute: {words['30s']}", most["30s"], 4, "{:.0f}"),
        *(
            Row(f"requests in any minute: {words[each]}", str(most[each]))
            for each in ("script 5s", "script 10s")
        ),
    )


def _late_row(words: str, late_s: float, limit_s: float) -> Row:
    return Row.at_most(f"session's end to exit: {words}", late_s * 1000, limit_s * 1000, "{:.0f} ms")
