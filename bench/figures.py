"""Statistics of measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median


def alternate(jobs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Run each job once in every round, so that other load on the machine affects all jobs alike."""
    measured: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            measured[name].append(job())
    return measured


def median_ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    """Calculate the ratio of the two figures in each round, and return the median ratio."""
    return median(one / other for one, other in zip(ones, others, strict=True))


def most_within(times_s: Iterable[float], span_s: float) -> int:
    """Return the largest number of events in any span of `span_s` seconds, excluding its end."""
    ordered = sorted(times_s)
    first = most = 0
    for last, time_s in enumerate(ordered):
        while ordered[first] <= time_s - span_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def shown_s(seconds: float) -> str:
    """Return a time in a readable unit."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:.0f} s"
