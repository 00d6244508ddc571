"""Publish a finished report in every place. A place that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from gate.config.stdout import is_stdout
from gate.domain.errors import Defect, GateError, LibraryMissing, ReportUnwritable
from gate.domain.exit_code import ExitCode
from gate.publish.console import Console
from gate.publish.files import remove, write_whole
from gate.publish.host import Host
from gate.publish.paths import shown_path
from gate.report import annotation, outputs, record
from gate.report.log import closing
from gate.report.report import Report, ReportFile
from gate.report.summary import summary
from gate.text.clean import clean
from gate.text.redact import Redaction
from gate.text.style import Line, Tone

_OUTPUT_LENGTH = 2000
_LISTS = ("session-ids", "failed-checks")  # they have their own limits, and half a list is useless
_LIST_LENGTH = 1_000_000


class Sinks(NamedTuple):
    """The places for reports. `paths` are those of files, by input. A file with an empty path is not written.

    `hidden` removes the API key from everything that is written.
    """

    host: Host
    console: Console
    hidden: Redaction
    paths: Mapping[str, str]


class _File(NamedTuple):
    """A kind of report file, which is rendered in parts. `in_short` summarizes it from the first part."""

    input: str
    title: str
    render: Callable[[Report], Iterable[bytes]]
    in_short: Callable[[bytes], str] = lambda _: ""


def _junit(report: Report) -> Iterable[bytes]:
    from gate.report.junit import xml  # noqa: PLC0415 - other reports are written even if its library is missing

    return xml.parts(report)


def _junit_in_short(beginning: bytes) -> str:
    from gate.report.junit import xml  # noqa: PLC0415 - already loaded

    return xml.in_short(beginning)


def _summary(report: Report) -> Iterable[bytes]:
    yield summary.render(report).encode(errors="replace")


def _page(report: Report) -> Iterable[bytes]:
    from gate.report.page import page  # noqa: PLC0415 - most runs do not write it

    yield page.render(report)


_FILES = (
    _File("junit-path", "JUnit report", _junit, _junit_in_short),
    _File("summary-path", "Summary", _summary),
    _File("html-path", "Web page", _page),
    _File("json-path", "JSON record", record.parts),
)


def publish(report: Report, sinks: Sinks) -> ExitCode:
    """Write the report to files, host and log; return the exit code.

    If a file cannot be written, the other reports name that fault. The log comes last, because its reader may
    have stalled.
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
    """Write the report files. If one fails, write the others again, so that they name that fault.

    A report on stdout comes last, because it cannot be replaced.
    """
    paths = sinks.paths
    wanted = [file for file in _FILES if paths.get(file.input)]
    wanted.sort(key=lambda file: is_stdout(paths[file.input]))
    written: set[str] = set()
    while True:
        report = replace(report, files=tuple(_planned(file, sinks) for file in wanted))
        failed: list[_File] = []
        for file in wanted:
            if failed and is_stdout(paths[file.input]):
                continue
            changed, is_written = _write(report, file, sinks)
            if not is_written and file.input in written:
                remove(Path(paths[file.input]))  # it may report a pass, and a second file may not fit
                changed, is_written = _write(report, file, sinks)
            report = changed
            if is_written:
                written.add(file.input)
            else:
                failed.append(file)
        if not failed:
            return report
        wanted = [file for file in wanted if file not in failed]


def _planned(file: _File, sinks: Sinks) -> ReportFile:
    path = shown_path(Path(sinks.paths[file.input]), sinks.host.workspace)
    return ReportFile(file.input, file.title, path)


def _write(report: Report, file: _File, sinks: Sinks) -> tuple[Report, bool]:
    """Write one file. Return the report, with a fault if that failed, and whether it was written."""
    host = sinks.host
    try:
        parts = map(sinks.hidden.in_bytes, file.render(report))
        beginning = next(parts)
        write_whole(
            Path(sinks.paths[file.input]),
            chain((beginning,), parts),
            workspace=host.workspace,
            confined=host.confined,
        )
        holds = file.in_short(beginning)
    except ReportUnwritable as error:
        fault: GateError = error
    except ImportError as error:
        fault = LibraryMissing(error)
    except Exception as error:  # noqa: BLE001 - a defect in a reporter means that its report was not written
        fault = Defect(error)
    else:
        files = [each._replace(holds=holds) if each.input == file.input else each for each in report.files]
        return replace(report, files=tuple(files)), True
    return replace(report, verdict=report.verdict.with_fault(fault)), False


def _publish_on_host(report: Report, sinks: Sinks) -> None:
    hidden = sinks.hidden.in_text
    texts = {
        name: hidden(clean(str(value), _LIST_LENGTH if name in _LISTS else _OUTPUT_LENGTH))
        for name, value in outputs.render(report).items()
    }
    for problem in sinks.host.publish(texts, hidden(summary.render(report))):
        sinks.host.annotate("warning", "Checkly gate", problem)


def _log_tables(report: Report, sinks: Sinks) -> None:
    """Log the tables. Fold only the calm ones, because readers look for the others."""
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
