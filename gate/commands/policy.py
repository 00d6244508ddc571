"""Check a policy file without a network, or write one to start from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gate.domain.errors import UsageError
from gate.domain.exit_code import ExitCode
from gate.policy.loader import DEFAULT_PATH, load_policy
from gate.policy.starter import STARTER
from gate.publish.console import Console
from gate.text.clean import clean
from gate.text.style import Line, Tone

_USAGE = "policy takes check or init, and at most one file: policy check [FILE]"


def policy(argv: Sequence[str], console: Console) -> ExitCode:
    """Run `policy check [FILE]` or `policy init [FILE]`."""
    if len(argv) > 2 or any(word.startswith("-") for word in argv):
        raise UsageError(_USAGE)
    path = argv[1] if len(argv) == 2 else DEFAULT_PATH
    match argv[:1]:
        case ["check"]:
            return _check(path, console)
        case ["init"]:
            return _init(path, console)
        case _:
            from gate.yamlio.nodes import did_you_mean  # noqa: PLC0415 - needed only after a mistake

            raise UsageError(f"{_USAGE}; {did_you_mean(argv[0], ('check', 'init'))}" if argv else _USAGE)


def _check(path: str, console: Console) -> ExitCode:
    """Validate a policy file, and show what it means today."""
    from gate.policy import describe  # noqa: PLC0415 - only this command needs it

    if path == DEFAULT_PATH and not os.path.lexists(path):
        raise UsageError(
            f"policy: {path} does not exist here, so the defaults apply; checkly-gate policy init creates it"
        )
    document = load_policy(path)
    console.line(Line(f"{clean(path)} is a valid policy:", Tone.GOOD))
    for line in describe.lines(document, datetime.now(UTC).date()):
        console.line(line)
    return ExitCode.OPEN


def _init(path: str, console: Console) -> ExitCode:
    """Write a policy file with the defaults and examples. Raises `UsageError` if the file exists."""
    try:
        with Path(path).open("x", encoding="utf-8") as file:
            file.write(STARTER)
    except FileExistsError:
        raise UsageError(f"policy: {clean(path)} already exists and is not overwritten") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"policy: {clean(path)} could not be written: {why}") from None
    console.line(Line(f"{clean(path)} was written with the default policy. Edit it, then run policy check"))
    return ExitCode.OPEN
