"""Publish a finished report everywhere. If one destination fails, the others still get the report."""

from __future__ import annotations

from collections.abc import Callable

from gate.domain.errors import Defect
from gate.domain.exit_code import ExitCode
from gate.publish.report_files import Sinks, write_files
from gate.report import annotation, outputs
from gate.report.log import closing
from gate.report.report import Report
from gate.report.summary import summary
from gate.text.clean import clean
from gate.text.style import Line, Tone

_OUTPUT_LENGTH = 2000
_LISTS = ("session-ids", "failed-checks")  # these lists have their own limits, and half a list is useless
_LIST_LENGTH = 1_000_000


def publish(report: Report, sinks: Sinks) -> ExitCode:
    """Write the report to the files, the host and the log. Return the exit code.

    If a file cannot be written, the other reports contain that fault. The log comes last, because its reader
    may have stalled.
    """
    report = write_files(report, sinks)
    jobs: tuple[Callable[[Report, Sinks], None], ...] = (
        _publish_on_host,
        _log_tables,
        _annotate,
        _log_verdict,
    )
    for job in jobs:
        try:
            job(report, sinks)
        except Exception as error:  # noqa: BLE001 - one broken reporter must not stop the others
            sinks.console.line(Line(Defect(error).sentence, Tone.BAD))
    return report.verdict.exit_code


def _publish_on_host(report: Report, sinks: Sinks) -> None:
    hidden = sinks.hidden.in_text
    texts = {
        name: hidden(clean(str(value), _LIST_LENGTH if name in _LISTS else _OUTPUT_LENGTH))
        for name, value in outputs.render(report).items()
    }
    for problem in sinks.host.publish(texts, hidden(summary.render(report))):
        sinks.host.annotate("warning", "Checkly gate", problem)


def _log_tables(report: Report, sinks: Sinks) -> None:
    """Log the tables. Fold only those that have nothing to report."""
    for table in closing.tables(report):
        if table.is_calm:
            sinks.host.group(table.title, table.lines)
        else:
            for line in (Line(f"results of {table.title}"), *table.lines):
                sinks.console.line(line)


def _annotate(report: Report, sinks: Sinks) -> None:
    for each in annotation.render(report):
        sinks.host.annotate(each.level, each.title, each.message)


def _log_verdict(report: Report, sinks: Sinks) -> None:
    for line in (*closing.verdict(report), *closing.files(report)):
        sinks.console.line(line)
