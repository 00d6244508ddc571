"""The message of an error from a browser or a script, without its trace."""

from __future__ import annotations

import re

from gate.text.clean import clean

_READ_LENGTH = 2000  # a longer line is cut off here, before the trace is removed
_READ_BEFORE_CLEANING = 20_000  # colour codes can make up most of a message
# How a trace begins: with a call log, a stack trace, or an excerpt from the source code.
_TRACE = re.compile(
    r"Call log:|^at .*(?::\d+:\d+|<anonymous>|\(native)\)?$|^(?:> ?)?\d+ \|(?: |$)|^\| [ ^~]*\^", re.MULTILINE
)
# Playwright adds lines such as `Expected: visible`. When lines are joined into one, these need a separator.
_BEFORE_A_FIELD = re.compile(r"(?<![.:;,!?])\n(?=[A-Z][A-Za-z ]{0,30}: )")


def without_trace(message: str) -> str:
    """Remove colour codes from a message. Also remove the trace, unless the message begins with it."""
    lines = (clean(line, _READ_LENGTH) for line in message[:_READ_BEFORE_CLEANING].splitlines())
    text = "\n".join(filter(None, lines))
    return _BEFORE_A_FIELD.sub("; ", _TRACE.split(text)[0].strip() or text)
