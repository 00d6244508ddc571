"""The simulator alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gate.commands.demo import DEMO_SCENARIO
from gate.domain.errors import Stopped, UsageError
from gate.domain.exit_code import ExitCode
from gate.publish.console import Console
from gate.runtime import Process
from gate.text.style import Line


def simulate(argv: Sequence[str], console: Console, process: Process) -> ExitCode:
    """Serves a scenario on loopback until a signal comes; the first line is the URL."""
    from gate import simulator  # noqa: PLC0415 - a gate has no use for it

    if len(argv) > 1 or any(word.startswith("-") for word in argv):
        raise UsageError("simulate takes the name or the file of one scenario, and nothing else")
    loaded = simulator.load(argv[0] if argv else DEMO_SCENARIO)
    scenario = replace(loaded, started=datetime.now(UTC))  # its own start would be long ago
    with simulator.Simulator(scenario) as api:
        console.line(Line(api.url))
        console.line(Line(f"{scenario.name}: {scenario.description}"))
        for session_id in scenario.session_ids:
            console.line(Line(f"session-id {session_id}"))
        try:
            while True:
                process.sleep_s(3600)
        except Stopped:
            return ExitCode.OPEN
