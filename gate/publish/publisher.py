"""Brings a finished report to every place where it is expected. A sink that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gate.domain.errors import (
    Defect,
    ExitCode,
    LibraryMissing,
    ReportUnwritable,
)
from gate.pipeline import Surroundings
from gate.publish.console import Console
from gate.publish.files import shown_path, write_whole
from gate.publish.host import Host
from gate.report import annotation, outputs, record
from gate.report import report as reports
from gate.report.log import closing
from gate.report.report import Report
from gate.report.summary import summary
from gate.text.clean import clean
from gate.text.style import Line, Tone


def publish(report: Report, around: Surroundings, *, junit_path: str, json_path: str) -> ExitCode:
    """Brings the report to files, log and host; returns the code to exit with.

    A file that cannot be written is a fault that the other reports name. The log comes last, because it may
    not be read.
    """
    report = _with_files(report, around, junit_path=junit_path, json_path=json_path)
    jobs: tuple[Callable[[], object], ...] = (
        lambda: _publish_on_host(report, around),
        lambda: _log_tables(report, around.host),
        lambda: _annotate(report, around.host),
        lambda: _log_verdict(report, around.console),
    )
    for job in jobs:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - one broken reporter must not silence the others
            around.console.line(Line(Defect(error).sentence, Tone.BAD))
    return report.exit_code


def _with_files(report: Report, around: Surroundings, *, junit_path: str, json_path: str) -> Report:
    """Writes the JUnit report, then the JSON record, and the JUnit report again where that failed."""
    workspace = around.host.workspace
    report, written = _write(report, junit_path, _junit, around)
    report = replace(report, junit_path=shown_path(Path(junit_path), workspace) if written else "")
    if not json_path:
        return report
    named = replace(report, json_path=shown_path(Path(json_path), workspace))
    named, written = _write(named, json_path, record.render, around)
    if not written:
        named, _ = _write(replace(named, json_path=""), junit_path, _junit, around)
    return named


def _junit(report: Report) -> bytes:
    from gate.report.junit import xml  # noqa: PLC0415 - a usage error is reported even if its library is missing

    return xml.render(report)


def _write(
    report: Report, path: str, render: Callable[[Report], bytes], around: Surroundings
) -> tuple[Report, bool]:
    """The report, with a fault where it could not be written, and whether it was."""
    host = around.host
    try:
        content = around.hidden.written(render(report))
        write_whole(Path(path), content, workspace=host.workspace, confined=host.confined)
    except ReportUnwritable as error:
        return reports.with_fault(report, error), False
    except ImportError as error:
        return reports.with_fault(report, LibraryMissing(error)), False
    except Exception as error:  # noqa: BLE001 - a defect in a reporter is a report that is not there
        return reports.with_fault(report, Defect(error)), False
    return report, True


def _log_tables(report: Report, host: Host) -> None:
    for title, lines in closing.tables(report):
        host.group(title, lines)


def _log_verdict(report: Report, console: Console) -> None:
    for line in closing.verdict(report):
        console.line(line)


def _annotate(report: Report, host: Host) -> None:
    for each in annotation.render(report):
        host.annotate(each.level, each.title, each.message)


def _publish_on_host(report: Report, around: Surroundings) -> None:
    told = around.hidden.told
    texts = {name: told(clean(str(value), 2000)) for name, value in outputs.render(report).items()}
    for problem in around.host.publish(texts, told(summary.render(report))):
        around.console.line(Line(f"warning: {problem}", Tone.WARN))
