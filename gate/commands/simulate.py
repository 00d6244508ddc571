"""Run the simulator alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address

from gate.commands.demo import DEMO_SCENARIO
from gate.domain.errors import Stopped, UsageError
from gate.domain.exit_code import ExitCode
from gate.publish.console import Console
from gate.runtime import Process
from gate.text.clean import clean
from gate.text.style import Line, Tone

_USAGE = "simulate takes at most one scenario (a name or a file), --port NUMBER and --host ADDRESS"
_REACHABLE = (
    "warning: other machines can reach this address, and any API key is accepted unless the scenario "
    "sets one. A gate on another machine needs a TLS proxy in front of this address, because api-url allows "
    "http only for loopback addresses"
)


def simulate(argv: Sequence[str], console: Console, process: Process) -> ExitCode:
    """Serve a scenario until a signal arrives. Log its URL on the first line."""
    from gate import simulator  # noqa: PLC0415 - only demo and simulate need it

    given = _read(argv)
    host, port = _address(given.get("--host", "127.0.0.1")), _port(given.get("--port", "0"))
    loaded = simulator.load(given.get("", DEMO_SCENARIO))
    scenario = replace(loaded, started=datetime.now(UTC))  # instead of the scenario's fixed start in the past
    try:
        with simulator.Simulator(scenario, host=str(host), port=port) as api:
            console.line(Line(api.url))
            console.line(Line(f"{scenario.name}: {scenario.description}"))
            for session_id in scenario.session_ids:
                console.line(Line(f"session-id {session_id}"))
            if not host.is_loopback:
                console.line(Line(_REACHABLE, Tone.WARN))
            while True:
                process.sleep_s(3600)
    except Stopped:
        return ExitCode.OPEN
    except OSError as error:
        raise UsageError(f"simulate cannot listen on {host}, port {port}: {error.strerror}") from None


def _read(argv: Sequence[str]) -> Mapping[str, str]:
    """Return the options by name, and the scenario under an empty name. Raises `UsageError`."""
    given: dict[str, str] = {}
    words = list(argv)
    while words:
        name, has_value, value = words.pop(0).partition("=")
        if name in ("--port", "--host"):
            given[name] = value if has_value or not words else words.pop(0)
        elif name.startswith("-") or "" in given:
            raise UsageError(_USAGE)
        else:
            given[""] = name + has_value + value
    return given


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError:
        allowed = "an IPv4 address, such as 127.0.0.1 or 0.0.0.0 (all addresses of this machine)"
        raise UsageError(f"--host: {clean(text, 100)!r} is not allowed; allowed: {allowed}") from None


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise UsageError(f"--port: {clean(text, 100)!r} is not allowed; allowed: 0 (any free port) to 65535")
    return int(text)
