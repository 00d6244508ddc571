"""Unavoidable differences between a written report and what consumers read, one entry per consumer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.consumers.seen import Seen, SeenCase, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The information that a consumer does not read, and the consumer's words for outcomes."""

    errors_are_failures: bool = False
    yet_counts_errors: bool = False
    without_suite: bool = False
    without_class: bool = False
    silent_on: tuple[str, ...] = ()  # outcomes whose message the consumer does not read
    reads_root_counts: bool = (
        False  # it reads 0 skipped cases, because no schema allows their count at the root
    )
    words: Mapping[str, str] = field(default_factory=dict)

    def of(self, written: Seen) -> Seen:
        """Return what this consumer should read in a report."""
        cases = tuple(sorted(self._case(case) for case in written.cases))
        merged = self.errors_are_failures and not self.yet_counts_errors
        counts = counted(cases) if merged else dict(written.counts)
        if self.reads_root_counts:
            counts["skipped"] = 0
        return Seen(counts, cases)

    def _case(self, case: SeenCase) -> SeenCase:
        merged = self.errors_are_failures and case.outcome == "error"
        return replace(
            case,
            suite="" if self.without_suite else case.suite,
            classname="" if self.without_class else case.classname,
            outcome="failure" if merged else case.outcome,
            said="" if case.outcome in self.silent_on else case.said,
        )


PYPI = {
    "junitparser": Differences(),
    "codecov": Differences(silent_on=("error", "skipped")),
    "junit2html": Differences(errors_are_failures=True),
}
NPM = {
    "junit2json": Differences(),
    "junit-report-merger": Differences(),
    "junit-to-ctrf": Differences(
        errors_are_failures=True, without_class=True, silent_on=("skipped",), words={"failed": "failure"}
    ),
    "testbeats": Differences(
        errors_are_failures=True,
        yet_counts_errors=True,
        reads_root_counts=True,
        without_class=True,
        silent_on=("skipped",),
        words={"PASS": "passed", "FAIL": "failure", "SKIP": "skipped"},
    ),
    "xunit-viewer": Differences(words={"flakyFailure": "passed"}),
    "testmo": Differences(without_suite=True),
    "testomatio": Differences(
        errors_are_failures=True, without_class=True, silent_on=("skipped",), words={"failed": "failure"}
    ),
    "allure": Differences(words={"failed": "failure", "broken": "error"}),
    "allure-commandline": Differences(words={"failed": "failure", "broken": "error"}),
}
NEED_JAVA = {"allure-commandline"}
SUREFIRE = Differences(without_suite=True)
