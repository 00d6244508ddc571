"""If one report fails, the others are still written, and they show the failure."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from gate.domain.exit_code import ExitCode
from gate.publish.console import Console
from gate.publish.host import detect
from gate.publish.publisher import publish
from gate.publish.report_files import Sinks
from gate.report.report import Report
from gate.text.redact import Redaction
from tests.publish.runner import commands_in
from tests.report.reports import report_on
from tests.samples import result, session

PASSED = report_on(session("PASSED", result("a")))
FAILED = report_on(session("FAILED", result("a", "failed")))


def _published(report: Report, folder: Path, *, delimiter: str = "END", **paths: str) -> tuple[ExitCode, str]:
    """Publish a report on GitHub; return the exit code and the log."""
    stream = io.StringIO()
    console = Console(stream, {})
    env = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(folder / "output")}
    names = {name.replace("_", "-"): str(folder / path) for name, path in paths.items()}
    code = publish(report, Sinks(detect(env, console, delimiter), console, Redaction(""), names))
    return code, stream.getvalue()


def test_a_failure_of_the_host_is_logged_and_does_not_change_the_verdict(tmp_path: Path) -> None:
    for report, code in ((PASSED, ExitCode.OPEN), (FAILED, ExitCode.CLOSED)):
        exit_code, log = _published(report, tmp_path, delimiter=report.verdict.kind.value)
        assert exit_code is code
        assert "ValueError: the output `verdict` contains the delimiter" in log
        assert f"(exit code {code.value}): " in log


def test_a_defect_in_one_report_is_shown_in_the_others_and_the_gate_does_not_open(tmp_path: Path) -> None:
    broken = replace(PASSED, inputs={"timeout": object()})  # type: ignore[dict-item] # JSON cannot represent it
    code, log = _published(broken, tmp_path, json_path="record.json", junit_path="junit.xml")
    assert code is ExitCode.INCONCLUSIVE
    assert not (tmp_path / "record.json").exists()
    (error,) = ET.parse(tmp_path / "junit.xml").getroot().iter("error")
    for text in (error.get("message", ""), commands_in(log)[-1][2], log):
        assert "TypeError: Object of type object is not JSON serializable" in text
