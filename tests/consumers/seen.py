"""What a reader sees in a report: counts, and for each case names, time, outcome and what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True, order=True)
class SeenCase:
    """A case; `said` is the first line of why it is not green. What a reader does not know of it is empty."""

    suite: str
    classname: str
    name: str
    time_s: float
    outcome: str
    said: str


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
    cases = (_case(suite.get("name", "?"), case) for suite in root for case in suite.iter("testcase"))
    return Seen(counts, tuple(sorted(cases)))


def _case(suite: str, case: ET.Element) -> SeenCase:
    found = next((each for each in case if each.tag in ("failure", "error", "skipped")), None)
    return SeenCase(
        suite,
        case.get("classname", "?"),
        case.get("name", "?"),
        float(case.get("time", "nan")),
        "passed" if found is None else found.tag,
        "" if found is None else found.get("message", "?"),
    )


def first_line(text: str | None) -> str:
    """What a list of failures shows of a text."""
    return (text or "").partition("\n")[0]


def counted(cases: tuple[SeenCase, ...]) -> dict[str, int]:
    """The counts of a reader that has none of its own."""
    by = Counter(case.outcome for case in cases)
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": len(cases)} | {name: by[outcome] for name, outcome in kinds.items()}


def from_json(document: Mapping[str, Any], words: Mapping[str, str]) -> Seen:
    """What a consumer in another language saw, in our words for outcomes."""
    cases = (
        SeenCase(
            each["suite"] or "",
            each["classname"] or "",
            each["name"],
            round(each["time"], 3),
            words.get(each["outcome"], each["outcome"]),
            first_line(each.get("said")),
        )
        for each in document["cases"]
    )
    names = ("tests", "failures", "errors", "skipped")
    counts = {name: document[name] for name in names if document[name] is not None}
    return Seen(counts, tuple(sorted(cases)))
