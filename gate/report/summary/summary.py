"""The job summary in GitHub's Markdown: the verdict, a table with the worst first, and a timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from gate.domain.detail import Detail
from gate.evaluation.decision import place_of
from gate.evaluation.judged import Conclusion, JudgedSession, Row, VerdictKind
from gate.evaluation.outcomes import Outcome, State
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
    """Return the summary, at most `limit_bytes` of UTF-8. The worst is kept, what does not fit is counted."""
    lines = [*_verdict(report), *_notices(report, limit_bytes // 4)]
    room = limit_bytes - size_of(lines) - _ROOM_FOR_THE_END_BYTES
    order = sorted(enumerate(report.sessions), key=lambda each: _session_badness(each[1]))
    sections = [_section(judged, report, _held(report, index)) for index, judged in order]
    lines += fitting(sections, room)
    lines += ["", f"<sub>{_circumstances(report)}</sub>", ""]
    return "\n".join(lines)


def _held(report: Report, index: int) -> Callable[[str], bool]:
    """What need not be repeated at the table of a session: of several, each table has its own decisions."""
    is_only = len(report.sessions) == 1
    return lambda text: is_only and report.verdict.reason.holds(text, index)


def _verdict(report: Report) -> Iterable[str]:
    yield f"## {_HEADINGS[report.verdict.kind]}"
    yield ""
    yield markdown(report.verdict.reason.text)


def _notices(report: Report, room: int) -> Iterable[str]:
    """Faults and notices below the reason, as far as they leave room for the tables."""
    texts = [text for text in (*report.faults, *report.notices) if text != report.verdict.reason.text]
    for number, text in enumerate(texts):
        lines = ["", f"> {markdown(text)}"]
        room -= size_of(lines)
        if room < 0:
            yield from ("", f"> {len(texts) - number} more notes are in the log.")
            return
        yield from lines


def _circumstances(report: Report) -> str:
    requests = f"{report.requests} request" + ("" if report.requests == 1 else "s")
    report_only = " (report only: the job goes on)" if report.verdict.only_reports else ""
    exit_code = f"Exit code {int(report.verdict.exit_code)}{report_only}"
    policy = f" Policy {markdown(str(report.policy))}." if report.policy else ""
    return f"Waited {format_duration(report.waited_s)}, {requests}. {exit_code}.{policy}"


def _session_badness(judged: JudgedSession) -> tuple[bool, bool, bool]:
    return (not judged.closing, not judged.error, not _is_worth_a_look(judged))


def _row_badness(row: Row) -> tuple[int, int]:
    return (_CONCLUSIONS_WORST_FIRST.index(row.conclusion), row.outcome.state.badness)


def _section(judged: JudgedSession, report: Report, held: Callable[[str], bool]) -> Section:
    """Return what there is to show of a session, without what the reason above it holds already."""
    rows = sorted(judged.rows, key=_row_badness)
    has_reasons = any(report.explained(row.outcome) for row in rows)
    quiet = len(report.sessions) > 1 and not _is_worth_a_look(judged)
    named = [(judged.naming.name(place_of(row.outcome)), row.outcome) for row in rows]
    diagram = timeline(judged.label, named) if _is_worth_drawing(judged) else ()
    return Section(
        title=_title(judged) if quiet else "",
        head=tuple(_session_head(judged, held, is_folded=quiet)),
        table_head=_table_head(judged, has_reasons=has_reasons) if rows else (),
        rows=tuple(
            TableRow(
                _row_badness(row),
                row.outcome.state,
                _table_row(row, judged, report, has_reasons=has_reasons),
            )
            for row in rows
        ),
        extras=(tuple(_reasons(rows, judged, report)), tuple(diagram)),
    )


def _is_worth_a_look(judged: JudgedSession) -> bool:
    is_calm = all(row.conclusion in (Conclusion.GREEN, Conclusion.SKIPPED) for row in judged.rows)
    return bool(judged.decisions or judged.contradictions or judged.error) or not is_calm


def _is_worth_drawing(judged: JudgedSession) -> bool:
    """Whether a timeline shows something: of many checks at one location, only if there were retries."""
    return not judged.is_of_many or any(row.outcome.attempts for row in judged.rows)


def _title(judged: JudgedSession) -> str:
    return f"✅ {html(judged.label)}: {html(judged.status)}, {judged.naming.count(len(judged.rows))}"


def _session_head(judged: JudgedSession, held: Callable[[str], bool], *, is_folded: bool) -> Iterable[str]:
    yield ""
    if is_folded:
        yield _linked("in Checkly", judged.link) if judged.link else ""
    else:
        yield f"### {_linked(judged.label, judged.link)}: {markdown(judged.status or 'not read')}"
        yield ""
        if judged.is_of_many and judged.rows:
            yield _overview(judged)
            yield ""
    for decision in judged.decisions:
        if not held(decision.text):
            yield f"- {'❌' if decision.closes else '⚠️'} {markdown(decision.text)}"
    for contradiction in judged.contradictions:
        yield f"- ⚠️ {markdown(contradiction)}"
    if judged.error:
        yield f"- ❔ {markdown(judged.error.sentence)}"


def _overview(judged: JudgedSession) -> str:
    """Count the checks of a session of many: `40 checks: 38 passed, 2 failed`."""
    states = Counter(row.outcome.state for row in judged.rows)
    counts = ", ".join(f"{states[state]} {state.value}" for state in State if states[state])
    return f"{judged.naming.count(len(judged.rows))}: {counts}"


def _table_head(judged: JudgedSession, *, has_reasons: bool) -> tuple[str, ...]:
    what = "Check" if judged.is_of_many else "Location"
    why, rule = ("| Why ", "|---") if has_reasons else ("", "")
    return ("", f"| | {what} | State | Attempts | Time {why}|", f"|---|---|---|--:|--:{rule}|")


def _table_row(row: Row, judged: JudgedSession, report: Report, *, has_reasons: bool) -> str:
    outcome = row.outcome
    final = outcome.final
    state = outcome.state.value
    if outcome.finished_in:
        state += f" (finished in {outcome.finished_in})"
    if outcome.skip_reason:
        state += f", {outcome.seen.value} ({outcome.skip_reason})"
    time = format_duration(final.duration_s) if final else ""
    linked = _linked(judged.naming.name(place_of(outcome)), final.link if final else "")
    why = f" {_first_reason(outcome, report)} |" if has_reasons else ""
    return f"| {_MARKS[row.conclusion]} | {linked} | {markdown(state)} | {outcome.tries} | {time} |{why}"


def _first_reason(outcome: Outcome, report: Report) -> str:
    """Return why the last run that was not green was not."""
    return markdown(clean(report.reason_of(outcome), _REASON_LENGTH))


def _reasons(rows: Sequence[Row], judged: JudgedSession, report: Report) -> Iterable[str]:
    """All known reasons, attempt by attempt, if the table could not hold them all."""
    explained = [(row.outcome, *each) for row in rows for each in report.explained(row.outcome)]
    if any(outcome.attempts or len(why.reasons) > 1 or why.recordings for outcome, _, why in explained):
        listed = [f"- {_explanation(judged, *each)}" for each in explained]
        yield from folded("Why, attempt by attempt", ("", *listed))


def _explanation(judged: JudgedSession, outcome: Outcome, number: str, why: Detail) -> str:
    name = judged.naming.name(place_of(outcome))
    place = f"{name}, {number}" if outcome.attempts else name
    recorded = [f"recorded: {', '.join(why.recordings)}"] if why.recordings else []
    return markdown(f"{place}: {'; '.join((*why.reasons, *recorded))}")


def _linked(text: str, link: str) -> str:
    """Return a link if there is one. Of what `https_link` lets through, Markdown reads only entities."""
    return f"[{markdown(text)}]({link.replace('&', '&amp;')})" if link else markdown(text)
