"""The end of the log: a table of each session's locations, and the verdict with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.evaluation.verdict import Conclusion, JudgedSession, Row, VerdictKind
from gate.report.held import held_by_reason
from gate.report.log.tones import tone_of
from gate.report.report import Report
from gate.text.duration import format_duration
from gate.text.style import Line, Tone, columns, fitted

_NAME_WIDTH = 32  # leaves 80 columns with all that follows it
_CONCLUSIONS = {
    Conclusion.GREEN: "",
    Conclusion.TOLERATED: "tolerated",
    Conclusion.RED: "closes the gate",
    Conclusion.UNDECIDED: "undecided",
    Conclusion.SKIPPED: "skipped",
}
_TONES = {VerdictKind.PASS: Tone.GOOD, VerdictKind.FAIL: Tone.BAD, VerdictKind.INCONCLUSIVE: Tone.WARN}
_WORDS = {
    VerdictKind.PASS: "is OPEN",
    VerdictKind.FAIL: "is CLOSED",
    VerdictKind.INCONCLUSIVE: "COULD NOT TELL",
}


def tables(report: Report) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """A title and a table, in at most 80 columns, for each session that was read; below it the reasons."""
    return tuple(
        (_title(judged), (*_table(judged.rows), *_elsewhere(judged.rows), *_reasons(judged.rows, report)))
        for judged in report.sessions
        if judged.rows
    )


def verdict(report: Report) -> tuple[Line, ...]:
    """The verdict, why, and where to look."""
    return tuple(_verdict(report))


def _title(judged: JudgedSession) -> str:
    return f"{judged.name}: {judged.status}"


def _table(rows: Sequence[Row]) -> Iterable[Line]:
    width = min(max([len("location"), *(columns(row.outcome.location) for row in rows)]), _NAME_WIDTH)
    yield Line(f"  {'location':{width}}  {'state':10}  {'tries':>5}  {'time':>7}", Tone.FAINT)
    for row in rows:
        outcome = row.outcome
        time = format_duration(outcome.final.duration_s) if outcome.final else "-"
        cells = (
            f"  {fitted(outcome.location, width)}  {outcome.state.value:10}  {outcome.tries:>5}  {time:>7}"
        )
        yield Line(f"{cells}  {_CONCLUSIONS[row.conclusion]}".rstrip(), tone_of(outcome.state))


def _elsewhere(rows: Sequence[Row]) -> Iterable[Line]:
    """Where retries finished that began in another region."""
    for row in rows:
        if row.outcome.finished_in:
            yield Line(f"  {row.outcome.location}: finished in {row.outcome.finished_in}", Tone.FAINT)


def _reasons(rows: Sequence[Row], report: Report) -> Iterable[Line]:
    """Why locations are not green; where all attempts say the same, it is said once."""
    for row in rows:
        explained = report.explained(row.outcome)
        alike = len(explained) == row.outcome.tries and len({why.reasons for _, why in explained}) == 1
        for number, why in explained[-1:] if alike else explained:
            place = row.outcome.location if alike else f"{row.outcome.location}, {number}"
            recorded = [f"recorded {', '.join(why.recordings)}"] if why.recordings else []
            for text in (*why.reasons, *recorded):
                yield Line(f"  {place}: {text}", tone_of(row.outcome.state))


def _verdict(report: Report) -> Iterable[Line]:
    code = f"{'report only, ' if report.only_reports else ''}exit code {int(report.exit_code)}"
    said = f"The gate {_WORDS[report.conclusion]} ({code}): {report.reason}"
    yield Line(said, _TONES[report.conclusion])
    told = zip(report.sessions, held_by_reason(report), strict=True)
    for judged, held in sorted(told, key=lambda each: not each[0].closing):
        prefix = f"{judged.name}: " if len(report.sessions) > 1 else ""
        for kind, text, tone in _session(judged, report):
            if text not in held:
                yield Line(f"  {kind}{prefix}{text}", tone)
    for notice in dict.fromkeys(report.notices):
        yield Line(f"  note: {notice}", Tone.WARN)
    for fault in report.faults:
        if fault != report.reason:
            yield Line(f"  {fault}", Tone.BAD)
    requests = f"{report.requests} request" + ("" if report.requests == 1 else "s")
    yield Line(f"  waited {format_duration(report.waited_s)}, {requests}", Tone.FAINT)


def _session(judged: JudgedSession, report: Report) -> Iterable[tuple[str, str, Tone]]:
    """What there is to say of a session: of what kind it is, its text, how it looks."""
    for decision in judged.decisions:
        kind, tone = ("closed by: ", Tone.BAD) if decision.closes else ("tolerated: ", Tone.WARN)
        yield kind, decision.text, tone
    for row in judged.rows:
        if row.conclusion is Conclusion.SKIPPED:
            yield (
                "skipped: ",
                f"{row.outcome.location} is {row.outcome.seen.value}, {row.because}",
                Tone.FAINT,
            )
    for disagreement in judged.disagreements:
        yield "disagreement: ", disagreement, Tone.WARN
    if judged.error:
        yield "", judged.error.sentence, Tone.WARN
    worth_a_look = judged.decisions or judged.error or len(report.sessions) == 1
    if worth_a_look and judged.link:
        yield "", judged.link, Tone.PLAIN
