"""What a reader sees in a report: counts, and a name, time and outcome for each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True, order=True)
class SeenCase:
    """A case. What a reader does not know of it is empty."""

    classname: str
    name: str
    time_s: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Counts by outcome, `tests` among them, and the cases without their order."""

    counts: Mapping[str, int]
    cases: tuple[SeenCase, ...]


def as_written(path: Path) -> Seen:
    """What stands in the file, by its own attributes and elements."""
    root = ET.parse(path).getroot()
    names = ("tests", "failures", "errors", "skipped")
    counts = {name: sum(int(suite.get(name, "?")) for suite in root) for name in names}
    return Seen(counts, tuple(sorted(_case(case) for case in root.iter("testcase"))))


def _case(case: ET.Element) -> SeenCase:
    outcome = next((tag for tag in ("failure", "error", "skipped") if case.find(tag) is not None), "passed")
    return SeenCase(
        case.get("classname", "?"), case.get("name", "?"), float(case.get("time", "nan")), outcome
    )


def counted(cases: tuple[SeenCase, ...]) -> dict[str, int]:
    """The counts of a reader that has none of its own."""
    by = Counter(case.outcome for case in cases)
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": len(cases)} | {name: by[outcome] for name, outcome in kinds.items()}


def from_json(document: Mapping[str, Any], words: Mapping[str, str]) -> Seen:
    """What a consumer in another language saw, in our words for outcomes."""
    cases = (
        SeenCase(
            each["classname"] or "",
            each["name"],
            round(each["time"], 3),
            words.get(each["outcome"], each["outcome"]),
        )
        for each in document["cases"]
    )
    names = ("tests", "failures", "errors", "skipped")
    counts = {name: document[name] for name in names if document[name] is not None}
    return Seen(counts, tuple(sorted(cases)))
