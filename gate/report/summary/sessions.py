"""The sessions of a summary, with the decisions on each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gate.evaluation.judged import JudgedSession
from gate.evaluation.states import State
from gate.report.order import by_check, is_worth_a_look, overview, sessions_worst_first, worst_first
from gate.report.report import Report
from gate.report.summary.layout import fitting, folded
from gate.report.summary.words import linked
from gate.text.escape import markdown

_MOST_OPEN = 3


def render(report: Report, room: int) -> Sequence[str]:
    """Return one session with its decisions; if there are several, an overview and a line for each."""
    if len(report.sessions) == 1:
        return tuple(_only(report.sessions[0], report))
    return tuple(_several(report, room)) if report.sessions else ()


def _only(judged: JudgedSession, report: Report) -> Iterable[str]:
    """Show the session without repeating the decisions and the error that the reason contains."""
    yield from ("", f"### {linked(judged.label, judged.link)}: {markdown(judged.status or 'not read')}", "")
    if judged.is_of_many and judged.rows:
        yield from (_counted(judged), "")
    for decision in judged.decisions:
        if not report.verdict.reason.holds(decision.text, 0):
            yield f"- {'❌' if decision.closes else '⚠️'} {markdown(decision.text)}"
    for contradiction in judged.contradictions:
        yield f"- ⚠️ {markdown(contradiction)}"
    if judged.error and not report.verdict.reason.holds(judged.error.sentence, 0):
        yield f"- ❔ {markdown(judged.error.sentence)}"


def _counted(judged: JudgedSession) -> str:
    """Count the checks of a test session: `40 checks: 38 passed, 2 failed`."""
    states = Counter(row.outcome.state for row in judged.rows)
    counts = ", ".join(f"{states[state]} {state.value}" for state in State if states[state])
    return f"{judged.naming.count(len(judged.rows))}: {counts}"


def _several(report: Report, room: int) -> Iterable[str]:
    """Yield an overview, then each session.

    If many sessions need attention, all sessions except those without rows are folded.
    """
    checks = by_check(worst_first(report))
    if checks:
        yield from ("", markdown(overview(checks)))
    sessions = [judged for _, judged in sessions_worst_first(report)]
    lines = [_line(judged) for judged in sessions]
    shown = fitting(lines, room)
    worth_a_look = sum(map(is_worth_a_look, sessions))
    opened = worth_a_look if worth_a_look <= _MOST_OPEN else sum(not judged.rows for judged in sessions)
    yield from ("", *shown[:opened])
    if folded_away := shown[opened:]:
        more = "more " if opened else ""
        noun = "session" if len(folded_away) == 1 else "sessions"
        yield from folded(f"{len(folded_away)} {more}{noun}", ("", *folded_away))
    if hidden := len(lines) - len(shown):
        are = "session is" if hidden == 1 else "sessions are"
        yield from ("", f"{hidden} more {are} only in the JUnit report.")


def _line(judged: JudgedSession) -> str:
    """Return a session and all decisions on it in one line."""
    texts = [decision.text for decision in judged.decisions] + list(judged.contradictions)
    texts += [judged.error.sentence] if judged.error else []
    mark = "❌" if judged.closing else "❔" if judged.error else "⚠️" if is_worth_a_look(judged) else "✅"
    return f"- {mark} {_name(judged)}" + (f", {markdown('; '.join(texts))}" if texts else "")


def _name(judged: JudgedSession) -> str:
    return f"{linked(judged.label, judged.link)}: {markdown(judged.status or 'not read')}"
