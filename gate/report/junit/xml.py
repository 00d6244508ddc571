"""The JUnit report: one suite for each session, one case for each run location.

The one module that knows `junit_xml`, which makes the tree. What the library adds too much (attributes that
a schema rejects) is taken off, and what it lacks (attempts, times that are zero) is put in.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

import junit_xml

from gate.domain.session import Check
from gate.evaluation.judged import JudgedSession
from gate.evaluation.reason import reason_for
from gate.policy.effective import Policy
from gate.policy.threshold import in_words
from gate.report.junit.cases import Case, Kind, case_of_fault, cases_of_check, cases_of_session
from gate.report.junit.names import UNKNOWN_CHECK, checks_of, class_names, fault_name, suite_names
from gate.report.junit.plain import plain
from gate.report.report import Report

_TOTALS = re.compile(rb'^<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"', re.MULTILINE)
_SUITE_ATTRIBUTES = ("name", "tests", "failures", "errors", "skipped", "time", "timestamp")


def render(report: Report) -> bytes:
    """The report as UTF-8 XML. Its names depend on nothing but the check and the location."""
    return b"".join(parts(report))


def parts(report: Report) -> Iterable[bytes]:
    """Yield the report suite by suite: the trees of hundreds take many times the size of what is written.

    The totals come first, so the suites are compressed until all are counted.
    """
    totals = dict.fromkeys(("tests", "failures", "errors"), 0)
    time_s = 0.0
    written = []
    for suite in _suites(report):
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
        time_s += float(suite.get("time", "0"))
        ET.indent(suite, level=1)
        written.append(zlib.compress(b"  " + ET.tostring(suite, encoding="utf-8") + b"\n", level=1))
    counts = {name: str(total) for name, total in totals.items()}
    root = ET.Element("testsuites", {"name": "checkly-gate", **counts, "time": _seconds(time_s)})
    opening = ET.tostring(root, encoding="utf-8").removesuffix(b" />") + b">\n"
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n' + opening
    yield from map(zlib.decompress, written)
    yield b"</testsuites>\n"


def in_short(beginning: bytes) -> str:
    """Count the cases of a rendered report by its first part: `5 cases, 2 failed`."""
    tests, failures, errors = map(int, _TOTALS.findall(beginning)[0])
    failed = f", {failures + errors} failed" if failures + errors else ""
    return f"{tests} case{'' if tests == 1 else 's'}{failed}"


def _suites(report: Report) -> Iterable[ET.Element]:
    classes = class_names(checks_of(report.sessions))
    seen: Counter[str] = Counter()
    for judged in report.sessions:
        for name, class_name, cases, properties in _suites_of(judged, classes, report):
            started_at = (judged.session.started_at if judged.session else None) or report.decided_at
            yield _suite(name, class_name, _numbered(cases, class_name, seen), properties, started_at)
    if report.faults or not report.sessions:
        yield _suite(
            "checkly-gate",
            "checkly.gate",
            _numbered(_fault_cases(report), "checkly.gate", seen),
            {},
            report.decided_at,
        )


_Suite = tuple[str, str, Sequence[Case], Mapping[str, str]]


def _suites_of(judged: JudgedSession, classes: Mapping[Check, str], report: Report) -> Iterable[_Suite]:
    """Return a suite for each check, and one for what is about a session of many as a whole."""
    runs = judged.session.checks if judged.session else ()
    names = suite_names(run.check for run in runs)
    about_session = tuple(
        cases_of_session(judged, UNKNOWN_CHECK if judged.is_of_many or not runs else names[runs[0].check])
    )
    for run, policy in zip(runs, judged.policies, strict=True):
        name = names[run.check]
        cases = cases_of_check(run.check, name, judged, report)
        if not judged.is_of_many:
            cases, about_session = (*cases, *about_session), ()
        yield name, classes[run.check], cases, _properties(judged, run.check, policy)
    if about_session:
        yield UNKNOWN_CHECK, "checkly.session", about_session, _properties(judged, Check(), Policy())


def _numbered(cases: Sequence[Case], class_name: str, seen: Counter[str]) -> Sequence[Case]:
    """Number equal names: consumers drop all but one case of a name."""
    numbered = []
    for case in cases:
        seen[f"{class_name} {case.name}"] += 1
        number = seen[f"{class_name} {case.name}"]
        numbered.append(case if number == 1 else replace(case, name=f"{case.name} ({number})"))
    return numbered


def _properties(judged: JudgedSession, check: Check, policy: Policy) -> Mapping[str, str]:
    is_read = judged.session is not None
    return {
        "checkly.session_id": judged.ref.id,
        "checkly.session_link": judged.link,
        "checkly.check_id": check.id,
        "checkly.check_type": check.type,
        "checkly.status": judged.status,
        "checkly.verdict": judged.kind.value,
        "checkly.reason": plain(reason_for((judged,)).text),
        "checkly.degraded_threshold": in_words(policy.degraded) if is_read else "",
        "checkly.failed_threshold": in_words(policy.failed) if is_read else "",
        "checkly.flaky_threshold": in_words(policy.flaky) if policy.flaky else "",
    }


def _fault_cases(report: Report) -> Sequence[Case]:
    """Return a case for each error of the gate itself, or one for a verdict on no session."""
    faults = zip(report.verdict.faults, report.faults, strict=True)
    cases = [case_of_fault(fault_name(fault), text) for fault, text in faults]
    return cases or [case_of_fault(f"{UNKNOWN_CHECK} [session]", report.verdict.reason.text)]


def _suite(
    name: str,
    class_name: str,
    cases: Sequence[Case],
    properties: Mapping[str, str],
    started_at: datetime,
) -> ET.Element:
    suite = junit_xml.TestSuite(
        name,
        [_library_case(case, class_name) for case in cases],
        properties={key: value for key, value in properties.items() if value},
        timestamp=started_at.replace(microsecond=0, tzinfo=None).isoformat() + "Z",
    )
    element: ET.Element = suite.build_xml_doc()
    written = element.attrib | {"time": _seconds(sum(round(case.time_s, 3) for case in cases))}
    element.attrib.clear()
    element.attrib.update({name: written[name] for name in _SUITE_ATTRIBUTES})
    for case, case_element in zip(cases, element.findall("testcase"), strict=True):
        case_element.set("time", _seconds(case.time_s))
        for skipped in case_element.findall("skipped"):
            skipped.attrib.pop("type", None)
        _insert_attempts(case, case_element)
    return element


def _library_case(case: Case, class_name: str) -> junit_xml.TestCase:
    """The text of a failure begins with its message: some dashboards show only the one, some the other."""
    properties = [f"[[PROPERTY|{key}={plain(value)}]]" for key, value in case.properties]
    words = [case.message, *case.details] if case.message and case.kind is Kind.PASSED else []
    library_case = junit_xml.TestCase(
        case.name, classname=class_name, stdout="\n".join([*words, *properties])
    )
    text = "\n".join((case.message, *case.details))
    match case.kind:
        case Kind.FAILURE:
            library_case.add_failure_info(case.message, text, case.type)
        case Kind.ERROR:
            library_case.add_error_info(case.message, text, case.type)
        case Kind.SKIPPED:
            library_case.add_skipped_info(case.message, text)
        case Kind.PASSED:
            pass
    return library_case


def _insert_attempts(case: Case, element: ET.Element) -> None:
    """Attempts as Surefire writes them: rerunFailure in a case that is red, flakyFailure in one that passed.

    Their place is after a failure and before an error, as the schemas have it.
    """
    if case.kind is Kind.SKIPPED:
        return
    tag = "flakyFailure" if case.kind is Kind.PASSED else "rerunFailure"
    at = 1 if case.kind is Kind.FAILURE else 0
    for offset, attempt in enumerate(case.attempts):
        rerun = ET.Element(tag, {"type": attempt.type, "message": attempt.message})
        ET.SubElement(rerun, "stackTrace").text = "\n".join((attempt.message, *attempt.details))
        element.insert(at + offset, rerun)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
