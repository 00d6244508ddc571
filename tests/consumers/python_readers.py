"""The consumers that are written in Python."""

from __future__ import annotations

from pathlib import Path

import test_results_parser
from junit2htmlreport import parser as junit2html
from junitparser import xunit2

from tests.consumers.seen import Seen, SeenCase, counted, first_line


def junitparser_cases(path: Path) -> list[xunit2.TestCase]:
    """Return the cases that junitparser reads with its xunit2 flavour, which supports attempts."""
    root = xunit2.JUnitXml.fromfile(str(path))
    return [case for suite in root for case in suite if isinstance(case, xunit2.TestCase)]


def by_junitparser(path: Path) -> Seen:
    """Return what junitparser reads, including its counts of the cases."""
    root = xunit2.JUnitXml.fromfile(str(path))
    cases = (
        _junitparser_case(suite.name, case)
        for suite in root
        for case in suite
        if isinstance(case, xunit2.TestCase)
    )
    seen = tuple(sorted(cases))
    totals = {name: sum(getattr(suite, name) for suite in root) for name in ("tests", "failures", "errors")}
    return Seen(totals | {"skipped": sum(suite.skipped for suite in root)}, seen)


def _junitparser_case(suite: str, case: xunit2.TestCase) -> SeenCase:
    said = "; ".join(each.message for each in case.result)
    return SeenCase(suite, case.classname, case.name, case.time, _junitparser_outcome(case), said)


def _junitparser_outcome(case: xunit2.TestCase) -> str:
    if case.is_skipped:
        return "skipped"
    if case.is_error:
        return "error"
    return "failure" if case.is_failure else "passed"


def by_codecov(path: Path) -> Seen:
    """Return what Codecov's parser reads."""
    parsed = test_results_parser.parse_junit_xml(path.read_bytes())
    words = {"pass": "passed", "skip": "skipped"}
    cases = (
        SeenCase(
            run.testsuite,
            run.classname,
            run.name,
            run.duration,
            words.get(str(run.outcome), str(run.outcome)),
            first_line(run.failure_message),
        )
        for run in parsed.testruns
    )
    seen = tuple(sorted(cases))
    return Seen(counted(seen), seen)


def by_junit2html(path: Path) -> Seen:
    """Return what junit2html reads, and check that it renders a page."""
    report = junit2html.Junit(str(path))
    assert report.html().count("<html") == 1
    words = {"failed": "failure"}
    cases = (
        SeenCase(
            suite.name,
            case.testclass.name,
            case.name,
            case.duration,
            words.get(case.outcome().name.lower(), case.outcome().name.lower()),
            first_line(case.failure_msg or case.skipped_msg),
        )
        for suite in report.suites
        for case in suite.all()
    )
    seen = tuple(sorted(cases))
    return Seen(counted(seen), seen)


PYTHON_READERS = {"junitparser": by_junitparser, "codecov": by_codecov, "junit2html": by_junit2html}
