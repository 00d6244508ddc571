"""The job summary in GitHub's Markdown: the verdict, a table with the worst first, and a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.domain.detail import Detail
from gate.evaluation.outcomes import Outcome
from gate.evaluation.verdict import Conclusion, JudgedSession, Row, VerdictKind
from gate.report.held import held_by_reason
from gate.report.report import Report
from gate.report.summary.layout import Section, TableRow, fitting, folded, size_of
from gate.report.summary.timeline import timeline
from gate.text.clean import clean
from gate.text.duration import format_duration
from gate.text.escape import html, markdown

LIMIT_BYTES = 900_000  # over 1 MiB the runner discards the whole summary of a step
_ROOM_FOR_THE_END_BYTES = 2_000
_REASON_LENGTH = 160  # in a cell of the table

_HEADINGS = {
    VerdictKind.PASS: "✅ Checkly gate: open",
    VerdictKind.FAIL: "❌ Checkly gate: closed",
    VerdictKind.INCONCLUSIVE: "⚠️ Checkly gate: could not tell",
}
_MARKS = {
    Conclusion.GREEN: "✅",
    Conclusion.TOLERATED: "⚠️",
    Conclusion.RED: "❌",
    Conclusion.UNDECIDED: "❔",
    Conclusion.SKIPPED: "⏭️",
}
_CONCLUSIONS_WORST_FIRST = (
    Conclusion.RED,
    Conclusion.UNDECIDED,
    Conclusion.TOLERATED,
    Conclusion.SKIPPED,
    Conclusion.GREEN,
)


def render(report: Report, limit_bytes: int = LIMIT_BYTES) -> str:
    """The summary, at most `limit_bytes` of UTF-8; what does not fit is counted, the worst is kept."""
    lines = [*_verdict(report), *_notices(report, limit_bytes // 4)]
    room = limit_bytes - size_of(lines) - _ROOM_FOR_THE_END_BYTES
    (held,) = held_by_reason(report) if len(report.sessions) == 1 else (frozenset[str](),)
    sections = [_section(judged, report, held) for judged in sorted(report.sessions, key=_session_badness)]
    lines += fitting(sections, room)
    lines += ["", f"<sub>{_circumstances(report)}</sub>", ""]
    return "\n".join(lines)


def _verdict(report: Report) -> Iterable[str]:
    yield f"## {_HEADINGS[report.conclusion]}"
    yield ""
    yield markdown(report.reason)


def _notices(report: Report, room: int) -> Iterable[str]:
    """Faults and notices below the reason, as far as they leave room for the locations."""
    texts = [text for text in (*report.faults, *report.notices) if text != report.reason]
    for number, text in enumerate(texts):
        lines = ["", f"> {markdown(text)}"]
        room -= size_of(lines)
        if room < 0:
            yield from ("", f"> {len(texts) - number} more notes are in the log.")
            return
        yield from lines


def _circumstances(report: Report) -> str:
    requests = f"{report.requests} request" + ("" if report.requests == 1 else "s")
    report_only = " (report only: the job goes on)" if report.only_reports else ""
    exit_code = f"Exit code {int(report.exit_code)}{report_only}"
    return f"Waited {format_duration(report.waited_s)}, {requests}. {exit_code}."


def _session_badness(judged: JudgedSession) -> tuple[bool, bool, bool]:
    return (not judged.closing, not judged.error, not _is_worth_a_look(judged))


def _row_badness(row: Row) -> tuple[int, int]:
    return (_CONCLUSIONS_WORST_FIRST.index(row.conclusion), row.outcome.state.badness)


def _section(judged: JudgedSession, report: Report, held: frozenset[str]) -> Section:
    """What there is to show of a session, but for what the reason holds, which stands above it."""
    rows = sorted(judged.rows, key=_row_badness)
    has_reasons = any(report.explained(row.outcome) for row in rows)
    quiet = len(report.sessions) > 1 and not _is_worth_a_look(judged)
    return Section(
        title=_title(judged) if quiet else "",
        head=tuple(_session_head(judged, held, is_folded=quiet)),
        table_head=_table_head(has_reasons=has_reasons) if rows else (),
        rows=tuple(
            TableRow(_row_badness(row), row.outcome.state, _table_row(row, report, has_reasons=has_reasons))
            for row in rows
        ),
        extras=(tuple(_reasons(rows, report)), tuple(timeline(judged.name, [row.outcome for row in rows]))),
    )


def _is_worth_a_look(judged: JudgedSession) -> bool:
    is_calm = all(row.conclusion in (Conclusion.GREEN, Conclusion.SKIPPED) for row in judged.rows)
    return bool(judged.decisions or judged.disagreements or judged.error) or not is_calm


def _title(judged: JudgedSession) -> str:
    count = len(judged.rows)
    locations = "1 location" if count == 1 else f"{count} locations"
    return f"✅ {html(judged.name)}: {html(judged.status)}, {locations}"


def _session_head(judged: JudgedSession, held: frozenset[str], *, is_folded: bool) -> Iterable[str]:
    yield ""
    if is_folded:
        yield _linked("in Checkly", judged.link) if judged.link else ""
    else:
        yield f"### {_linked(judged.name, judged.link)}: {markdown(judged.status or 'not read')}"
        yield ""
    for decision in judged.decisions:
        if decision.text not in held:
            yield f"- {'❌' if decision.closes else '⚠️'} {markdown(decision.text)}"
    for disagreement in judged.disagreements:
        yield f"- ⚠️ {markdown(disagreement)}"
    if judged.error:
        yield f"- ❔ {markdown(judged.error.sentence)}"


def _table_head(*, has_reasons: bool) -> tuple[str, ...]:
    why, rule = ("| Why ", "|---") if has_reasons else ("", "")
    return ("", f"| | Location | State | Attempts | Time {why}|", f"|---|---|---|--:|--:{rule}|")


def _table_row(row: Row, report: Report, *, has_reasons: bool) -> str:
    outcome = row.outcome
    final = outcome.final
    state = outcome.state.value
    if outcome.finished_in:
        state += f" (finished in {outcome.finished_in})"
    if outcome.skip_reason:
        state += f", {outcome.seen.value} ({outcome.skip_reason})"
    time = format_duration(final.duration_s) if final else ""
    linked = _linked(outcome.location, final.link if final else "")
    why = f" {_first_reason(outcome, report)} |" if has_reasons else ""
    return f"| {_MARKS[row.conclusion]} | {linked} | {markdown(state)} | {outcome.tries} | {time} |{why}"


def _first_reason(outcome: Outcome, report: Report) -> str:
    """Why the last run that was not green was not."""
    return markdown(clean(report.reason_of(outcome), _REASON_LENGTH))


def _reasons(rows: Sequence[Row], report: Report) -> Iterable[str]:
    """All that is known of why, attempt by attempt, where the table could not say it all."""
    told = [(row.outcome, *each) for row in rows for each in report.explained(row.outcome)]
    if any(outcome.attempts or len(why.reasons) > 1 or why.recordings for outcome, _, why in told):
        listed = [f"- {_told(outcome, number, why)}" for outcome, number, why in told]
        yield from folded("Why, attempt by attempt", ("", *listed))


def _told(outcome: Outcome, number: str, why: Detail) -> str:
    place = f"{outcome.location}, {number}" if outcome.attempts else outcome.location
    recorded = [f"recorded: {', '.join(why.recordings)}"] if why.recordings else []
    return markdown(f"{place}: {'; '.join((*why.reasons, *recorded))}")


def _linked(text: str, link: str) -> str:
    """A link where there is one; of what `https_link` lets through, Markdown reads only entities."""
    return f"[{markdown(text)}]({link.replace('&', '&amp;')})" if link else markdown(text)
