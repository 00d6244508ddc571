"""Attempts and properties in reports, and the schemas of Jenkins and Surefire."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from lxml import etree

from tests.absent import absent
from tests.consumers.java_reader import require_java
from tests.consumers.python_readers import junitparser_cases

pytestmark = pytest.mark.timeout(300)


def _attempts(path: Path, *kinds: str) -> list[tuple[str, int]]:
    """Return each case's name and number of attempts, sorted. Several cases may have the same name."""
    cases = ET.parse(path).getroot().iter("testcase")
    wanted = kinds or ("flakyFailure", "rerunFailure")
    return sorted((case.get("name", "?"), sum(len(case.findall(kind)) for kind in wanted)) for case in cases)


def test_the_reports_contain_attempts(written: dict[str, Path]) -> None:
    counts = [count for path in written.values() for _, count in _attempts(path)]
    assert {0, 1, 2} <= set(counts)


def test_junitparser_reads_the_attempts(written: dict[str, Path]) -> None:
    for path in written.values():
        cases = junitparser_cases(path)
        assert sorted((case.name, len(case.interim_result)) for case in cases) == _attempts(path)
        for case in cases:
            assert case.is_flaky == (case.is_passed and len(case.interim_result) > 0)
            assert case.is_rerun == (not case.is_passed and len(case.interim_result) > 0)


@pytest.mark.parametrize("consumer", ["junit-to-ctrf", "junit2json", "junit-report-merger"])
def test_a_consumer_from_npm_reads_the_attempts(
    consumer: str, written: dict[str, Path], seen_by_npm: dict[str, Any]
) -> None:
    for name, path in written.items():
        cases = seen_by_npm[consumer][name]["cases"]
        assert sorted((case["name"], case["attempts"]) for case in cases) == _attempts(path), name


def test_allure_commandline_shows_the_attempts_of_a_red_case_as_retries(
    written: dict[str, Path], seen_by_npm: dict[str, Any]
) -> None:
    require_java()
    for name, path in written.items():
        cases = seen_by_npm["allure-commandline"][name]["cases"]
        seen = sorted((case["name"], case["attempts"]) for case in cases)
        assert seen == _attempts(path, "rerunFailure"), name


def test_ctrf_marks_a_pass_after_failed_attempts_as_flaky(
    written: dict[str, Path], seen_by_npm: dict[str, Any]
) -> None:
    for name in written:
        for case in seen_by_npm["junit-to-ctrf"][name]["cases"]:
            assert case["flaky"] == (case["outcome"] == "passed" and case["attempts"] > 0), (name, case)


@pytest.mark.parametrize(("consumer", "and_of_the_suites"), [("testbeats", True), ("testmo", False)])
def test_a_consumer_reads_properties_as_fields(
    consumer: str, and_of_the_suites: bool, written: dict[str, Path], seen_by_npm: dict[str, Any]
) -> None:
    for name, path in written.items():
        for suite in ET.parse(path).getroot():
            of_suite = {each.get("name"): each.get("value") for each in suite.iter("property")}
            for case in suite.iter("testcase"):
                seen = [
                    {key: str(value) for key, value in each["fields"].items()}
                    for each in seen_by_npm[consumer][name]["cases"]
                    if each["name"] == case.get("name")
                ]
                lines = re.findall(
                    r"^\[\[PROPERTY\|(.+?)=(.*)\]\]$", case.findtext("system-out", ""), re.MULTILINE
                )
                expected = (of_suite if and_of_the_suites else {}) | dict(lines)
                assert expected in seen, (name, case.get("name"))


@pytest.mark.parametrize("flavour", ["jenkins", "surefire"])
def test_a_report_is_valid_against_the_schema(flavour: str, written: dict[str, Path], schemas: Path) -> None:
    files = sorted(schemas.glob(f"*{flavour}*.xsd"))
    if not files:
        absent(f"no *{flavour}*.xsd in the folder that JUNIT_SCHEMAS names")
    for file in files:
        schema = etree.XMLSchema(etree.parse(str(file)))
        for name, path in written.items():
            root = etree.parse(str(path)).getroot()
            # Surefire writes a file for each suite, so its schema describes a single suite.
            for element in root if flavour == "surefire" else [root]:
                assert schema.validate(element), (file.name, name, str(schema.error_log))
