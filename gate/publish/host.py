"""The CI system that the gate runs in. A host publishes finished text where the system's users see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from gate.publish.console import Console
from gate.publish.github import GitHub
from gate.publish.plain import Plain
from gate.text.style import Line


class Host(Protocol):
    """The features of a CI system that the gate uses.

    If the system lacks a feature, its method does nothing, except that `group` still logs its lines.
    """

    workspace: Path
    confined: bool  # refuse symbolic links out of the workspace, because its content is not trusted

    def mask(self, secret: str) -> None:
        """Hide the secret from now on."""
        ...

    def annotate(self, level: str, title: str, message: str) -> None:
        """Show a message in a prominent place."""
        ...

    def group(self, title: str, lines: Iterable[Line]) -> None:
        """Log lines that belong together."""
        ...

    def publish(self, outputs: Mapping[str, str], summary: str) -> Sequence[str]:
        """Write outputs and summary. Return the errors."""
        ...


def detect(env: Mapping[str, str], console: Console, delimiter: str) -> Host:
    """Return the host that the environment variables indicate."""
    if env.get("GITHUB_ACTIONS") == "true":
        return GitHub(console, env, delimiter)
    return Plain(console)
