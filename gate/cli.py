"""The command line: select the command, run it, and return its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from gate import __version__
from gate.commands.gate import gate
from gate.commands.refusal import refuse
from gate.config.flags import COMMANDS, not_a_command
from gate.config.session_words import is_meant_as_session
from gate.config.stdout import reports_on_stdout
from gate.domain.errors import LibraryMissing, UsageError
from gate.domain.exit_code import ExitCode
from gate.publish.console import Console, LogStream
from gate.publish.outlet import Outlet
from gate.runtime import Process
from gate.text.style import Line, Tone


def main() -> int:
    """Run the program with this process's arguments, environment and streams. Return the exit code."""
    process = Process()
    process.listen_for_signals()
    command, rest = _split(sys.argv[1:])
    inputs_in = os.environ if not command else {}  # a demo reads its inputs only from flags
    is_taken = command in ("", "demo") and reports_on_stdout(rest, inputs_in)
    log = Outlet.onto(sys.stderr if is_taken else sys.stdout)
    code = run(sys.argv[1:], os.environ, log, process)
    log.drain()
    return int(code)


def run(argv: Sequence[str], env: Mapping[str, str], stream: LogStream, process: Process) -> ExitCode:
    """Run the command, or the gate if there is no command."""
    console = Console(stream, env)
    command, rest = _split(argv)
    # For the gate itself, only a lone --help counts: after an input, it may be the input's value, and exit
    # code 0 would open the gate.
    if list(rest) in (["--help"], ["-h"]) or _asks_for_help(command, rest):
        from gate.commands.help import help_text  # noqa: PLC0415 - a run of the gate needs no help text

        console.command(help_text(rest[0] if command == "help" and rest else command))
        return ExitCode.OPEN
    if list(rest) == ["--version"] or list(argv) == ["version"]:
        console.command(f"checkly-gate {__version__}")
        return ExitCode.OPEN
    try:
        return _command(command, rest, env, console, process)
    except UsageError as refused:
        return refuse(refused, console)
    except ImportError as error:
        console.line(Line(f"checkly-gate: {LibraryMissing(error).sentence}", Tone.BAD))
        return ExitCode.INCONCLUSIVE


def _split(argv: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the command (empty for the gate itself) and its arguments."""
    is_gate = not argv or argv[0].startswith("-") or is_meant_as_session(argv[0])
    return ("", argv) if is_gate else (argv[0], argv[1:])


def _command(
    command: str, argv: Sequence[str], env: Mapping[str, str], console: Console, process: Process
) -> ExitCode:
    # A run of the gate starts sooner because it does not load the other commands.
    match command:
        case "demo":
            from gate.commands.demo import demo  # noqa: PLC0415

            return demo(argv, env, console, process)
        case "simulate":
            from gate.commands.simulate import simulate  # noqa: PLC0415

            return simulate(argv, console, process)
        case "policy":
            from gate.commands.policy import policy  # noqa: PLC0415

            return policy(argv, console)
        case "help" if len(argv) == 1:
            raise UsageError(not_a_command(argv[0]))
        case "":
            return gate(argv, env, console, process)
        case _:  # not a command: the gate rejects it as an argument, and writes its reports
            return gate((command, *argv), env, console, process)


def _asks_for_help(command: str, rest: Sequence[str]) -> bool:
    """Return whether this is `help [COMMAND]`, or demo, simulate or policy with --help or -h at the end."""
    if command == "help":
        return len(rest) < 2 and all(word in COMMANDS for word in rest)
    return command in ("demo", "simulate", "policy") and list(rest[-1:]) in (["--help"], ["-h"])
