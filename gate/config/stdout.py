"""Reports on stdout: the path `-` means stdout, and the log then goes to stderr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import normpath

from gate.config.flags import read_flags
from gate.config.inputs import INPUTS

STDOUT = "-"


def reports_on_stdout(argv: Sequence[str], env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the inputs that send a report to stdout, even if other inputs are invalid."""
    flags, _ = read_flags(argv)
    rows = (row for row in INPUTS if row.name.endswith("-path"))
    return tuple(row.name for row in rows if is_stdout(row.text_in(flags, env)))


def is_stdout(path: str) -> bool:
    """Return whether a report with this path goes to stdout."""
    return bool(path) and normpath(path) == STDOUT
