"""The job summary in GitHub's Markdown: the verdict, a table with the worst first, and a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gate.locations import Outcome, State, result_state
from gate.model import CheckResult
from gate.report import Report
from gate.text import markdown, mermaid
from gate.units import format_duration
from gate.verdict import Conclusion, JudgedSession, Row, Standing

LIMIT_BYTES = 900_000  # over 1 MiB the runner discards the whole summary of a step
_ROOM_FOR_THE_END_BYTES = 2_000
_MOST_TIMELINE_ROWS = 50
_WORST = (-1, -1)  # a session that has no rows to show is shown first

_HEADINGS = {
    Conclusion.PASS: "✅ Checkly gate: open",
    Conclusion.FAIL: "❌ Checkly gate: closed",
    Conclusion.INCONCLUSIVE: "⚠️ Checkly gate: could not tell",
}
_MARKS = {
    Standing.GREEN: "✅",
    Standing.TOLERATED: "⚠️",
    Standing.RED: "❌",
    Standing.UNDECIDED: "❔",
    Standing.SKIPPED: "⏭️",
}
_STANDINGS_WORST_FIRST = (
    Standing.RED,
    Standing.UNDECIDED,
    Standing.TOLERATED,
    Standing.SKIPPED,
    Standing.GREEN,
)


def render(report: Report, limit_bytes: int = LIMIT_BYTES) -> str:
    """The summary, at most `limit_bytes` of UTF-8; what does not fit is counted, the worst is kept."""
    lines = [*_verdict(report), *_notices(report, limit_bytes // 4)]
    room = limit_bytes - _size(lines) - _ROOM_FOR_THE_END_BYTES
    sections = [_section(judged) for judged in sorted(report.sessions, key=_session_badness)]
    lines += _fitting(sections, room)
    lines += ["", f"<sub>{_circumstances(report)}</sub>", ""]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Section:
    """What there is to show of a session; its rows worst first, each with how bad it is."""

    head: tuple[str, ...]
    rows: tuple[tuple[tuple[int, int], str], ...]
    timeline: tuple[str, ...]


def _fitting(sections: Sequence[_Section], room: int) -> list[str]:
    """The lines of the sections that fit: the worst rows of all sessions first, no row without its head."""
    shown: dict[int, int] = {}  # how many rows of a section
    candidates = sorted(
        (badness, index, number)
        for index, section in enumerate(sections)
        for number, (badness, _) in enumerate(section.rows or ((_WORST, ""),))
    )
    for _, index, number in candidates:
        section = sections[index]
        head = () if index in shown else section.head
        row = [section.rows[number][1]] if section.rows else []
        if (size := _size([*head, *row])) > room:
            break
        room -= size
        shown[index] = shown.get(index, 0) + len(row)
    lines = []
    for index, count in sorted(shown.items()):
        section = sections[index]
        lines += [*section.head, *(row for _, row in section.rows[:count])]
        if count == len(section.rows) and (size := _size(section.timeline)) <= room:
            room -= size
            lines += section.timeline
    return lines + _what_is_cut(sections, shown)


def _what_is_cut(sections: Sequence[_Section], shown: dict[int, int]) -> list[str]:
    rows = sum(len(section.rows) for section in sections) - sum(shown.values())
    sessions = len(sections) - len(shown)
    if not rows and not sessions:
        return []
    return [
        "",
        f"{rows} more locations do not fit here ({sessions} whole sessions); the JUnit report has them all.",
    ]


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _verdict(report: Report) -> Iterable[str]:
    yield f"## {_HEADINGS[report.conclusion]}"
    yield ""
    yield markdown(report.reason)


def _notices(report: Report, room: int) -> Iterable[str]:
    """Faults and notices below the reason, as far as they leave room for the locations."""
    texts = [text for text in (*report.faults, *report.notices) if text != report.reason]
    for number, text in enumerate(texts):
        lines = ["", f"> {markdown(text)}"]
        room -= _size(lines)
        if room < 0:
            yield from ("", f"> {len(texts) - number} more notes are in the log.")
            return
        yield from lines


def _circumstances(report: Report) -> str:
    requests = f"{report.requests} request" + ("" if report.requests == 1 else "s")
    report_only = " (report only: the job goes on)" if report.only_reports else ""
    exit_code = f"Exit code {int(report.exit_code)}{report_only}"
    return f"Waited {format_duration(report.waited_s)}, {requests}. {exit_code}."


def _session_badness(judged: JudgedSession) -> tuple[bool, bool]:
    return (not judged.closing, not judged.error)


def _row_badness(row: Row) -> tuple[int, int]:
    return (_STANDINGS_WORST_FIRST.index(row.standing), row.outcome.state.badness)


def _section(judged: JudgedSession) -> _Section:
    rows = sorted(judged.rows, key=_row_badness)
    return _Section(
        head=tuple(_session_head(judged)),
        rows=tuple((_row_badness(row), _table_row(row)) for row in rows),
        timeline=tuple(_timeline(judged, rows)),
    )


def _session_head(judged: JudgedSession) -> Iterable[str]:
    yield ""
    yield f"### {_linked(judged.name, judged.link)}: {markdown(judged.status or 'not read')}"
    yield ""
    for decision in judged.decisions:
        yield f"- {'❌' if decision.closes else '⚠️'} {markdown(decision.text)}"
    for disagreement in judged.disagreements:
        yield f"- ⚠️ {markdown(disagreement)}"
    if judged.error:
        yield f"- ❔ {markdown(judged.error.sentence)}"
    if judged.rows:
        yield ""
        yield "| | Location | State | Attempts | Time |"
        yield "|---|---|---|--:|--:|"


def _table_row(row: Row) -> str:
    outcome = row.outcome
    final = outcome.final
    state = outcome.state.value
    if outcome.finished_in:
        state += f" (finished in {outcome.finished_in})"
    if outcome.skip_reason:
        state += f" ({outcome.skip_reason})"
    time = format_duration(final.duration_s) if final else ""
    linked = _linked(outcome.location, final.link if final else "")
    return f"| {_MARKS[row.standing]} | {linked} | {markdown(state)} | {outcome.tries} | {time} |"


def _linked(text: str, link: str) -> str:
    """A link where there is one; `https_link` has let none through that Markdown would read otherwise."""
    return f"[{markdown(text)}]({link})" if link else markdown(text)


def _timeline(judged: JudgedSession, rows: Sequence[Row]) -> Iterable[str]:
    all_timed = [row for row in rows if any(_span(run) for run in _runs(row.outcome))]
    timed = all_timed[:_MOST_TIMELINE_ROWS]
    if not timed:
        return
    yield ""
    yield "```mermaid"
    yield "gantt"
    yield f"    title {mermaid(judged.name)}"
    yield "    dateFormat x"
    yield "    axisFormat %H:%M:%S"
    for row in timed:
        yield f"    section {mermaid(row.outcome.location)}"
        yield from _tasks(row.outcome)
    yield "```"
    if len(all_timed) > len(timed):
        yield ""
        yield f"The timeline shows the worst {len(timed)} of {len(all_timed)} locations."


def _tasks(outcome: Outcome) -> Iterable[str]:
    for number, run in enumerate(_runs(outcome), start=1):
        span = _span(run)
        if span:
            state = result_state(run)
            tag = {State.PASSED: "done", State.DEGRADED: "active"}.get(state, "crit")
            start, stop = (round(moment.timestamp() * 1000) for moment in span)
            yield f"    {number}. {state.value} :{tag}, {start}, {max(stop, start + 1)}"


def _runs(outcome: Outcome) -> tuple[CheckResult, ...]:
    return (*outcome.attempts, *([outcome.final] if outcome.final else []))


def _span(run: CheckResult) -> tuple[datetime, datetime] | None:
    return (run.started_at, run.stopped_at) if run.started_at and run.stopped_at else None
