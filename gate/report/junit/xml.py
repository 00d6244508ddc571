"""The JUnit report as XML. Only this module uses the library `junit_xml`.

Attributes that the library writes but a schema rejects are removed. Attempts and times of zero, which the
library does not write, are added.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from xml.etree import ElementTree as ET

import junit_xml

from gate.report.junit.cases import Case
from gate.report.junit.kinds import Kind
from gate.report.junit.plain import plain
from gate.report.junit.suites import Suite, suites
from gate.report.report import Report

_TOTALS = re.compile(rb'^<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"', re.MULTILINE)
_SUITE_ATTRIBUTES = ("name", "tests", "failures", "errors", "skipped", "time", "timestamp")


def render(report: Report) -> bytes:
    """Return the report as UTF-8 XML. The names in it depend only on the check and the location."""
    return b"".join(parts(report))


def parts(report: Report) -> Iterable[bytes]:
    """Yield the report suite by suite, because the trees of hundreds of suites would take much more memory.

    The totals come first in the file, so suites are kept compressed until all cases are counted.
    """
    totals = dict.fromkeys(("tests", "failures", "errors"), 0)
    time_s = 0.0
    written = []
    for suite in map(_element, suites(report)):
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
    """Return the numbers of cases from the first part of a rendered report: `5 cases, 2 failed`."""
    tests, failures, errors = map(int, _TOTALS.findall(beginning)[0])
    failed = f", {failures} failed" if failures else ""
    in_error = f", {errors} error{'' if errors == 1 else 's'}" if errors else ""
    return f"{tests} case{'' if tests == 1 else 's'}{failed}{in_error}"


def _element(of: Suite) -> ET.Element:
    suite = junit_xml.TestSuite(
        of.name,
        [_library_case(case, of.class_name) for case in of.cases],
        properties={key: value for key, value in of.properties.items() if value},
        timestamp=of.started_at.replace(microsecond=0, tzinfo=None).isoformat() + "Z",
    )
    element: ET.Element = suite.build_xml_doc()
    written = element.attrib | {"time": _seconds(sum(round(case.time_s, 3) for case in of.cases))}
    element.attrib.clear()
    element.attrib.update({name: written[name] for name in _SUITE_ATTRIBUTES})
    for case, case_element in zip(of.cases, element.findall("testcase"), strict=True):
        case_element.set("time", _seconds(case.time_s))
        for skipped in case_element.findall("skipped"):
            skipped.attrib.pop("type", None)
        _insert_attempts(case, case_element)
    return element


def _library_case(case: Case, class_name: str) -> junit_xml.TestCase:
    """Return the library's case.

    Its text repeats the message, because some dashboards show only the text or only the message.
    """
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
    """Insert attempts as Surefire does: rerunFailure in a red case, flakyFailure in a case that passed.

    As the schemas require, they follow a failure and precede an error.
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
