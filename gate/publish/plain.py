"""Any other CI system, and a laptop: a log, an exit code and the report files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gate.publish.console import Console
from gate.text.style import Line


class Plain:
    """Has no masks, no annotations, no outputs and no summary; its log says everything."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.workspace = Path()
        self.confined = False

    def mask(self, secret: str) -> None:
        """Nothing to do: the gate does not log the secret, and here nobody else can hide it."""

    def annotate(self, level: str, title: str, message: str) -> None:
        """Nothing to do: the verdict, which the log ends with, has said it."""

    def group(self, title: str, lines: Iterable[Line]) -> None:
        """Logs a title, which may begin with a name from outside, and lines."""
        self._console.line(Line(f"results of {title}"))
        for line in lines:
            self._console.line(line)

    def publish(self, outputs: Mapping[str, str], summary: str) -> Sequence[str]:  # noqa: ARG002
        """Nothing to write, nothing that could not be written."""
        return ()
