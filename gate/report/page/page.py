"""The whole page: first the verdict and its reasons, then the sessions, then the policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from gate import __version__
from gate.evaluation.judged import JudgedSession
from gate.report.order import Entry, by_check, is_worth_a_look, overview, sessions_worst_first, worst_first
from gate.report.page.markup import Html, element
from gate.report.page.policies import policies_section
from gate.report.page.sessions import session_section
from gate.report.page.style import STYLE
from gate.report.report import Report
from gate.report.wording import requests_of, title_of
from gate.text.duration import format_duration

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_CONTENT_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
_ALWAYS_COUNTED = ("checks", "locations")


def render(report: Report) -> bytes:
    """Return the page as UTF-8 HTML."""
    title = title_of(report)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_CONTENT_POLICY}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Html(STYLE)),
    )
    body = element(
        "body",
        element("header", *_verdict(report, title), class_=f"verdict {report.verdict.kind.value}"),
        element("main", *_main(report)),
    )
    page = "<!doctype html>\n" + element("html", head, "\n", body, lang="en") + "\n"
    return page.encode(errors="replace")


def _verdict(report: Report, title: str) -> Iterable[Html]:
    verdict = report.verdict
    report_only = ", report only: the job continues" if verdict.only_reports else ""
    decided = report.decided_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    circumstances = (
        f"Exit code {int(verdict.exit_code)}{report_only}. Decided at {decided}, after "
        f"{format_duration(report.waited_s)} and {requests_of(report)}, by checkly-gate {__version__}."
    )
    yield element("h1", title)
    if len(report.mistakes) > 1:
        yield element("ul", *(element("li", text) for text in report.mistakes))
    else:
        yield element("p", verdict.reason.text)
    yield element("p", circumstances, class_="faint")


def _main(report: Report) -> Iterable[Html]:
    notes = [*report.other_faults, *report.notices]
    if notes:
        yield element("ul", *(element("li", text) for text in dict.fromkeys(notes)))
    entries = worst_first(report)
    if entries:
        yield element("ul", *(element("li", text) for text in _counts(report)), class_="counts")
        checks = by_check(entries)
        if (
            len(checks) > 1 and len(report.sessions) > 1
        ):  # the reason already names the checks of a single session
            yield element("p", overview(checks))
    yield from _sessions(report, entries)
    yield policies_section(report)


def _counts(report: Report) -> Iterable[str]:
    """Count the checks, the rows in each state and, if there is no test session, the locations."""
    counts = report.counts
    if any(judged.is_of_many for judged in report.sessions):
        del counts["locations"]
    for name, number in counts.items():
        if number or name in _ALWAYS_COUNTED:
            yield _counted(number, name)


def _counted(number: int, name: str) -> str:
    return f"1 {name.removesuffix('s')}" if number == 1 else f"{number} {name}"


def _sessions(report: Report, entries: Iterable[Entry]) -> Iterable[Html]:
    """Yield the sessions, worst first. If there are several, those without anything to report are folded."""
    by_session: dict[int, list[Entry]] = {}
    for entry in entries:
        by_session.setdefault(entry.session, []).append(entry)
    ordered = sessions_worst_first(report)
    calm: list[tuple[int, JudgedSession]] = []
    for number, judged in ordered:
        if len(ordered) > 1 and not is_worth_a_look(judged):
            calm.append((number, judged))
        else:
            yield session_section(judged, by_session.get(number, ()), report)
    if calm:
        title = "1 session" if len(calm) == 1 else f"{len(calm)} sessions"
        folded = [session_section(judged, by_session.get(number, ()), report) for number, judged in calm]
        yield element("details", element("summary", f"{title} without anything to report"), *folded)
