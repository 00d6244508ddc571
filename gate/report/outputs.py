"""The outputs of the step: public interface, and the head of the JSON record."""

from __future__ import annotations

from gate.report.report import Report


def render(report: Report) -> dict[str, str | int]:
    """The outputs by name, in the order in which they are documented."""
    worst = report.worst
    return {
        "verdict": report.verdict.kind.value,
        "status": worst.status if worst else "",
        "reason": report.verdict.reason.text,
        "session-link": worst.link if worst else "",
        **report.counts,
        "junit-path": report.junit_path,
        "json-path": report.json_path,
    }
