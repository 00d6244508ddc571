"""Words that several reports show: the title, the requests, the state and the time of a row."""

from __future__ import annotations

from gate.domain.exit_code import ExitCode
from gate.evaluation.judged import VerdictKind
from gate.evaluation.outcomes import Outcome
from gate.report.report import Report
from gate.text.duration import format_duration

_TITLES = {
    VerdictKind.PASS: "Checkly gate: open",
    VerdictKind.FAIL: "Checkly gate: closed",
    VerdictKind.INCONCLUSIVE: "Checkly gate: could not tell",
}


CONFIGURATION_ERROR = "Checkly gate: configuration error"


def title_of(report: Report) -> str:
    """Return the title of a report: the verdict, or a configuration error."""
    is_usage = report.verdict.exit_code is ExitCode.USAGE
    return CONFIGURATION_ERROR if is_usage else _TITLES[report.verdict.kind]


def requests_of(report: Report) -> str:
    """Count the requests that were sent: `7 requests`."""
    return f"{report.requests} request" + ("" if report.requests == 1 else "s")


def state_of(outcome: Outcome) -> str:
    """Return the state and, if they apply, where a retry finished and why the policy skips the location."""
    text = outcome.state.value
    if outcome.finished_in:
        text += f" (finished in {outcome.finished_in})"
    if outcome.skip_reason:
        text += f", {outcome.seen.value} ({outcome.skip_reason})"
    return text


def time_of(outcome: Outcome) -> str:
    """Return how long the final run took; empty if there is no final run.

    If the run was slower than the policy's response time, include that limit.
    """
    if outcome.final is None:
        return ""
    limit = f", limit {format_duration(outcome.slower_than_ms / 1000)}" if outcome.slower_than_ms else ""
    return format_duration(outcome.final.duration_s) + limit
