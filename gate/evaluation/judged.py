"""Judge one session under its policy: the decision of every rule, and the conclusion for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import NamedTuple

from gate.domain.errors import GateError
from gate.domain.session import Check, CheckRun, Session, SessionKind, SessionRef
from gate.evaluation.check_rules import CHECK_RULES, Group
from gate.evaluation.decision import Decision, Naming, Place, Rule, naming_of, place_of
from gate.evaluation.notes import contradictions, unapplied
from gate.evaluation.outcomes import Outcome, outcomes
from gate.evaluation.session_rules import SESSION_RULES, FinishedSession
from gate.evaluation.states import State
from gate.policy.effective import Policy
from gate.polling.result import Ending, PollResult
from gate.text.clean import SENTENCE_LENGTH, clean

PolicyFor = Callable[[CheckRun], Policy]


class VerdictKind(StrEnum):
    """The gate's verdict. The values are public: they appear in the output `verdict`."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Conclusion(Enum):
    """The meaning of a row's outcome under the policy."""

    GREEN = "green"
    TOLERATED = "tolerated"
    RED = "red"
    UNDECIDED = "undecided"
    SKIPPED = "skipped"


NEEDS_REASONS = (Conclusion.RED, Conclusion.UNDECIDED, Conclusion.TOLERATED)  # the worst first


class Row(NamedTuple):
    """An outcome, and the conclusion for it.

    `because` explains the conclusion in one line; empty if no explanation is needed.
    """

    outcome: Outcome
    conclusion: Conclusion
    rule: Rule | None = None
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSession:
    """A session, the decisions on it, and the conclusions for its rows.

    `contradictions` are differences between Checkly's status and its results; `notices` name parts of the
    policy that could not be applied. `policies` has the policy of each check, in the session's order.
    """

    ref: SessionRef
    session: Session | None
    ending: Ending
    error: GateError | None
    policies: tuple[Policy, ...] = ()
    rows: tuple[Row, ...] = ()
    decisions: tuple[Decision, ...] = ()
    contradictions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    naming: Naming = field(default_factory=lambda: Naming(by_check=False, with_location=False))

    @property
    def label(self) -> str:
        """Return the name of the session, or its ID if it has no name."""
        return self.session.label if self.session else self.ref.id

    @property
    def status(self) -> str:
        """Return the session's status in Checkly's words; empty if the session was never read."""
        return self.session.status if self.session else ""

    @property
    def link(self) -> str:
        """Return the link to the session's page in Checkly; empty if it is not known."""
        return self.session.link if self.session else ""

    @property
    def is_of_many(self) -> bool:
        """Return whether the session is a test session, whose rows are named by check."""
        return self.session is not None and self.session.kind is SessionKind.TEST

    @property
    def closing(self) -> tuple[Decision, ...]:
        """Return the decisions that close the gate."""
        return tuple(decision for decision in self.decisions if decision.closes)

    @property
    def kind(self) -> VerdictKind:
        """Return the verdict on this session alone."""
        if self.closing:
            return VerdictKind.FAIL
        return VerdictKind.PASS if self.ending is Ending.FINISHED else VerdictKind.INCONCLUSIVE


def judge_session(polled: PollResult, policy_for: PolicyFor) -> JudgedSession:
    """Judge one session. Rules are applied only if the gate has read the session's final results."""
    session = polled.session
    if session is None:
        return JudgedSession(ref=polled.ref, session=None, ending=polled.ending, error=polled.error)
    policies = {run.check: policy_for(run) for run in session.checks}
    found = outcomes(session, lambda run: policies[run.check])
    naming = naming_of(session, found)
    is_over = polled.ending is Ending.FINISHED
    decisions = tuple(_decide(session, found, policies, naming)) if is_over else ()
    said = _by_place(decisions)
    return JudgedSession(
        ref=session.ref,
        session=session,
        ending=polled.ending,
        error=polled.error,
        policies=tuple(policies.values()),
        rows=tuple(_row(outcome, said.get(place_of(outcome), ()), polled) for outcome in found),
        decisions=decisions,
        contradictions=tuple(contradictions(session, found, naming)) if is_over else (),
        notices=tuple(unapplied(found, policies, naming)),
        naming=naming,
    )


def _decide(
    session: Session, found: Sequence[Outcome], policies: Mapping[Check, Policy], naming: Naming
) -> Iterable[Decision]:
    groups: dict[tuple[int, ...], list[Outcome]] = {}
    for outcome in found:
        groups.setdefault(policies[outcome.check].entries, []).append(outcome)
    judged = [Group(policies[rows[0].check], tuple(rows), naming) for rows in groups.values()]
    for check_rule in CHECK_RULES:
        for group in judged:
            yield from check_rule(group)
    shared = next(iter(policies.values()), Policy())
    finished = FinishedSession(session, tuple(found), shared, naming)
    for session_rule in SESSION_RULES:
        yield from session_rule(finished)


class _Said(NamedTuple):
    """The parts of a decision that its rows show. `because` is the text, shortened to fit in a row."""

    rule: Rule
    closes: bool
    because: str


def _by_place(decisions: Iterable[Decision]) -> Mapping[Place, Sequence[_Said]]:
    """Group decisions by row. A decision's text is shortened once, because thousands of rows may share it."""
    found: dict[Place, list[_Said]] = {}
    for decision in decisions:
        said = _Said(decision.rule, decision.closes, clean(decision.text, SENTENCE_LENGTH))
        for place in decision.places:
            found.setdefault(place, []).append(said)
    return found


def _row(outcome: Outcome, said: Sequence[_Said], polled: PollResult) -> Row:
    """Return an outcome's row: the conclusion, and the rule that led to it if there is one."""
    closing = next((each for each in said if each.closes), None)
    if closing:
        return Row(outcome=outcome, conclusion=Conclusion.RED, rule=closing.rule, because=closing.because)
    if outcome.state is State.SKIPPED:
        return Row(outcome=outcome, conclusion=Conclusion.SKIPPED, because=outcome.skip_reason)
    if outcome.state is State.PASSED:
        return Row(outcome=outcome, conclusion=Conclusion.GREEN)
    if polled.ending is not Ending.FINISHED and outcome.state not in (State.DEGRADED, State.FLAKY):
        undecided = outcome.state is State.UNFINISHED
        because = polled.error.sentence if undecided and polled.error else ""
        conclusion = Conclusion.UNDECIDED if undecided else Conclusion.RED
        return Row(outcome=outcome, conclusion=conclusion, because=because)
    return Row(
        outcome=outcome,
        conclusion=Conclusion.TOLERATED,
        rule=said[0].rule if said else None,
        because=said[0].because if said else "",
    )
