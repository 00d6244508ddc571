"""Brings a finished report to every place where it is expected. A sink that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gate.domain.errors import Defect, GateError, LibraryMissing, ReportUnwritable
from gate.domain.exit_code import ExitCode
from gate.publish.console import Console
from gate.publish.files import remove, shown_path, write_whole
from gate.publish.host import Host
from gate.report import annotation, outputs, record
from gate.report.log import closing
from gate.report.report import Report
from gate.report.summary import summary
from gate.text.clean import clean
from gate.text.redact import Redaction
from gate.text.style import Line, Tone

_OUTPUT_LENGTH = 2000
_LISTS = ("session-ids", "failed-checks")  # they have their own bounds, and half of a list cannot be used
_LIST_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where reports go. `hidden` keeps the API key out of everything that is written."""

    host: Host
    console: Console
    hidden: Redaction
    junit_path: str
    json_path: str


def publish(report: Report, sinks: Sinks) -> ExitCode:
    """Write the report to files, host and log; return the exit code.

    A file that cannot be written is a fault that the other reports name. The log comes last, because it may
    not be read.
    """
    report = _write_files(report, sinks)
    jobs: tuple[Callable[[Report, Sinks], None], ...] = (
        _publish_on_host,
        _log_tables,
        _annotate,
        _log_verdict,
    )
    for job in jobs:
        try:
            job(report, sinks)
        except Exception as error:  # noqa: BLE001 - one broken reporter must not silence the others
            sinks.console.line(Line(Defect(error).sentence, Tone.BAD))
    return report.verdict.exit_code


def _write_files(report: Report, sinks: Sinks) -> Report:
    """Write the JUnit report, then the JSON record; if that fails, the JUnit report again with the fault."""
    workspace = sinks.host.workspace
    report, written = _write(report, sinks.junit_path, _junit, sinks)
    report = replace(report, junit_path=shown_path(Path(sinks.junit_path), workspace) if written else "")
    if not sinks.json_path:
        return report
    named = replace(report, json_path=shown_path(Path(sinks.json_path), workspace))
    named, written = _write(named, sinks.json_path, record.render, sinks)
    return named if written else _junit_again(replace(named, json_path=""), sinks)


def _junit_again(report: Report, sinks: Sinks) -> Report:
    """Write the JUnit report with the new fault; if there is no room beside the old one, in its place."""
    changed, written = _write(report, sinks.junit_path, _junit, sinks)
    if not written and report.junit_path:
        remove(Path(sinks.junit_path))  # it may report a pass
        changed, written = _write(report, sinks.junit_path, _junit, sinks)
    return changed if written else replace(changed, junit_path="")


def _junit(report: Report) -> bytes:
    from gate.report.junit import xml  # noqa: PLC0415 - other reports are written even if its library is missing

    return xml.render(report)


def _write(report: Report, path: str, render: Callable[[Report], bytes], sinks: Sinks) -> tuple[Report, bool]:
    """Write one report. Return it, with a fault if that failed, and whether it was written."""
    try:
        content = sinks.hidden.in_bytes(render(report))
        write_whole(Path(path), content, workspace=sinks.host.workspace, confined=sinks.host.confined)
    except ReportUnwritable as error:
        fault: GateError = error
    except ImportError as error:
        fault = LibraryMissing(error)
    except Exception as error:  # noqa: BLE001 - a defect in a reporter is a report that was not written
        fault = Defect(error)
    else:
        return report, True
    return replace(report, verdict=report.verdict.with_fault(fault)), False


def _publish_on_host(report: Report, sinks: Sinks) -> None:
    hidden = sinks.hidden.in_text
    texts = {
        name: hidden(clean(str(value), _LIST_LENGTH if name in _LISTS else _OUTPUT_LENGTH))
        for name, value in outputs.render(report).items()
    }
    for problem in sinks.host.publish(texts, hidden(summary.render(report))):
        sinks.console.line(Line(f"warning: {problem}", Tone.WARN))


def _log_tables(report: Report, sinks: Sinks) -> None:
    for title, lines in closing.tables(report):
        sinks.host.group(title, lines)


def _annotate(report: Report, sinks: Sinks) -> None:
    for each in annotation.render(report):
        sinks.host.annotate(each.level, each.title, each.message)


def _log_verdict(report: Report, sinks: Sinks) -> None:
    for line in closing.verdict(report):
        sinks.console.line(line)
