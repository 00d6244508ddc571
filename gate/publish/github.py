"""GitHub Actions: workflow commands in the log, and the files for outputs and the job summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gate.domain.errors import ReportUnwritable
from gate.publish.console import Console
from gate.publish.files import append
from gate.text.escape import command_data, command_property, without_commands
from gate.text.style import Line


class GitHub:
    """GitHub's runner. `delimiter` must be unpredictable, because it marks the end of an output's value."""

    def __init__(self, console: Console, env: Mapping[str, str], delimiter: str) -> None:
        self._console = console
        self._output_file = env.get("GITHUB_OUTPUT", "")
        self._summary_file = env.get("GITHUB_STEP_SUMMARY", "")
        self._delimiter = delimiter
        self.workspace = _workspace(env.get("GITHUB_WORKSPACE", ""))
        self.confined = True

    def mask(self, secret: str) -> None:
        """Make the runner hide the secret in everything that is logged later."""
        self._console.command(f"::add-mask::{command_data(secret)}")

    def annotate(self, level: str, title: str, message: str) -> None:
        """Show a message on the page of the run. The runner prints it in the log too."""
        title, message = without_commands(title), without_commands(message)
        self._console.command(f"::{level} title={command_property(title)}::{command_data(message)}")

    def group(self, title: str, lines: Iterable[Line]) -> None:
        """Log lines in a group that readers can fold."""
        self._console.command(f"::group::{command_data(without_commands(title))}")
        for line in lines:
            self._console.line(line)
        self._console.command("::endgroup::")

    def publish(self, outputs: Mapping[str, str], summary: str) -> Sequence[str]:
        """Write the step's outputs and summary. Return the errors.

        If the file for outputs cannot be written, use the old workflow command, which runners still accept.
        """
        unwritten = self._append(self._output_file, output_text(outputs, self._delimiter))
        if unwritten:
            for name, value in outputs.items():
                self._console.command(f"::set-output name={command_property(name)}::{command_data(value)}")
        return (*unwritten, *self._append(self._summary_file, summary))

    def _append(self, file: str, text: str) -> Sequence[str]:
        """Append text to a file of the runner, if there is one. Return the error if that fails."""
        try:
            if file:
                append(Path(file), text)
        except ReportUnwritable as error:
            return (f"{error}. Was its folder mounted into the container?",)
        return ()


def _workspace(named: str) -> Path:
    """Return the workspace, or the working directory if the workspace does not exist in the container."""
    try:
        return Path(named) if named and Path(named).is_dir() else Path()
    except OSError:
        return Path()


def output_text(outputs: Mapping[str, str], delimiter: str) -> str:
    """Return outputs in the runner's multi-line form. Raises ValueError if a value contains the delimiter."""
    blocks = []
    for name, value in outputs.items():
        if delimiter in value:
            raise ValueError(f"the output `{name}` contains the delimiter")
        blocks.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    return "".join(blocks)
