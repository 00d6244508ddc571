"""Drawings for the page as inline SVG: the runs of a row, and a count compared with its limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gate.domain.session import Result
from gate.evaluation.decision import Decision
from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import State
from gate.report.page.markup import Html, element, joined
from gate.report.timeline import shown_state, span_of
from gate.text.duration import format_duration

_COLOURS = {
    State.PASSED: "bar-green",
    State.FLAKY: "bar-amber",
    State.DEGRADED: "bar-amber",
    State.CANCELLED: "bar-grey",
}
_NARROWEST_PERCENT = 0.6  # a narrower bar could not be seen


@dataclass(frozen=True, slots=True)
class Axis:
    """The period that a timeline covers."""

    start: datetime
    stop: datetime

    @property
    def length_s(self) -> float:
        """Return its length in seconds, which is never zero."""
        return max((self.stop - self.start).total_seconds(), 0.001)

    def percent(self, moment: datetime) -> float:
        """Return the position of a moment on the axis in percent, from 0 to 100."""
        return 100 * (moment - self.start).total_seconds() / self.length_s


def axis_of(outcomes: Iterable[Outcome]) -> Axis | None:
    """Return the axis for the runs of all outcomes; None if no times are known."""
    spans = [span for outcome in outcomes for run in outcome.runs if (span := span_of(run))]
    if not spans:
        return None
    return Axis(min(start for start, _ in spans), max(max(span) for span in spans))


def runs(outcome: Outcome, axis: Axis) -> Html:
    """Draw a bar for each run of an outcome. Return an empty string if no run has times."""
    drawn = [(run, span) for run in outcome.runs if (span := span_of(run))]
    if not drawn:
        return Html("")
    described = "; ".join(_described(outcome, run, span, axis) for run, span in drawn)
    bars = [_bar(outcome, run, span, axis) for run, span in drawn]
    base = element("rect", class_="base", x="0", y="45%", width="100%", height="10%")
    return element("svg", base, *bars, role="img", aria_label=described)


def _described(outcome: Outcome, run: Result, span: tuple[datetime, datetime], axis: Axis) -> str:
    began = format_duration((span[0] - axis.start).total_seconds())
    took = format_duration(max((span[1] - span[0]).total_seconds(), 0))
    number = outcome.runs.index(run) + 1
    return f"run {number} {shown_state(outcome, run).value}, began after {began}, took {took}"


def _bar(outcome: Outcome, run: Result, span: tuple[datetime, datetime], axis: Axis) -> Html:
    left = min(axis.percent(span[0]), 100 - _NARROWEST_PERCENT)
    width = max(axis.percent(span[1]) - left, _NARROWEST_PERCENT)
    title = element("title", _described(outcome, run, span, axis))
    return element(
        "rect",
        title,
        class_=_COLOURS.get(shown_state(outcome, run), "bar-red"),
        x=f"{left:.2f}%",
        y="10%",
        width=f"{width:.2f}%",
        height="80%",
        rx="2",
    )


def meter(decision: Decision) -> Html:
    """Draw the share of rows that the decision concerns, and the threshold."""
    number, of, threshold = decision.number, decision.of, decision.threshold
    if not number or not of or threshold is None:
        return Html("")
    allowed = min(threshold.share_of(of), 1.0)
    found = min(number / of, 1.0)
    described = f"{number} of {of} found, {threshold} allowed"
    return element(
        "svg",
        joined(
            [
                element("rect", class_="base", x="0", y="20%", width="100%", height="60%", rx="3"),
                element(
                    "rect",
                    class_="bar-red" if decision.closes else "bar-amber",
                    x="0",
                    y="20%",
                    width=f"{100 * found:.2f}%",
                    height="60%",
                    rx="3",
                ),
                element(
                    "rect",
                    class_="limit",
                    x=f"{min(100 * allowed, 99.4):.2f}%",
                    y="0",
                    width="2",
                    height="100%",
                ),
            ]
        ),
        class_="meter",
        role="img",
        aria_label=described,
    )
