"""The command line: wires the parts once, catches the gate's errors, and always ends in an exit code."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gate import __version__, gating, hosts, report
from gate.client import Transport
from gate.errors import Defect, ExitCode, GateError, LibraryMissing, Stopped, UsageError
from gate.help import help_text
from gate.hosts.console import Console, LogStream
from gate.hosts.files import Reserve, real_path
from gate.hosts.outlet import Outlet
from gate.options import InputsRefused, Settings, read_settings
from gate.policy_source import DEFAULT_PATH, load_policy
from gate.process import Process
from gate.readers import is_loopback
from gate.redaction import Redaction
from gate.report.lines import Line, Tone
from gate.text import SENTENCE_LENGTH, clean

DEMO_SCENARIO = "degraded"
_COMMANDS = "the commands are demo, simulate and policy; without one checkly-gate gates on --session-id"
_DEMO_KEY = "cu_demo_key_that_opens_nothing"
_KEPT_FOR_A_DEMO = ("GITHUB_", "RUNNER_", "NO_COLOR", "TERM")


def main() -> int:
    """Runs the program on this process's arguments, environment and streams; returns the exit code."""
    process = Process()
    process.listen_for_signals()
    log = Outlet.onto(sys.stdout)
    code = run(sys.argv[1:], os.environ, log, process)
    log.drain()
    return int(code)


def run(argv: Sequence[str], env: Mapping[str, str], stream: LogStream, process: Process) -> ExitCode:
    """Runs one command; without one, gates."""
    console = Console(stream, env)
    command, rest = (argv[0], argv[1:]) if argv and not argv[0].startswith("-") else ("", argv)
    # Alone: among inputs it may be a variable of somebody's, and exit code 0 would open the gate.
    if list(rest) in (["--help"], ["-h"]):
        console.command(help_text())
        return ExitCode.OPEN
    if list(rest) == ["--version"]:
        console.command(f"checkly-gate {__version__}")
        return ExitCode.OPEN
    try:
        return _command(command, rest, env, console, process)
    except UsageError as refused:
        return _refuse(refused, console)
    except ImportError as error:
        console.line(Line(f"checkly-gate: {LibraryMissing(error).sentence}", Tone.BAD))
        return ExitCode.CANNOT_TELL


def _command(
    command: str, argv: Sequence[str], env: Mapping[str, str], console: Console, process: Process
) -> ExitCode:
    match command:
        case "":
            return gate(argv, env, console, process)
        case "demo":
            return demo(argv, env, console, process)
        case "simulate":
            return simulate(argv, console, process)
        case "policy":
            return check_policy(argv, console)
        case _:
            raise UsageError(f"unknown command {clean(command, 100)!r}; {_COMMANDS}")


def _refuse(refused: UsageError, console: Console) -> ExitCode:
    for problem in refused.problems:
        console.line(Line(f"checkly-gate: {clean(problem, SENTENCE_LENGTH)}", Tone.BAD))
    return refused.exit_code


def gate(argv: Sequence[str], env: Mapping[str, str], console: Console, process: Process) -> ExitCode:
    """Gates on the sessions that the inputs name; reports on every way out."""
    around = gating.Surroundings(
        host=hosts.detect(env, console, f"checkly-gate-{secrets.token_hex(16)}"),
        console=console,
        clock=process,
        jitter=lambda: secrets.randbelow(10_001) / 10_000,
        wall_clock=lambda: datetime.now(UTC),
    )
    try:
        settings = read_settings(argv, env, real_path)
    except InputsRefused as refused:
        _refuse(refused, console)
        refusal = report.of_error(refused, decided_at=around.wall_clock())
        return gating.publish(refusal, around, junit_path=refused.junit_path, json_path=refused.json_path)
    reserve = Reserve()
    around = replace(around, hidden=Redaction(settings.api_key))
    around.host.mask(settings.api_key)
    console.hide(around.hidden.told)
    try:
        book = load_policy(settings.policy)
        decided = gating.decide(settings, book, _transport(settings, env, console, process), around)
    except UsageError as refused:
        _refuse(refused, console)
        decided = report.of_error(refused, decided_at=around.wall_clock())
    except GateError as error:
        decided = report.of_error(error, decided_at=around.wall_clock())
    except ImportError as error:
        decided = report.of_error(LibraryMissing(error), decided_at=around.wall_clock())
    except Exception as error:  # noqa: BLE001 - a defect ends in a report and an exit code like all else
        decided = report.of_error(Defect(error), decided_at=around.wall_clock())
    reserve.release()
    return gating.publish(decided, around, junit_path=settings.junit_path, json_path=settings.json_path)


def _transport(settings: Settings, env: Mapping[str, str], console: Console, process: Process) -> Transport:
    from gate.transport import (  # noqa: PLC0415 - a usage error need not wait for it
        CERTIFICATE_VARIABLES,
        Endpoint,
        HttpTransport,
    )

    variable = next((name for name in CERTIFICATE_VARIABLES if env.get(name)), "")
    endpoint = Endpoint(
        base_url=settings.api_url,
        api_key=settings.api_key,
        account_id=settings.account_id,
        is_loopback=is_loopback(settings.api_url),
        extra_certificates=settings.ca_bundle,
        replaced_certificates=env.get(variable, ""),
        replaced_by=variable,
    )

    def trace(text: str) -> None:
        console.line(Line(f"request: {text}", Tone.FAINT))

    return HttpTransport(endpoint, process.call_each, trace if settings.verbose else None)


def demo(argv: Sequence[str], env: Mapping[str, str], console: Console, process: Process) -> ExitCode:
    """The whole gate against an embedded stand-in for Checkly, with what the scenario gives as inputs."""
    from gate import simulator  # noqa: PLC0415 - a gate has no use for it

    named = bool(argv) and not argv[0].startswith("-")
    scenario = simulator.load(argv[0] if named else DEMO_SCENARIO)
    console.line(Line(f"demo: {scenario.name}: {scenario.description}"))
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


def simulate(argv: Sequence[str], console: Console, process: Process) -> ExitCode:
    """Serves a scenario on loopback until a signal comes; the first line is the URL."""
    from gate import simulator  # noqa: PLC0415 - a gate has no use for it

    if len(argv) > 1 or any(word.startswith("-") for word in argv):
        raise UsageError("simulate takes the name or the file of one scenario, and nothing else")
    scenario = simulator.load(argv[0] if argv else DEMO_SCENARIO)
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


def check_policy(argv: Sequence[str], console: Console) -> ExitCode:
    """Validates a policy file without a network, and shows what it means today."""
    from gate.report import effective_policy  # noqa: PLC0415 - a gate has no use for it

    if not argv or argv[0] != "check" or len(argv) > 2 or any(word.startswith("-") for word in argv):
        raise UsageError("policy takes the word check and at most one file: policy check [FILE]")
    path = argv[1] if len(argv) == 2 else DEFAULT_PATH
    book = load_policy(path)
    console.line(Line(f"{clean(path)} is a policy:", Tone.GOOD))
    for line in effective_policy.lines(book, datetime.now(UTC).date()):
        console.line(line)
    return ExitCode.OPEN
