"""Run the whole gate on given input in simulated time, and collect all its output."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gate import cli, pipeline, waiting
from gate.checkly.http import Request, Response
from gate.config.settings import read_settings
from gate.domain.errors import GateError, UsageError
from gate.policy.loader import load_policy
from gate.publish import host, publisher
from gate.publish.console import Console
from gate.publish.report_files import Sinks
from gate.runtime import Process
from gate.text.redact import Redaction
from gate.text.style import Line
from tests.hostile.places import Given
from tests.polling.world import SimulatedClock
from tests.report.reports import of_error
from tests.samples import SESSION_ID

DELIMITER = "checkly-gate-0123456789abcdef"
_INPUTS = {
    "session-id": SESSION_ID,
    "api-key": "cu_opens_nothing",
    "account-id": "account",
    "api-version": "v2",
    "timeout": "40s",
}
_FILES = {
    "junit-path": "junit.xml",
    "json-path": "record.json",
    "summary-path": "summary.md",
    "html-path": "page.html",
}


class Terminal(io.StringIO):
    """A stream that the gate treats as a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass(slots=True)
class Network:
    """A transport that returns the given responses almost at once."""

    given: Given
    clock: SimulatedClock

    def send(self, request: Request, *, within_s: float) -> Response:
        self.clock.sleep_s(min(0.1, within_s))
        return self.given.answer(request)

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response]:
        return [self.send(request, within_s=within_s) for request in requests]


@dataclass(frozen=True, slots=True)
class Told:
    """All output of a gate, in the form in which its consumers get it."""

    log: str
    outputs: str
    summary: str
    junit: bytes
    record: bytes
    summary_file: str
    page: bytes
    terminal: str


def output_of(given: Given, workspace: Path) -> Told:
    """Decide once, and return the gate's output both on GitHub and on a terminal."""
    env = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_OUTPUT": str(workspace / "output"),
        "GITHUB_STEP_SUMMARY": str(workspace / "step-summary"),
    }
    for name in ("output", "step-summary"):
        (workspace / name).write_text("")
    files = {name: str(workspace / file) for name, file in _FILES.items()}
    for file in files.values():
        Path(file).unlink(missing_ok=True)  # faster than replacing it, on some file systems
    github, terminal = io.StringIO(), Terminal()
    _run(given, workspace, files, {github: env, terminal: {}})
    return Told(
        log=github.getvalue(),
        outputs=(workspace / "output").read_text(),
        summary=(workspace / "step-summary").read_text(),
        junit=(workspace / "junit.xml").read_bytes(),
        record=(workspace / "record.json").read_bytes(),
        summary_file=(workspace / "summary.md").read_text(),
        page=(workspace / "page.html").read_bytes(),
        terminal=terminal.getvalue(),
    )


def _run(
    given: Given,
    workspace: Path,
    files: Mapping[str, str],
    environments: Mapping[io.StringIO, Mapping[str, str]],
) -> None:
    """Run the gate once. Write the log to every stream, and the files only for the first environment.

    If the gate refuses its inputs, it runs once for each environment.
    """
    inputs = {**_INPUTS, **files, **given.inputs}
    if given.policy:
        inputs["policy"] = str(workspace / "policy.yml")
        (workspace / "policy.yml").write_text(given.policy, errors="replace", newline="")
    argv = [f"--{name}={value}" for name, value in inputs.items() if value]
    try:
        settings, book = read_settings(argv, given.env), load_policy(inputs.get("policy", ""))
    except UsageError:
        for stream, env in environments.items():  # the gate refuses these inputs before any request
            cli.run(argv, {**env, **given.env}, stream, Process())
        return
    consoles = {Console(stream, env): env for stream, env in environments.items()}
    clock = SimulatedClock()

    def log(line: Line) -> None:
        for console in consoles:
            console.line(line)

    def show_state(text: str) -> None:
        for console in consoles:
            console.state(text)

    context = waiting.Context(
        clock=clock,
        jitter=lambda: 1.0,
        wall_clock=lambda: datetime(2026, 1, 15, 9, 5, tzinfo=UTC),
        log=log,
        show_state=show_state,
    )
    try:
        report = pipeline.decide(settings, book, Network(given, clock), context)
    except GateError as error:
        report = of_error(error, decided_at=context.wall_clock())
    paths = settings.paths
    for console, env in consoles.items():
        sinks = Sinks(host.detect(env, console, DELIMITER), console, Redaction(""), paths)
        publisher.publish(report, sinks)
        paths = {}
