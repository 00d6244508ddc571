"""Add to a report the reasons why results are not green.

This module is loaded only if some results are not green.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from gate.background import absences, error_groups, with_background
from gate.checkly.client import Checkly
from gate.checkly.error_groups import ErrorGroup, ErrorGroupRef
from gate.domain.detail import Detail
from gate.domain.errors import Final, RequestFailed, Stopped
from gate.explain import MOST_RESULTS, explain, results_to_explain
from gate.report.report import Report
from gate.text.style import Line, Tone
from gate.waiting import Context

_EXPLAIN_WITHIN_S = 10.0  # the reasons are not worth a longer delay of the pipeline


def with_reasons(report: Report, checkly: Checkly, context: Context, *, until_s: float) -> Report:
    """Add the reasons why results are not green, if Checkly reports them. The verdict does not change."""
    until_s = min(until_s, context.clock.now_s() + _EXPLAIN_WITHIN_S)
    unsound = results_to_explain(report.sessions)
    wanted = tuple(islice(unsound, MOST_RESULTS))
    if wanted:
        context.show_state(f"fetching the reasons for {_results(len(wanted))}")
    if more := sum(1 for _ in unsound):
        few = f"reasons were fetched for {len(wanted)} of {len(wanted) + more} results that are not green"
        report = replace(report, notices=(*report.notices, few))
    found: dict[str, Detail] = {}
    try:
        for result_id, detail in explain(wanted, checkly, until_s=until_s):
            found[result_id] = detail  # noqa: PERF403 - details are kept if an error follows
    except (RequestFailed, Stopped) as error:
        left = len(wanted) - len(found)
        context.log(Line(f"could not fetch the reasons for {_results(left)}: {error}", Tone.FAINT))
        if not isinstance(error, Final):
            return replace(report, details=found)
    return _add_background(replace(report, details=found), checkly, context, until_s)


def _add_background(report: Report, checkly: Checkly, context: Context, until_s: float) -> Report:
    """Add whether errors are new, and why locations have no result."""
    absent: dict[str, Detail] = {}
    groups: dict[ErrorGroupRef, ErrorGroup] = {}
    try:
        absent = absences(report.sessions, checkly, until_s=until_s)
        for ref, group in error_groups(report.details, report.sessions, checkly, until_s=until_s):
            groups[ref] = group  # noqa: PERF403 - groups are kept if an error follows
    except (RequestFailed, Stopped) as error:
        context.log(Line(f"could not fetch error groups or private locations: {error}", Tone.FAINT))
    details = with_background(report.details, groups, report.sessions)
    return replace(report, details=details, absences=absent)


def _results(number: int) -> str:
    return f"{number} result{'' if number == 1 else 's'}"
