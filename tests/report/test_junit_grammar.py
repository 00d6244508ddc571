"""Every JUnit report follows a strict grammar that the schemas and parsers of all consumers accept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import ReportUnwritable
from gate.report.report import Report
from tests.exhaustive import examples
from tests.report.reading import reports, root_of
from tests.report.reports import with_fault

CHILDREN = {
    "testsuites": r"(testsuite )+",
    "testsuite": r"(properties )?(testcase )+",
    "properties": r"(property )+",
    "testcase": r"(failure (rerunFailure )*|(rerunFailure )*error |(flakyFailure )*|skipped )(system-out )?",
    "rerunFailure": r"stackTrace ",
    "flakyFailure": r"stackTrace ",
}
ATTRIBUTES = {  # exactly these attributes
    "testsuites": "name tests failures errors time",
    "testsuite": "name tests failures errors skipped time timestamp",
    "property": "name value",
    "testcase": "name classname time",
    "failure": "type message",
    "error": "type message",
    "skipped": "message",
    "rerunFailure": "type message",
    "flakyFailure": "type message",
}

PROSE = {"failure", "error", "skipped"}


@pytest.mark.exhaustive
@examples(100)
@given(reports(), st.booleans())
def test_every_report_follows_the_grammar(report: Report, unwritable: bool) -> None:
    root = root_of(
        with_fault(report, ReportUnwritable("x could not be written: y")) if unwritable else report
    )
    assert root.tag == "testsuites"
    for element in root.iter():
        children = "".join(f"{child.tag} " for child in element)
        assert re.fullmatch(CHILDREN.get(element.tag, ""), children), (element.tag, children)
        assert set(element.attrib) == set(ATTRIBUTES.get(element.tag, "").split())
        assert element.tag == "property" or element.text, f"{element.tag} is self-closing"


@pytest.mark.exhaustive
@examples(100)
@given(reports())
def test_the_text_of_a_red_or_skipped_case_starts_with_its_one_line_message(report: Report) -> None:
    for element in root_of(report).iter():
        if element.tag in PROSE:
            message = element.get("message", "")
            assert len(message.splitlines()) == 1
            assert (element.text or "").startswith(message)
        if "type" in element.attrib:
            assert re.fullmatch(r"[A-Z][A-Za-z]+", element.get("type", ""))
