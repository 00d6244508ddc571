"""Any other CI system, or a laptop: a log, an exit code and the report files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gate.publish.console import Console
from gate.text.style import Line


class Plain:
    """A host without masks, annotations, outputs or a summary. Its log contains everything."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.workspace = Path()
        self.confined = False

    def mask(self, secret: str) -> None:
        """Do nothing: the gate does not log the secret, and there is no runner to hide it."""

    def annotate(self, level: str, title: str, message: str) -> None:
        """Do nothing: the verdict at the end of the log contains the message."""

    def group(self, title: str, lines: Iterable[Line]) -> None:
        """Log a title and lines.

        The title may begin with a name from outside, so the gate writes words of its own before it.
        """
        self._console.line(Line(f"results of {title}"))
        for line in lines:
            self._console.line(line)

    def publish(self, outputs: Mapping[str, str], summary: str) -> Sequence[str]:  # noqa: ARG002
        """Write nothing. Return no errors."""
        return ()
