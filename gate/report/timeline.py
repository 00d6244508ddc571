"""A timeline of a session's locations and their attempts, as a Mermaid diagram in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from gate.locations import Outcome, State, result_state
from gate.model import CheckResult
from gate.text import mermaid

_MOST_ROWS = 20
# Colours that say the same on light and dark pages; Mermaid's own paint what passed grey, what is slow blue.
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
_LABEL_PIXELS = 7  # a character of a location's name, which stands left of the bars
_NARROWEST_PIXELS = 75  # Mermaid's own choice


def timeline(title: str, found: Sequence[Outcome]) -> Iterable[str]:
    """A Mermaid diagram of each location's runs, in the order given; nothing where no times are known."""
    all_timed = [outcome for outcome in found if any(_span(run) for run in outcome.runs)]
    timed = all_timed[:_MOST_ROWS]
    if not timed:
        return
    yield ""
    yield "```mermaid"
    yield f"%%{{init: {_look(timed)}}}%%"
    yield "gantt"
    yield f"    title {mermaid(title)}"
    yield "    dateFormat x"
    yield "    axisFormat %H:%M:%S"
    for outcome in timed:
        yield f"    section {mermaid(outcome.location)}"
        yield from _tasks(outcome)
    yield "```"
    if len(all_timed) > len(timed):
        yield ""
        yield f"The timeline shows the worst {len(timed)} of {len(all_timed)} locations."


def _look(shown: Sequence[Outcome]) -> str:
    longest = max(len(mermaid(outcome.location)) for outcome in shown)
    padding = max(_NARROWEST_PIXELS, longest * _LABEL_PIXELS + 20)
    return json.dumps({"gantt": {"leftPadding": padding}, "themeVariables": _COLOURS})


def _tasks(outcome: Outcome) -> Iterable[str]:
    for number, run in enumerate(outcome.runs, start=1):
        span = _span(run)
        if span:
            state = result_state(run)
            tag = {State.PASSED: "done", State.DEGRADED: "active"}.get(state, "crit")
            start, stop = (round(moment.timestamp() * 1000) for moment in span)
            yield f"    {number}. {state.value} :{tag}, {start}, {max(stop, start + 1)}"


def _span(run: CheckResult) -> tuple[datetime, datetime] | None:
    """When a run began and ended; nothing where a diagram has no room for it, as for a time before 1970."""
    if run.started_at and run.stopped_at and min(run.started_at, run.stopped_at).timestamp() > 0:
        return run.started_at, run.stopped_at
    return None
