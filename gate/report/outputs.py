"""The outputs of the step. They are a public interface, and the JSON record contains them too."""

from __future__ import annotations

import json

from gate.domain.session import Check
from gate.evaluation.cause import causes
from gate.evaluation.judged import Conclusion
from gate.report.report import Report
from gate.text.clean import clean

_MOST_CHECKS = 100
_MOST_LOCATIONS = 30
_NAME_LENGTH = 100
_PATHS = ("junit-path", "json-path", "summary-path", "html-path")


def render(report: Report) -> dict[str, str | int]:
    """Return the outputs by name, in the order of the documentation."""
    worst = report.worst
    return {
        "verdict": report.verdict.kind.value,
        "status": worst.status if worst else "",
        "reason": report.verdict.reason.text,
        "cause": ",".join(causes(report.sessions)),
        "exit-code": int(report.verdict.exit_code),
        "session-link": worst.link if worst else "",
        "session-ids": ",".join(session.ref.id for session in report.sessions),
        "failed-checks": json.dumps(failed_checks(report)),
        **report.counts,
        **{name: report.path(name) for name in _PATHS},
    }


def failed_checks(report: Report) -> list[dict[str, object]]:
    """Return the ID, name and locations of at most 100 checks that have red or undecided rows.

    Only the locations of these rows are listed. A check is listed once, even if several sessions ran it.
    """
    found: dict[Check, dict[str, None]] = {}
    for session in report.sessions:
        for row in session.rows:
            if row.conclusion in (Conclusion.RED, Conclusion.UNDECIDED):
                found.setdefault(row.outcome.check, {})[row.outcome.location] = None
    return [
        {
            "id": clean(check.id, _NAME_LENGTH),
            "name": clean(check.name, _NAME_LENGTH),
            "locations": [clean(each, _NAME_LENGTH) for each in list(locations)[:_MOST_LOCATIONS]],
        }
        for check, locations in list(found.items())[:_MOST_CHECKS]
    ]
