"""The sessions of a summary: what each of them decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gate.evaluation.judged import JudgedSession
from gate.evaluation.outcomes import State
from gate.report.order import by_check, is_worth_a_look, overview, sessions_worst_first, worst_first
from gate.report.report import Report
from gate.report.summary.layout import fitting, folded
from gate.report.summary.words import linked
from gate.text.escape import markdown


def render(report: Report, room: int) -> Sequence[str]:
    """Return the heading of the only session, or an overview and a line for each of several."""
    if len(report.sessions) == 1:
        return tuple(_only(report.sessions[0], report))
    return tuple(_several(report, room)) if report.sessions else ()


def _only(judged: JudgedSession, report: Report) -> Iterable[str]:
    """Show the session without repeating the decisions that the reason holds."""
    yield from ("", f"### {linked(judged.label, judged.link)}: {markdown(judged.status or 'not read')}", "")
    if judged.is_of_many and judged.rows:
        yield from (_counted(judged), "")
    for decision in judged.decisions:
        if not report.verdict.reason.holds(decision.text, 0):
            yield f"- {'❌' if decision.closes else '⚠️'} {markdown(decision.text)}"
    for contradiction in judged.contradictions:
        yield f"- ⚠️ {markdown(contradiction)}"
    if judged.error:
        yield f"- ❔ {markdown(judged.error.sentence)}"


def _counted(judged: JudgedSession) -> str:
    """Count the checks of a session of many: `40 checks: 38 passed, 2 failed`."""
    states = Counter(row.outcome.state for row in judged.rows)
    counts = ", ".join(f"{states[state]} {state.value}" for state in State if states[state])
    return f"{judged.naming.count(len(judged.rows))}: {counts}"


def _several(report: Report, room: int) -> Iterable[str]:
    sessions = [judged for _, judged in sessions_worst_first(report)]
    lines = [_line(judged) for judged in sessions if is_worth_a_look(judged)]
    calm = [f"- ✅ {_name(judged)}" for judged in sessions if not is_worth_a_look(judged)]
    checks = by_check(worst_first(report))
    if checks:
        yield from ("", markdown(overview(checks)))
    yield from ("", *(shown := fitting(lines, room)))
    if hidden := len(lines) - len(shown):
        yield from ("", f"Sessions that are in the JUnit report only: {hidden}.")
    if calm and len(shown_calm := fitting(calm, room // 2)) == len(calm):
        title = "1 session" if len(calm) == 1 else f"{len(calm)} sessions"
        yield from folded(f"✅ {title} without anything to report", ("", *shown_calm))


def _line(judged: JudgedSession) -> str:
    """Show a session and all that was decided on it in one line."""
    texts = [decision.text for decision in judged.decisions] + list(judged.contradictions)
    texts += [judged.error.sentence] if judged.error else []
    mark = "❌" if judged.closing else "❔" if judged.error else "⚠️"
    return f"- {mark} {_name(judged)}" + (f", {markdown('; '.join(texts))}" if texts else "")


def _name(judged: JudgedSession) -> str:
    return f"{linked(judged.label, judged.link)}: {markdown(judged.status or 'not read')}"
