"""The causes of a closed gate, as words that a pipeline can branch on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.evaluation.decision import Rule
from gate.evaluation.judged import JudgedSession
from gate.evaluation.states import FAILING, State


def causes(sessions: Sequence[JudgedSession]) -> tuple[str, ...]:
    """Return the causes that close the gate, in a fixed order; empty if no rule closes it.

    For the rule `failed`, the causes are the states of its rows (`failed`, `errored` or `aborted`), so that a
    pipeline can distinguish a failure of Checkly's own backend (`errored`) from a failed check.
    """
    found = [word for session in sessions for word in _of_session(session)]
    order = [*(state.value for state in State if state in FAILING), *map(_word, Rule)]
    return tuple(sorted(dict.fromkeys(found), key=order.index))


def _of_session(session: JudgedSession) -> Iterable[str]:
    for decision in session.closing:
        if decision.rule is Rule.FAILED:
            states = {row.outcome.state for row in session.rows} & FAILING
            yield from (state.value for state in states)
        else:
            yield _word(decision.rule)


def _word(rule: Rule) -> str:
    return rule.value.replace(" ", "-")
