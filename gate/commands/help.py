"""Build the text of --help from the table of inputs."""

from __future__ import annotations

from textwrap import wrap

from gate.config.input import Input
from gate.config.inputs import INPUTS
from gate.domain.exit_code import ExitCode
from gate.policy.loader import DEFAULT_PATH

_USAGE = """\
checkly-gate waits for Checkly sessions, and fails if they do not satisfy the policy.

usage:
  checkly-gate SESSION --api-key KEY --account-id ID [--INPUT VALUE ...]
  checkly-gate demo [SCENARIO] [--INPUT VALUE ...]   runs the gate against a simulated API
  checkly-gate demo --list                           describes each scenario
  checkly-gate simulate [SCENARIO] [--port NUMBER] [--host ADDRESS]
                                                     serves only the simulated API, until it is stopped
  checkly-gate policy check [FILE]                   validates a policy file, and shows what it means
  checkly-gate policy init [FILE]                    writes a commented policy file to start from
  checkly-gate help [COMMAND] | version

SESSION is the ID of a check session or a test session, or a link to one; it is short for
--session-id SESSION.

Each input can be a flag or an environment variable: INPUT_SESSION_ID, PLUGIN_SESSION_ID or
CHECKLY_GATE_SESSION_ID for session-id, and so on. An empty value counts as unset.

inputs:
"""
_COMMANDS = {
    "demo": """\
checkly-gate demo [SCENARIO] [--INPUT VALUE ...]
checkly-gate demo --list

Runs the whole gate against an embedded stand-in for Checkly, without an account or a network.
It writes the usual reports, and exits with the gate's exit code. SCENARIO is a name from the list,
or the path of a .yml file; the default is degraded. Inputs override those of the scenario:

  checkly-gate demo degraded --degraded-threshold 40%
""",
    "simulate": """\
checkly-gate simulate [SCENARIO] [--port NUMBER] [--host ADDRESS]

Serves only the stand-in for Checkly, until it is stopped. It prints its URL, then the IDs of its
sessions. Set CHECKLY_API_URL to that URL; any API key is accepted. SCENARIO is the same as for
demo.

--port is the port to listen on; the default is any free port.
--host is the IPv4 address to listen on; the default is 127.0.0.1, which only this machine can
reach. 0.0.0.0, which stands for all addresses of this machine, lets other machines reach it.
""",
    "policy": f"""\
checkly-gate policy check [FILE]
checkly-gate policy init [FILE]

check validates a policy file without a network, and prints the resulting policy. If the file
has mistakes, it reports all of them at once, with line and column, and exits with 2.
init writes a policy file with the defaults, and examples as comments. It never overwrites a file.
The default for FILE is {DEFAULT_PATH}, which the gate also uses if it exists.
""",
}
EXIT_CODES = {
    ExitCode.OPEN: "the gate is open: the policy is satisfied",
    ExitCode.CLOSED: "the gate is closed: the policy is not satisfied",
    ExitCode.USAGE: "an input or the policy file is invalid",
    ExitCode.TIMEOUT: "the gate's own timeout expired while Checkly was still running a session",
    ExitCode.INCONCLUSIVE: "the gate could not tell: an error, no usable response, "
    "or a report that cannot be written",
    ExitCode.SIGHUP: "stopped by SIGHUP; the reports are written first",
    ExitCode.SIGINT: "stopped by SIGINT; the reports are written first",
    ExitCode.SIGQUIT: "stopped by SIGQUIT; the reports are written first",
    ExitCode.SIGTERM: "stopped by SIGTERM; the reports are written first",
}


def help_text(command: str = "") -> str:
    """Return the help for a command, or the whole help if the command is empty or has no help of its own."""
    if command in _COMMANDS:
        return _COMMANDS[command].rstrip()
    codes = "\n".join(f"  {code.value:<4} {meaning}" for code, meaning in EXIT_CODES.items())
    scenarios = "\n".join(
        wrap(", ".join(_scenarios()), 96, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    )
    inputs = "\n".join(_input(row) for row in INPUTS)
    return f"{_USAGE}{inputs}\n\nexit codes:\n{codes}\n\nscenarios:\n{scenarios}"


def _scenarios() -> list[str]:
    """Return the names of the scenarios that come with the gate, without loading the simulator."""
    from importlib import resources  # noqa: PLC0415 - only the help needs it

    files = resources.files("gate").joinpath("simulator", "scenarios").iterdir()
    return sorted(file.name.removesuffix(".yml") for file in files if file.name.endswith(".yml"))


def _input(row: Input) -> str:
    indent = " " * 24
    lines = wrap(row.described, 96, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    return f"  --{row.name:<20}" + "\n".join(lines).removeprefix(indent)
