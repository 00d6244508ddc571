"""Log the problems with a command."""

from __future__ import annotations

from gate.domain.errors import UsageError
from gate.domain.exit_code import ExitCode
from gate.publish.console import Console
from gate.text.clean import SENTENCE_LENGTH, clean
from gate.text.style import Line, Tone


def refuse(refused: UsageError, console: Console) -> ExitCode:
    """Log each problem on a separate line, and return the exit code."""
    for problem in refused.problems:
        console.line(Line(f"checkly-gate: {clean(problem, SENTENCE_LENGTH)}", Tone.BAD))
    return refused.exit_code
