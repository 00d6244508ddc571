"""What a consumer reads in a report: the counts, and the names, time, outcome and message of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True, order=True)
class SeenCase:
    """A test case. `said` is the message's first line. Fields that a consumer ignores are empty."""

    suite: str
    classname: str
    name: str
    time_s: float
    outcome: str
    said: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The sorted test cases, and how many there are in total (`tests`) and with each outcome but `passed`."""

    counts: Mapping[str, int]
    cases: tuple[SeenCase, ...]


def as_written(path: Path) -> Seen:
    """Return the counts and the test cases that the file contains."""
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
    """Return the first line of a message, which is the line that consumers show in lists of failures."""
    return (text or "").partition("\n")[0]


def counted(cases: tuple[SeenCase, ...]) -> dict[str, int]:
    """Count the test cases, because some consumers do not count them."""
    by = Counter(case.outcome for case in cases)
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": len(cases)} | {name: by[outcome] for name, outcome in kinds.items()}


def from_json(document: Mapping[str, Any], words: Mapping[str, str]) -> Seen:
    """Return what a consumer in another language has read. `words` maps its outcomes to the gate's."""
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
