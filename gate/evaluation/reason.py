"""The reason for the gate's decision, composed once from clauses about the sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gate.domain.errors import GateError
from gate.evaluation.judged import JudgedSession, VerdictKind
from gate.evaluation.states import GREEN, State
from gate.text.clean import SENTENCE_LENGTH, clean


class Clause(NamedTuple):
    """One part of the reason.

    `session` is the index of the session that the clause is about; None if it is not about a single session.
    """

    text: str
    session: int | None = None


class Reason(NamedTuple):
    """The reason as one line of limited length, and the clauses that it contains in full."""

    text: str
    complete: frozenset[Clause] = frozenset()

    def holds(self, text: str, session: int | None = None) -> bool:
        """Return whether the reason contains a clause in full. Reports then do not repeat the clause."""
        return Clause(text, session) in self.complete


def reason_for(sessions: Sequence[JudgedSession], faults: Sequence[GateError] = ()) -> Reason:
    """Explain why sessions pass or do not pass. `faults` come first: errors that belong to no session."""
    clauses = [Clause(clean(fault.sentence, SENTENCE_LENGTH)) for fault in faults]
    all_pass = bool(sessions) and all(session.kind is VerdictKind.PASS for session in sessions)
    if all_pass:
        clauses.append(Clause(_all_is_well(sessions)))
    for index, session in enumerate(sessions):
        clauses += [Clause(text, index) for text in _texts(session, all_pass=all_pass)]
    labels = [f"{session.label}: " if len(sessions) > 1 else "" for session in sessions]
    return _in_words(clauses, labels)


def _in_words(clauses: Sequence[Clause], labels: Sequence[str]) -> Reason:
    text, ends = "", []
    labelled: int | None = None
    for clause in clauses:
        text += "; " if text else ""
        if clause.session is not None and clause.session != labelled:
            labelled = clause.session
            text += labels[clause.session]
        text += clause.text
        ends.append(len(text))
    shown = clean(text, SENTENCE_LENGTH)
    uncut = len(shown) if shown == text else len(shown) - 1  # the last character is an ellipsis
    return Reason(shown, frozenset(clause for clause, end in zip(clauses, ends, strict=True) if end <= uncut))


def _texts(session: JudgedSession, *, all_pass: bool) -> Iterable[str]:
    if all_pass:
        return [decision.text for decision in session.decisions]
    closing = [decision.text for decision in session.closing]
    return closing or ([session.error.sentence] if session.error else [])


def _all_is_well(sessions: Sequence[JudgedSession]) -> str:
    rows = [row for session in sessions for row in session.rows]
    states = Counter(row.outcome.state for row in rows)
    green = sum(states[state] for state in GREEN)
    of = states.total() - states[State.SKIPPED]
    skipped = f", {states[State.SKIPPED]} skipped" if states[State.SKIPPED] else ""
    several = f" in {len(sessions)} sessions" if len(sessions) > 1 else ""
    if not any(session.is_of_many for session in sessions):
        return f"{green} of {of} location{'' if of == 1 else 's'} green{several}{skipped}"
    if all(session.is_of_many for session in sessions):
        return f"{green} of {of} check{'' if of == 1 else 's'} green{several}{skipped}"
    return f"{green} of {of} results green{several}{skipped}"
