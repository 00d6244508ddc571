"""The text of --help, made from the table of inputs."""

from __future__ import annotations

from textwrap import wrap

from gate.config.input import Input
from gate.config.inputs import INPUTS
from gate.domain.exit_code import ExitCode

_USAGE = """\
checkly-gate: waits for a Checkly session, and fails if it is not good enough.

usage:
  checkly-gate SESSION --api-key KEY --account-id ID [--INPUT VALUE ...]
  checkly-gate demo [SCENARIO] [--INPUT VALUE ...]   the gate against an embedded API: no account needed
  checkly-gate demo --list                           what each scenario shows
  checkly-gate simulate [SCENARIO] [--port NUMBER] [--host ADDRESS]
                                                     that API alone, on loopback, until a signal comes
  checkly-gate policy check [FILE]                   validates a policy file, and shows what it means
  checkly-gate help | version

SESSION is the ID of a check session or a test session, or a link to one; also --session-id SESSION.

Each input can be a flag or an environment variable: INPUT_SESSION_ID, PLUGIN_SESSION_ID or
CHECKLY_GATE_SESSION_ID for session-id, and so on. What is empty counts as not given.

inputs:
"""
EXIT_CODES = {
    ExitCode.OPEN: "the gate is open: the policy is satisfied",
    ExitCode.CLOSED: "the gate is closed by Checkly's answer",
    ExitCode.USAGE: "an input is wrong",
    ExitCode.TIMEOUT: "the gate's own timeout is over and Checkly still runs the session",
    ExitCode.INCONCLUSIVE: "the gate could not tell: no readable answer, or a report that was not written",
    ExitCode.SIGHUP: "stopped by SIGHUP; the reports are written first",
    ExitCode.SIGINT: "stopped by SIGINT; the reports are written first",
    ExitCode.SIGQUIT: "stopped by SIGQUIT; the reports are written first",
    ExitCode.SIGTERM: "stopped by SIGTERM; the reports are written first",
}


def help_text() -> str:
    """The whole help, in 100 columns at most."""
    codes = "\n".join(f"  {code.value:<4} {meaning}" for code, meaning in EXIT_CODES.items())
    scenarios = "\n".join(
        wrap(", ".join(_scenarios()), 96, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    )
    inputs = "\n".join(_input(row) for row in INPUTS)
    return f"{_USAGE}{inputs}\n\nexit codes:\n{codes}\n\nscenarios:\n{scenarios}"


def _scenarios() -> list[str]:
    """Return the names of the scenarios that the gate brings, without loading what reads them."""
    from importlib import resources  # noqa: PLC0415 - a gate has no use for it

    files = resources.files("gate").joinpath("simulator", "scenarios").iterdir()
    return sorted(file.name.removesuffix(".yml") for file in files if file.name.endswith(".yml"))


def _input(row: Input) -> str:
    indent = " " * 24
    lines = wrap(row.described, 96, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    return f"  --{row.name:<20}" + "\n".join(lines).removeprefix(indent)
