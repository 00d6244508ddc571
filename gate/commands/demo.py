"""Run the gate against the embedded simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gate.commands.gate import gate
from gate.domain.exit_code import ExitCode
from gate.publish.console import Console
from gate.runtime import Process
from gate.text.style import Line

DEMO_SCENARIO = "degraded"
_DEMO_KEY = "cu_demo_key_that_opens_nothing"
_KEPT_FOR_A_DEMO = ("GITHUB_", "RUNNER_", "NO_COLOR", "TERM")


def demo(argv: Sequence[str], env: Mapping[str, str], console: Console, process: Process) -> ExitCode:
    """Run the whole gate against an embedded stand-in for Checkly, with the scenario's inputs."""
    from gate import simulator  # noqa: PLC0415 - only demo and simulate need it

    if list(argv) == ["--list"]:
        for name in simulator.shipped():
            console.command(f"{name:<21} {simulator.load(name).description}")
        return ExitCode.OPEN
    named = bool(argv) and not argv[0].startswith("-")
    loaded = simulator.load(argv[0] if named else DEMO_SCENARIO)
    scenario = replace(loaded, started=datetime.now(UTC))  # instead of the scenario's fixed start in the past
    console.line(Line(f"demo: {scenario.name}{_pace(scenario.speed)}: {scenario.description}"))
    with simulator.Simulator(scenario) as api:
        given = {
            "session-id": ",".join(scenario.session_ids),
            "api-key": _DEMO_KEY,
            "account-id": "demo",
            "api-url": api.url,
            "poll-interval": "1s",
            **scenario.inputs,
        }
        flags = [f"--{name}={value}" for name, value in given.items()]
        kept = {name: value for name, value in env.items() if name.startswith(_KEPT_FOR_A_DEMO)}
        return gate([*flags, *argv[named:]], kept, console, process)


def _pace(speed: float) -> str:
    """Return a remark if simulated time runs faster or slower than the clock."""
    return "" if speed == 1 else f" (simulated time runs {speed:g} times as fast as the clock)"
