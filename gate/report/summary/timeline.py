"""A timeline of a check's locations and their attempts, as a Mermaid diagram in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from gate.evaluation.outcomes import Outcome
from gate.evaluation.states import State
from gate.report.timeline import shown_state, span_of
from gate.text.clean import clean
from gate.text.escape import mermaid

_MOST_ROWS = 20
# Colours for light and dark pages. Mermaid's defaults are grey for passed runs and blue for slow ones.
_COLOURS = {
    "critBkgColor": "#cf222e",
    "critBorderColor": "#cf222e",
    "activeTaskBkgColor": "#d4a72c",
    "activeTaskBorderColor": "#d4a72c",
    "doneTaskBkgColor": "#2da44e",
    "doneTaskBorderColor": "#2da44e",
    "taskTextColor": "#ffffff",
    "taskTextDarkColor": "#ffffff",
    "sectionBkgColor": "#8c959f22",
    "sectionBkgColor2": "#8c959f22",
    "altSectionBkgColor": "#ffffff00",
}
_LABEL_LENGTH = 32  # characters of a location's name, to the left of the bars
_LABEL_PIXELS = 7  # for each character of the label
_NARROWEST_PIXELS = 75  # Mermaid's default


def timeline(title: str, found: Sequence[tuple[str, Outcome]]) -> Iterable[str]:
    """Yield a Mermaid diagram of the worst rows whose times are known, each under its name.

    Yield nothing if there are none.
    """
    all_timed = [(name, outcome) for name, outcome in found if any(span_of(run) for run in outcome.runs)]
    timed = all_timed[:_MOST_ROWS]
    if not timed:
        return
    labels = [clean(mermaid(name), _LABEL_LENGTH) for name, _ in timed]
    yield ""
    yield "```mermaid"
    yield f"%%{{init: {_look(labels)}}}%%"
    yield "gantt"
    yield f"    title {mermaid(title)}"
    yield "    dateFormat x"
    yield "    todayMarker off"
    yield from _axis([outcome for _, outcome in timed])
    for label, (_, outcome) in zip(labels, timed, strict=True):
        yield f"    section {label}"
        yield from _tasks(outcome)
    yield "```"
    if len(all_timed) > len(timed):
        yield ""
        yield f"The timeline shows only the worst {len(timed)} of {len(all_timed)} rows."


def _look(labels: Sequence[str]) -> str:
    padding = max(_NARROWEST_PIXELS, max(map(len, labels)) * _LABEL_PIXELS + 20)
    return json.dumps({"gantt": {"leftPadding": padding}, "themeVariables": _COLOURS})


# The distance between ticks of the axis, in milliseconds and in Mermaid's syntax, and the format of their
# labels. If the format were coarser than the distance, labels would be repeated.
_MOST_TICKS = 8
_TICKS = (
    (100, "100millisecond", "%M:%S.%L"),
    (500, "500millisecond", "%M:%S.%L"),
    (1_000, "1second", "%H:%M:%S"),
    (2_000, "2second", "%H:%M:%S"),
    (5_000, "5second", "%H:%M:%S"),
    (10_000, "10second", "%H:%M:%S"),
    (30_000, "30second", "%H:%M:%S"),
    (60_000, "1minute", "%H:%M"),
    (300_000, "5minute", "%H:%M"),
    (900_000, "15minute", "%H:%M"),
    (3_600_000, "1hour", "%H:%M"),
)


def _axis(timed: Sequence[Outcome]) -> Iterable[str]:
    """Yield the axis for all runs.

    If it is too long for `_TICKS`, Mermaid chooses the ticks, and their labels are dates.
    """
    spans = [span for outcome in timed for run in outcome.runs if (span := span_of(run))]
    moments = [moment.timestamp() * 1000 for span in spans for moment in span]
    long_ms = max(moments) - min(moments)
    fitting = (tick for tick in _TICKS if long_ms <= tick[0] * _MOST_TICKS)
    _, interval, label = next(fitting, (0, "", "%Y-%m-%d"))
    yield f"    axisFormat {label}"
    if interval:
        yield f"    tickInterval {interval}"


def _tasks(outcome: Outcome) -> Iterable[str]:
    for number, run in enumerate(outcome.runs, start=1):
        span = span_of(run)
        if span:
            state = shown_state(outcome, run)
            tag = {State.PASSED: "done", State.DEGRADED: "active"}.get(state, "crit")
            start, stop = (round(moment.timestamp() * 1000) for moment in span)
            yield f"    {number}. {state.value} :{tag}, {start}, {max(stop, start + 1)}"
