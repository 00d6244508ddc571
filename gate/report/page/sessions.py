"""The page's sections on sessions: the decisions on each session, and a table with a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.evaluation.judged import Conclusion, JudgedSession
from gate.evaluation.outcomes import Outcome
from gate.report.order import Entry
from gate.report.page.drawing import Axis, axis_of, meter, runs
from gate.report.page.markup import Html, element, joined, link
from gate.report.report import Report
from gate.report.wording import state_of, time_of
from gate.text.duration import format_duration

_MARKS = {
    Conclusion.GREEN: "✓",
    Conclusion.TOLERATED: "!",
    Conclusion.RED: "✗",
    Conclusion.UNDECIDED: "?",
    Conclusion.SKIPPED: "·",
}


def session_section(judged: JudgedSession, entries: Sequence[Entry], report: Report) -> Html:
    """Return the section on a session. `entries` are its rows, worst first."""
    kind = judged.ref.kind.value if judged.ref.kind else "session"
    heading = element(
        "h2",
        link(judged.label, judged.link),
        " ",
        element("span", f"{kind}, {judged.status or 'not read'}", class_="kind"),
    )
    return element("section", heading, *_decided(judged), *_table(judged, entries, report))


def _decided(judged: JudgedSession) -> Iterable[Html]:
    points = [
        element("li", decision.text, meter(decision), class_="red" if decision.closes else "tolerated")
        for decision in judged.decisions
    ]
    points += [element("li", text, class_="tolerated") for text in judged.contradictions]
    if judged.error:
        points.append(element("li", judged.error.sentence, class_="undecided"))
    if points:
        yield element("ul", *points, class_="decisions")


def _table(judged: JudgedSession, entries: Sequence[Entry], report: Report) -> Iterable[Html]:
    if not entries:
        return
    places = {entry.row.outcome.location for entry in entries}
    with_location = len(places) > 1 or not judged.is_of_many
    has_reasons = any(report.explained(entry.row.outcome) for entry in entries)
    axis = axis_of(entry.row.outcome for entry in entries)
    names = ["Check"] * judged.is_of_many + ["Location"] * with_location
    heads = [element("th", name, scope="col") for name in ("State", *names)]
    heads += [element("th", name, scope="col", class_="number") for name in ("Attempts", "Time")]
    if axis:
        length = format_duration(axis.length_s)
        began = axis.start.strftime("%H:%M:%S")
        heads.append(element("th", f"{length} from {began} UTC", scope="col"))
    if has_reasons:
        heads.append(element("th", "Why", scope="col"))
    rows = [_row(entry, names, axis, report, has_reasons=has_reasons) for entry in entries]
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
    yield element(
        "div", table, class_="scroll", role="group", tabindex="0", aria_label=f"Results of {judged.label}"
    )


def _row(entry: Entry, names: Sequence[str], axis: Axis | None, report: Report, *, has_reasons: bool) -> Html:
    row, outcome = entry.row, entry.row.outcome
    url = outcome.final.link if outcome.final else ""
    texts = {"Check": entry.check, "Location": outcome.location}
    first, *others = names
    cells = [
        element("td", f"{_MARKS[row.conclusion]} {state_of(outcome)}", class_="state"),
        element("th", link(texts[first], url), scope="row"),
        *(element("td", texts[name], class_="place") for name in others),
        element("td", str(outcome.tries), class_="number attempts"),
        element("td", time_of(outcome), class_="number"),
    ]
    if axis:
        cells.append(element("td", runs(outcome, axis), class_="line"))
    if has_reasons:
        cells.append(element("td", _why(outcome, report), class_="why"))
    return element("tr", *cells, class_=row.conclusion.value)


def _why(outcome: Outcome, report: Report) -> Html:
    """Return the main reason of the last run that has one, with all reasons folded below it."""
    explained = report.explained(outcome)
    texts = [
        f"{number}: {text}" if outcome.attempts else text
        for number, why in explained
        for text in (*why.reasons, *([f"recorded: {', '.join(why.recordings)}"] if why.recordings else []))
    ]
    main = report.reason_of(outcome)
    if len(texts) <= 1:
        return element("span", main or "".join(texts))
    listed = element("ul", *(element("li", text) for text in texts))
    return joined(
        [element("span", main), element("details", element("summary", "All attempts and reasons"), listed)]
    )
