"""Functions that read reports as their consumers do, and strategies that generate reports."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import gate
from gate.domain.session import Session
from gate.polling.result import Ending, PollResult
from gate.report.junit import xml
from gate.report.report import Report
from gate.text.clean import clean
from tests.evaluation.generated import policies, sessions
from tests.report.reports import report_of, unfinished, unread
from tests.samples import finished

RUNNING = ("STARTED", "PROGRESS", "PROGRESS_FAILED", "PROGRESS_DEGRADED", "A_STATUS_NOBODY_DOCUMENTS")
HOSTILE = [
    clean(text)
    for text in (
        "]]>",
        "<!-- <b>&amp;</b>",
        "\"double\" 'single'",
        "🎉👩‍👩‍👧 v2",
        "\u202egnp.exe",
        "مرحبا",
        "::error::x",
        "##[error]x",
        "a\nb\x1b[31m\x00",
        "x" * 500,
        "[[PROPERTY|a=b]]",
        "a|b\\|c",
        "](javascript:x)",
        "<img src=x onerror=y>",
        "```",
        "\\",
        "**b** _i_ ~~s~~",
        "$x$ @team :tada:",
        "1. - # >",
        "www.example.com",
    )
]

SCHEMA: dict[str, Any] = json.loads(
    (Path(gate.__file__).parent / "report" / "record.schema.json").read_text()
)
_VALIDATOR = Draft202012Validator(SCHEMA)

clean_text = st.text(min_size=1).map(clean).filter(bool)
hostile_names = st.sampled_from(HOSTILE) | clean_text


def record_problems(record: dict[str, Any]) -> list[str]:
    """Return the places where a record violates its schema."""
    return [f"{each.json_path}: {each.message[:200]}" for each in _VALIDATOR.iter_errors(record)]


def root_of(report: Report) -> ET.Element:
    """Return the root element of the JUnit report."""
    return ET.fromstring(xml.render(report))


def cases_of(report: Report) -> list[ET.Element]:
    """Return the test cases of the JUnit report, in order."""
    return list(root_of(report).iter("testcase"))


def location_of(case: ET.Element) -> str:
    """Return the location, which is in brackets at the end of a test case's name."""
    return re.sub(r"\](?: \(\d+\))?$", "", case.get("name", "").rpartition(" [")[2])


def is_red(case: ET.Element) -> bool:
    """Return whether the test case counts as a failure or an error."""
    return case.find("failure") is not None or case.find("error") is not None


def said_in(case: ET.Element) -> list[str]:
    """Return one line for each element of a test case except its log."""
    return [
        f"{child.tag} {child.get('type', '-')} | {child.get('message')}"
        for child in case
        if child.tag != "system-out"
    ]


@st.composite
def watched_sessions(draw: st.DrawFn) -> PollResult:
    """Draw the result of polling a session that finished, is still running or was never read."""
    ending = draw(st.sampled_from([Ending.FINISHED, Ending.FINISHED, *Ending]))
    drawn: Session = draw(sessions())
    if ending is Ending.FINISHED:
        return finished(drawn)
    if draw(st.sampled_from([True, False, False])):
        return unread(ending)
    return unfinished(replace(drawn, status=draw(st.sampled_from(RUNNING))), ending)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Draw a report on one to three sessions under any policy."""
    watched = draw(st.lists(watched_sessions(), min_size=1, max_size=3))
    return report_of(*watched, policy=draw(policies()), report_only=draw(st.booleans()))
