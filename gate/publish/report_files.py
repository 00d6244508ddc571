"""Write the report files. If one cannot be written, the others are still written, and report the fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from gate.config.stdout import is_stdout
from gate.domain.errors import Defect, GateError, LibraryMissing, ReportUnwritable
from gate.publish.console import Console
from gate.publish.files import remove, write_whole
from gate.publish.host import Host
from gate.publish.paths import shown_path
from gate.report import record
from gate.report.report import Report, ReportFile
from gate.report.summary import summary
from gate.text.redact import Redaction


class Sinks(NamedTuple):
    """The destinations of reports. `paths` maps an input's name to its file; an empty path means no file.

    `hidden` removes the API key from everything that is written.
    """

    host: Host
    console: Console
    hidden: Redaction
    paths: Mapping[str, str]


class _File(NamedTuple):
    """A kind of report file, rendered in parts. `in_short` summarizes the report from its first part."""

    input: str
    title: str
    render: Callable[[Report], Iterable[bytes]]
    in_short: Callable[[bytes], str] = lambda _: ""


def _junit(report: Report) -> Iterable[bytes]:
    from gate.report.junit import xml  # noqa: PLC0415 - the other reports do not need its library

    return xml.parts(report)


def _junit_in_short(beginning: bytes) -> str:
    from gate.report.junit import xml  # noqa: PLC0415 - already loaded

    return xml.in_short(beginning)


def _summary(report: Report) -> Iterable[bytes]:
    yield summary.render(report).encode(errors="replace")


def _page(report: Report) -> Iterable[bytes]:
    from gate.report.page import page  # noqa: PLC0415 - most runs do not write a page

    yield page.render(report)


_FILES = (
    _File("junit-path", "JUnit report", _junit, _junit_in_short),
    _File("summary-path", "Summary", _summary),
    _File("html-path", "Web page", _page),
    _File("json-path", "JSON record", record.parts),
)


def write_files(report: Report, sinks: Sinks) -> Report:
    """Write the report files. Return the report that they show.

    If a file cannot be written, the others are written again, so that they contain that fault. A report on
    stdout comes last, because it cannot be replaced.
    """
    wanted = [file for file in _FILES if sinks.paths.get(file.input)]
    wanted.sort(key=lambda file: is_stdout(sinks.paths[file.input]))
    written: set[str] = set()
    while True:
        report = replace(report, files=tuple(_planned(file, sinks) for file in wanted))
        report, failed = _write_all(wanted, report, sinks, written)
        if not failed:
            return report
        wanted = [file for file in wanted if file not in failed]


def _write_all(
    wanted: Sequence[_File], report: Report, sinks: Sinks, written: set[str]
) -> tuple[Report, Sequence[_File]]:
    """Write each file. Return the report with the faults, and the files that could not be written.

    `written` has the inputs whose files exist; the inputs of new files are added. After a fault, a report on
    stdout waits for the next round, so that it contains the fault.
    """
    failed: list[_File] = []
    for file in wanted:
        if failed and is_stdout(sinks.paths[file.input]):
            continue
        changed, is_written = _write(report, file, sinks)
        if not is_written and file.input in written:
            changed, is_written = _write_in_place_of_the_old(report, file, sinks)
        report = changed
        if is_written:
            written.add(file.input)
        else:
            failed.append(file)
    return report, failed


def _write_in_place_of_the_old(report: Report, file: _File, sinks: Sinks) -> tuple[Report, bool]:
    """Remove the old file, which may report a pass and takes space on the disk. Then write the new file."""
    remove(Path(sinks.paths[file.input]))
    return _write(report, file, sinks)


def _planned(file: _File, sinks: Sinks) -> ReportFile:
    path = shown_path(Path(sinks.paths[file.input]), sinks.host.workspace)
    return ReportFile(file.input, file.title, path)


def _write(report: Report, file: _File, sinks: Sinks) -> tuple[Report, bool]:
    """Write one file. Return the report, which contains a fault if that failed, and whether it succeeded."""
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
