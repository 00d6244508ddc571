"""The JSON record of a decision: all facts that a later reader or a script may need."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from gate import __version__
from gate.domain.session import Result
from gate.evaluation.decision import Decision
from gate.evaluation.judged import JudgedSession, Row
from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import State
from gate.policy.effective import Policy
from gate.policy.threshold import DEFAULT, Threshold, in_words
from gate.report.outputs import failed_checks
from gate.report.outputs import render as render_outputs
from gate.report.report import Report

VERSION = 1  # the version of the format in record.schema.json


def render(report: Report) -> bytes:
    """Return the record as UTF-8 JSON."""
    return b"".join(parts(report))


def parts(report: Report) -> Iterable[bytes]:
    """Yield the record session by session, because hundreds of sessions at once would take much memory."""
    head = {
        "version": VERSION,
        **render_outputs(report),
        "session-ids": [session.ref.id for session in report.sessions],
        "failed-checks": failed_checks(report),
        "gate-version": __version__,
        "decided-at": _time(report.decided_at),
        "waited-seconds": round(report.waited_s, 3),
        "requests": report.requests,
        "policy-file": report.policy._asdict() if report.policy else None,
        "inputs": dict(report.inputs),
        "faults": list(report.faults),
        "notices": list(report.notices),
    }
    yield _encoded(head).removesuffix(b"\n}") + b',\n  "sessions": ['
    for number, judged in enumerate(report.sessions):
        yield (b",\n    " if number else b"\n    ") + _encoded(_session(judged, report), depth=2)
    yield b"\n  ]\n}\n" if report.sessions else b"]\n}\n"


def _encoded(value: Mapping[str, object], depth: int = 0) -> bytes:
    """Return the value as JSON, indented by `depth` levels.

    The strings do not change, because JSON escapes the line breaks in them.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\n", "\n" + depth * "  ").encode(errors="replace")


def _session(judged: JudgedSession, report: Report) -> dict[str, object]:
    session = judged.session
    runs = session.checks if session else ()
    checks = [
        {"id": run.check.id, "name": run.check.name, "type": run.check.type, "policy": _policy(policy)}
        for run, policy in zip(runs, judged.policies, strict=True)
    ]
    return {
        "id": judged.ref.id,
        "kind": judged.ref.kind.value if judged.ref.kind else "",
        "name": judged.label,
        "link": judged.link,
        "status": judged.status,
        "api-version": session.api_version if session else "",
        "started-at": _time(session.started_at if session else None),
        "stopped-at": _time(session.stopped_at if session else None),
        "ending": judged.ending.value,
        "error": judged.error.sentence if judged.error else "",
        "checks": checks,
        "decisions": [_decision(decision) for decision in judged.decisions],
        "contradictions": list(judged.contradictions),
        "notices": list(judged.notices),
        "locations": [_row(row, report) for row in judged.rows],
    }


def _policy(policy: Policy) -> dict[str, object]:
    """Return the policy as it was applied to the check."""
    return {
        "failed-threshold": _thresholds(policy.failed),
        "degraded-threshold": _thresholds(policy.degraded),
        "flaky-threshold": _thresholds(policy.flaky),
        "response-time-ms": policy.response_time_ms,
        "missing": "pass" if policy.allow_missing else "fail",
        "cancelled": "pass" if policy.allow_cancelled else "fail",
        "required": list(policy.required),
        "skipped": dict(policy.skipped),
        "origins": dict(policy.origins),
    }


def _thresholds(thresholds: Sequence[Threshold]) -> dict[str, str]:
    origins = dict.fromkeys(threshold.origin for threshold in thresholds)
    return {"allowed": in_words(thresholds), "origin": ", ".join(origins) or DEFAULT}


def _decision(decision: Decision) -> dict[str, object]:
    return {
        "rule": decision.rule.value,
        "closes": decision.closes,
        "text": decision.text,
        "number": decision.number,
        "of": decision.of,
        "allowed": decision.allowed,
        "origin": decision.origin,
        "locations": list(dict.fromkeys(place.location for place in decision.places)),
        "checks": list(dict.fromkeys(place.check.label for place in decision.places if place.check)),
    }


def _row(row: Row, report: Report) -> dict[str, object]:
    outcome = row.outcome
    return {
        "check": outcome.check.label,
        "location": outcome.location,
        "state": outcome.state.value,
        "seen": outcome.seen.value,
        "standing": row.conclusion.value,
        "because": row.because,
        "finished-in": outcome.finished_in,
        "why-missing": list(report.why_of(outcome).reasons) if outcome.state is State.MISSING else [],
        "result": _result(outcome.final, outcome, report) if outcome.final else None,
        "attempts": [_result(attempt, outcome, report) for attempt in outcome.attempts],
    }


def _result(result: Result, outcome: Outcome, report: Report) -> dict[str, object]:
    why = report.why(result)
    return {
        "id": result.id,
        "link": result.link,
        "location": result.location,
        "state": outcome.state_of(result).value,
        "response-time-ms": result.response_time_ms,
        "started-at": _time(result.started_at),
        "stopped-at": _time(result.stopped_at),
        "why": list(why.reasons),
        "recordings": list(why.recordings),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
