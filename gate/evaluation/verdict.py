"""The verdict: a pure function of what the wait found and the policy.

What was not read in full and to its end opens nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from gate.domain.errors import ExitCode, GateError, Stopped
from gate.domain.session import Session
from gate.evaluation.outcomes import FAILING, GREEN, Outcome, State, is_degraded_without_explanation, outcomes
from gate.evaluation.rules import RULES, Case, Decision, Rule, locations_in_words
from gate.policy.effective import Policy
from gate.polling.result import Ending, PollResult
from gate.text.clean import SENTENCE_LENGTH, clean


class VerdictKind(StrEnum):
    """What the gate concludes: public interface, the `verdict` output."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Conclusion(Enum):
    """What remains of a location's outcome under the policy."""

    GREEN = "green"
    TOLERATED = "tolerated"
    RED = "red"
    UNDECIDED = "undecided"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An outcome and its conclusion; `because` is one line on why, where there is more to say."""

    outcome: Outcome
    conclusion: Conclusion
    rule: Rule | None = None
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSession:
    """One session, judged.

    `disagreements` say where Checkly's status and its results do not match, `notices` which part of the
    policy could not be applied.
    """

    session_id: str
    session: Session | None
    ending: Ending
    error: GateError | None
    policy: Policy
    rows: tuple[Row, ...]
    decisions: tuple[Decision, ...]
    disagreements: tuple[str, ...]
    notices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call it."""
        return self.session.name if self.session else self.session_id

    @property
    def status(self) -> str:
        """Its status as Checkly names it; empty where it was never read."""
        return self.session.status if self.session else ""

    @property
    def link(self) -> str:
        """Where to look at it; empty where that is not known."""
        return self.session.link if self.session else ""

    @property
    def closing(self) -> tuple[Decision, ...]:
        """The decisions that close the gate."""
        return tuple(decision for decision in self.decisions if decision.closes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate decided, and the sessions that it decided on."""

    conclusion: VerdictKind
    exit_code: ExitCode
    reason: str
    sessions: tuple[JudgedSession, ...]


def judge(watched: Iterable[PollResult], policy_for: Callable[[Session], Policy]) -> Verdict:
    """The verdict on all that was watched, each session under the policy that is for it."""
    return verdict_on(tuple(_judge_session(each, policy_for) for each in watched))


def verdict_on(sessions: tuple[JudgedSession, ...]) -> Verdict:
    """The verdict on sessions that are judged: on one of several, what it alone contributes."""
    exit_code = _exit_code(sessions)
    if any(session.closing for session in sessions):
        conclusion = VerdictKind.FAIL
    elif exit_code is ExitCode.OPEN:
        conclusion = VerdictKind.PASS
    else:
        conclusion = VerdictKind.INCONCLUSIVE
    return Verdict(
        conclusion=conclusion, exit_code=exit_code, reason=_reason(sessions, conclusion), sessions=sessions
    )


def _exit_code(sessions: Sequence[JudgedSession]) -> ExitCode:
    """A signal's own code; else a known red beats "cannot tell", which beats the gate's own timeout."""
    endings = {session.ending for session in sessions}
    for session in sessions:
        if isinstance(session.error, Stopped) and session.ending is Ending.STOPPED:
            return session.error.stop_code
    if any(session.closing for session in sessions):
        return ExitCode.CLOSED
    if endings == {Ending.FINISHED}:
        return ExitCode.OPEN
    only_late = bool(endings) and endings <= {Ending.FINISHED, Ending.TIMEOUT}
    return ExitCode.TIMEOUT if only_late else ExitCode.INCONCLUSIVE


def _reason(sessions: Sequence[JudgedSession], conclusion: VerdictKind) -> str:
    several = len(sessions) > 1
    sentences = []
    for session in sessions:
        if conclusion is VerdictKind.PASS:
            texts = [decision.text for decision in session.decisions]
        else:
            texts = [decision.text for decision in session.closing]
            texts += [session.error.sentence] if session.error and not texts else []
        if texts:
            sentences.append((f"{session.name}: " if several else "") + "; ".join(texts))
    if conclusion is VerdictKind.PASS:
        sentences.insert(0, _all_is_well(sessions))
    return clean("; ".join(sentences), SENTENCE_LENGTH)


def _all_is_well(sessions: Sequence[JudgedSession]) -> str:
    states = Counter(row.outcome.state for session in sessions for row in session.rows)
    green = sum(states[state] for state in GREEN)
    of = states.total() - states[State.SKIPPED]
    skipped = f", {states[State.SKIPPED]} skipped" if states[State.SKIPPED] else ""
    several = f" in {len(sessions)} sessions" if len(sessions) > 1 else ""
    return f"{green} of {locations_in_words(of)} green{several}{skipped}"


def _judge_session(watched: PollResult, policy_for: Callable[[Session], Policy]) -> JudgedSession:
    session = watched.session
    policy = policy_for(session) if session else Policy()
    found = (
        outcomes(
            session,
            slower_than_ms=policy.response_time_ms,
            allow_cancelled=policy.allow_cancelled,
            skipped=policy.skipped,
        )
        if session
        else ()
    )
    decisions: tuple[Decision, ...] = ()
    disagreements: tuple[str, ...] = ()
    if session and watched.ending is Ending.FINISHED:
        case = Case(session, found, policy)
        decisions = tuple(decision for rule in RULES for decision in rule(case))
        disagreements = tuple(_disagreements(session, found))
    said = _by_location(decisions)
    return JudgedSession(
        session_id=watched.session_id,
        session=session,
        ending=watched.ending,
        error=watched.error,
        policy=policy,
        rows=tuple(_row(outcome, said.get(outcome.location, ()), watched) for outcome in found),
        decisions=decisions,
        disagreements=disagreements,
        notices=tuple(_unapplied(policy, found)),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a decision says of each of its locations, in a line of the length that a row has room for."""

    rule: Rule
    closes: bool
    because: str


def _by_location(decisions: Iterable[Decision]) -> Mapping[str, Sequence[_Said]]:
    """What is said of each location. A decision's text is cut once, for thousands of rows may share it."""
    found: dict[str, list[_Said]] = {}
    for decision in decisions:
        said = _Said(decision.rule, decision.closes, clean(decision.text, SENTENCE_LENGTH))
        for location in decision.locations:
            found.setdefault(location, []).append(said)
    return found


def _row(outcome: Outcome, said: Sequence[_Said], watched: PollResult) -> Row:
    """The row's conclusion: the first rule that closes the gate over it, else the one that tolerates it."""
    closing = next((each for each in said if each.closes), None)
    if closing:
        return Row(outcome=outcome, conclusion=Conclusion.RED, rule=closing.rule, because=closing.because)
    if outcome.state is State.SKIPPED:
        return Row(outcome=outcome, conclusion=Conclusion.SKIPPED, because=outcome.skip_reason)
    if outcome.state is State.PASSED:
        return Row(outcome=outcome, conclusion=Conclusion.GREEN)
    if watched.ending is not Ending.FINISHED and outcome.state not in (State.DEGRADED, State.FLAKY):
        undecided = outcome.state is State.UNFINISHED
        because = watched.error.sentence if undecided and watched.error else ""
        return Row(
            outcome=outcome, conclusion=Conclusion.UNDECIDED if undecided else Conclusion.RED, because=because
        )
    return Row(
        outcome=outcome,
        conclusion=Conclusion.TOLERATED,
        rule=said[0].rule if said else None,
        because=said[0].because if said else "",
    )


def _disagreements(session: Session, found: Sequence[Outcome]) -> Iterable[str]:
    """Where the session's status is better than its results, or its results better than its status."""
    bad = [row for row in found if row.seen in FAILING or row.seen is State.CANCELLED]
    slow = [row for row in found if row.seen is State.DEGRADED and not row.is_slow]
    if session.status in ("PASSED", "DEGRADED") and bad:
        yield f"Checkly says {session.status}, but {_and_states(bad)}: the worse one counts"
    elif session.status == "PASSED" and slow:
        yield f"Checkly says PASSED, but {_and_states(slow)}: the worse one counts"
    if is_degraded_without_explanation(session, found):
        yield "Checkly says DEGRADED, but no location is: all green locations count as degraded"


def _unapplied(policy: Policy, found: Sequence[Outcome]) -> Iterable[str]:
    """What the policy asks for and the results do not contain."""
    if policy.response_time_ms is None:
        return
    usable = [row for row in found if row.final and row.state in (*GREEN, State.DEGRADED)]
    untimed = [row.location for row in usable if row.final and row.final.response_time_ms is None]
    if untimed:
        yield (
            f"response-time ({policy.origin('response-time')}) was not applied to "
            f"{len(untimed)} of {locations_in_words(len(usable))}, whose results have no response time: "
            f"{', '.join(untimed[:5])}{f' and {len(untimed) - 5} more' if len(untimed) > 5 else ''}"
        )


def _and_states(rows: Sequence[Outcome]) -> str:
    return ", ".join(f"{row.location} is {row.seen.value}" for row in rows[:5]) + (
        f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    )
