"""What is made of measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median


def alternate(jobs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Does each job once in every round, so that what else the machine does strikes all of them alike."""
    measured: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            measured[name].append(job())
    return measured


def median_ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    """The median of what each was beside the other of its own round."""
    return median(one / other for one, other in zip(ones, others, strict=True))


def most_within(times_s: Iterable[float], span_s: float) -> int:
    """The most events in any span of that length, its end not included."""
    ordered = sorted(times_s)
    first = most = 0
    for last, time_s in enumerate(ordered):
        while ordered[first] <= time_s - span_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def shown_s(seconds: float) -> str:
    """A time in the unit that it reads best in."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:.0f} s"
