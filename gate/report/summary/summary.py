"""The job summary in GitHub's Markdown: the verdict, the sessions, and one table of rows, worst first."""

from __future__ import annotations

from collections.abc import Iterable

from gate.report.order import worst_first
from gate.report.report import Report
from gate.report.summary import checks, sessions, table
from gate.report.summary.layout import size_of
from gate.report.summary.words import VERDICT_MARKS
from gate.report.wording import requests_of, title_of
from gate.text.duration import format_duration
from gate.text.escape import markdown

LIMIT_BYTES = 900_000  # the runner discards the whole summary of a step if it exceeds 1 MiB
_ROOM_FOR_THE_END_BYTES = 2_000


def render(report: Report, limit_bytes: int = LIMIT_BYTES) -> str:
    """Return the summary in at most `limit_bytes` of UTF-8. It keeps the worst rows and counts the rest."""
    lines = [*_verdict(report), *_notices(report, limit_bytes // 4)]
    lines += sessions.render(report, limit_bytes // 4)
    room = limit_bytes - size_of(lines) - _ROOM_FOR_THE_END_BYTES
    entries = worst_first(report)
    shown, is_whole = table.render(entries, report, room)
    lines += shown
    if is_whole:
        lines += checks.render(entries, report, room - size_of(shown))
    lines += ["", f"<sub>{_circumstances(report)}</sub>", ""]
    return "\n".join(lines)


def _verdict(report: Report) -> Iterable[str]:
    yield f"## {VERDICT_MARKS[report.verdict.kind]} {title_of(report)}"
    yield ""
    if len(report.mistakes) > 1:
        yield from (f"- {markdown(text)}" for text in report.mistakes)
    else:
        yield markdown(report.verdict.reason.text)


def _notices(report: Report, room: int) -> Iterable[str]:
    """Yield faults and notices below the reason, as long as they leave room for the tables."""
    texts = [*report.other_faults, *report.notices]
    for number, text in enumerate(texts):
        lines = ["", f"> {markdown(text)}"]
        room -= size_of(lines)
        if room < 0:
            yield from ("", f"> {len(texts) - number} more notes are in the log.")
            return
        yield from lines


def _circumstances(report: Report) -> str:
    report_only = " (report only: the job continues)" if report.verdict.only_reports else ""
    exit_code = f"Exit code {int(report.verdict.exit_code)}{report_only}"
    policy = f" Policy {markdown(str(report.policy))}." if report.policy else ""
    return f"Waited {format_duration(report.waited_s)}, {requests_of(report)}. {exit_code}.{policy}"
