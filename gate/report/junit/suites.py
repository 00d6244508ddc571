"""Test suites: one for each check of a session, so that a check has the same names in every session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from gate.domain.session import Check
from gate.evaluation.judged import JudgedSession
from gate.evaluation.reason import reason_for
from gate.policy.effective import Policy
from gate.policy.threshold import in_words
from gate.report.junit.cases import Case, case_of_fault, cases_of_check, cases_of_session
from gate.report.junit.names import (
    UNKNOWN_CHECK,
    checks_of,
    class_names,
    fault_name,
    session_name,
    suite_names,
    unique_name,
)
from gate.report.junit.plain import plain
from gate.report.report import Report


class Suite(NamedTuple):
    """A test suite. Properties without a value are not written."""

    name: str
    class_name: str
    cases: Sequence[Case]
    properties: Mapping[str, str]
    started_at: datetime


def suites(report: Report) -> Iterable[Suite]:
    """Yield a suite for each check of each session, and one for errors that belong to no session."""
    classes = class_names(checks_of(report.sessions))
    uses: Counter[str] = Counter()
    for judged in report.sessions:
        for suite in _suites_of(judged, classes, report):
            yield _finished(suite, report, uses)
    if report.faults or not report.sessions:
        faults = Suite("checkly-gate", "checkly.gate", _fault_cases(report), {}, report.decided_at)
        yield _finished(faults, report, uses)


def _finished(suite: Suite, report: Report, uses: Counter[str]) -> Suite:
    cases = [case._replace(name=unique_name(case.name, suite.class_name, uses)) for case in suite.cases]
    return suite._replace(cases=cases, properties={**suite.properties, **_policy_file(report)})


def _suites_of(judged: JudgedSession, classes: Mapping[Check, str], report: Report) -> Iterable[Suite]:
    """Yield a suite for each check, and one for cases about the session that no check's suite contains."""
    runs = judged.session.checks if judged.session else ()
    started_at = (judged.session.started_at if judged.session else None) or report.decided_at
    names = suite_names(run.check for run in runs)
    about_session = tuple(
        cases_of_session(judged, UNKNOWN_CHECK if judged.is_of_many or not runs else names[runs[0].check])
    )
    for run, policy in zip(runs, judged.policies, strict=True):
        name = names[run.check]
        cases = cases_of_check(run.check, name, judged, report)
        if not judged.is_of_many:
            cases, about_session = (*cases, *about_session), ()
        yield Suite(name, classes[run.check], cases, _properties(judged, run.check, policy), started_at)
    if about_session:
        properties = _properties(judged, Check(), Policy())
        yield Suite(UNKNOWN_CHECK, "checkly.session", about_session, properties, started_at)


def _properties(judged: JudgedSession, check: Check, policy: Policy) -> Mapping[str, str]:
    is_read = judged.session is not None
    return {
        "checkly.session_id": judged.ref.id,
        "checkly.session_link": judged.link,
        "checkly.check_id": check.id,
        "checkly.check_type": check.type,
        "checkly.status": judged.status,
        "checkly.verdict": judged.kind.value,
        "checkly.reason": plain(reason_for((judged,)).text),
        "checkly.degraded_threshold": in_words(policy.degraded) if is_read else "",
        "checkly.failed_threshold": in_words(policy.failed) if is_read else "",
        "checkly.flaky_threshold": in_words(policy.flaky) if policy.flaky else "",
    }


def _policy_file(report: Report) -> Mapping[str, str]:
    if report.policy is None:
        return {}
    return {"checkly.policy_file": plain(report.policy.path), "checkly.policy_sha256": report.policy.sha256}


def _fault_cases(report: Report) -> Sequence[Case]:
    """Return a case for each error that belongs to no session; if there is none, one case for the verdict."""
    faults = zip(report.verdict.faults, report.faults, strict=True)
    cases = [case_of_fault(fault_name(fault), text) for fault, text in faults]
    return cases or [case_of_fault(session_name(), report.verdict.reason.text)]
