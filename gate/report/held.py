"""What the reason already says, so that nothing needs to be said twice below it."""

from __future__ import annotations

from collections.abc import Sequence

from gate.domain.errors import ExitCode
from gate.evaluation.verdict import JudgedSession, VerdictKind, verdict_on
from gate.report.report import Report


def held_by_reason(report: Report) -> Sequence[frozenset[str]]:
    """For each session, those of its decisions and of its error that the report's reason holds in full.

    The reason is what the verdict put together, each text in its place, and it may be cut: a text is held if
    it stands at its place, wherever else its words may occur.
    """
    verdict = verdict_on(report.sessions)
    is_open = verdict.conclusion is VerdictKind.PASS
    at = 0
    if _has_fault_first(report, verdict.exit_code):
        at += len(f"{report.faults[0]}; ")
    if is_open:  # how many locations are green comes first, in words that have no semicolon
        at += len(f"{verdict.reason.partition('; ')[0]}; ")
    held = []
    for judged in report.sessions:
        texts = _texts(judged, is_open=is_open)
        at += len(f"{judged.name}: ") if texts and len(report.sessions) > 1 else 0
        found = set()
        for text in texts:
            if report.reason.startswith(text, at):
                found.add(text)
            at += len(f"{text}; ")
        held.append(frozenset(found))
    return held


def _has_fault_first(report: Report, verdict_code: ExitCode) -> bool:
    """Whether a fault of the gate's own took the verdict's place, and the first place in the reason."""
    return bool(report.faults) and report.exit_code is ExitCode.INCONCLUSIVE is not verdict_code


def _texts(judged: JudgedSession, *, is_open: bool) -> Sequence[str]:
    """What the session contributes to the reason, in its order."""
    if is_open:
        return [decision.text for decision in judged.decisions]
    closing = [decision.text for decision in judged.closing]
    return closing or ([judged.error.sentence] if judged.error else [])
