"""Where the gate runs. A host takes finished text to the places where its users look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from gate.publish.console import Console
from gate.publish.github import GitHub
from gate.publish.plain import Plain
from gate.text.style import Line


class Host(Protocol):
    """What every CI system is asked for; one that has no such thing does nothing."""

    workspace: Path
    confined: bool  # whether a link may not lead a report out of the workspace, which somebody else controls

    def mask(self, secret: str) -> None:
        """Hides the secret from here on."""
        ...

    def annotate(self, level: str, title: str, message: str) -> None:
        """Shows a message where it is seen."""
        ...

    def group(self, title: str, lines: Iterable[Line]) -> None:
        """Logs lines that belong together."""
        ...

    def publish(self, outputs: Mapping[str, str], summary: str) -> Sequence[str]:
        """Writes outputs and summary; returns what could not be written."""
        ...


def detect(env: Mapping[str, str], console: Console, delimiter: str) -> Host:
    """The host that the environment speaks of."""
    if env.get("GITHUB_ACTIONS") == "true":
        return GitHub(console, env, delimiter)
    return Plain(console)
