"""The job summary in GitHub's Markdown: the verdict, a table with the worst first, and a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    lines = [*_head(report)]
    left = limit_bytes - sum(_size(line) for line in lines) - _ROOM_FOR_THE_END_BYTES
    cut_rows = 0
    for judged in sorted(report.sessions, key=_session_badness):
        for block, rows in _blocks(judged):
            size = sum(_size(line) for line in block)
            if cut_rows or size > left:
                cut_rows += rows
            else:
                left -= size
                lines += block
    if cut_rows:
        lines += ["", f"{cut_rows} more locations do not fit here; the JUnit report has them all."]
    lines += ["", f"<sub>{_circumstances(report)}</sub>", ""]
    return "\n".join(lines)


def _size(line: str) -> int:
    return len(line.encode()) + 1


def _head(report: Report) -> Iterable[str]:
    yield f"## {_HEADINGS[report.conclusion]}"
    yield ""
    yield markdown(report.reason)
    for text in (*report.faults, *report.notices):
        if text != report.reason:
            yield ""
            yield f"> {markdown(text)}"


def _circumstances(report: Report) -> str:
    requests = f"{report.requests} request" + ("" if report.requests == 1 else "s")
    return f"Waited {format_duration(report.waited_s)}, {requests}. Exit code {int(report.exit_code)}."


def _session_badness(judged: JudgedSession) -> tuple[bool, bool]:
    return (not judged.closing, not judged.error)


def _row_badness(row: Row) -> tuple[int, int]:
    return (_STANDINGS_WORST_FIRST.index(row.standing), row.outcome.state.badness)


def _blocks(judged: JudgedSession) -> Iterable[tuple[list[str], int]]:
    """What can be cut only as a whole: the head of a session, each row of its table, its timeline."""
    rows = sorted(judged.rows, key=_row_badness)
    yield [*_session_head(judged)], 0
    for row in rows:
        yield [_table_row(row)], 1
    timeline = [*_timeline(judged, rows)]
    if timeline:
        yield timeline, 0


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
    """A link where there is one; the address is one of ours to trust only after `https_link`."""
    target = link.replace("(", "%28").replace(")", "%29").replace("|", "%7C")
    return f"[{markdown(text)}]({target})" if link else markdown(text)


def _timeline(judged: JudgedSession, rows: Sequence[Row]) -> Iterable[str]:
    timed = [row for row in rows if any(_span(run) for run in _runs(row.outcome))][:_MOST_TIMELINE_ROWS]
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
