"""Checks a policy file without a network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from gate.domain.errors import UsageError
from gate.domain.exit_code import ExitCode
from gate.policy.loader import DEFAULT_PATH, load_policy
from gate.publish.console import Console
from gate.text.clean import clean
from gate.text.style import Line, Tone


def check_policy(argv: Sequence[str], console: Console) -> ExitCode:
    """Validates a policy file without a network, and shows what it means today."""
    from gate.policy import describe  # noqa: PLC0415 - a gate has no use for it

    if not argv or argv[0] != "check" or len(argv) > 2 or any(word.startswith("-") for word in argv):
        raise UsageError("policy takes the word check and at most one file: policy check [FILE]")
    path = argv[1] if len(argv) == 2 else DEFAULT_PATH
    book = load_policy(path)
    console.line(Line(f"{clean(path)} is a policy:", Tone.GOOD))
    for line in describe.lines(book, datetime.now(UTC).date()):
        console.line(line)
    return ExitCode.OPEN
