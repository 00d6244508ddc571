"""The log: plain flushed lines in CI; on a terminal colour, and a last line that is redrawn in place."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Protocol

from gate.text.escape import log_line
from gate.text.style import Line, Tone, shortened

_COLOURS = {Tone.GOOD: "32", Tone.WARN: "33", Tone.BAD: "31", Tone.FAINT: "2"}
_CLEAR_LINE = "\r\x1b[2K"
_USUAL_WIDTH = 80  # of a terminal that does not say how wide it is


class LogStream(Protocol):
    """Where the log goes."""

    def write(self, text: str, /) -> int:
        """Take text."""
        ...

    def flush(self) -> None:
        """Pass on what was taken."""
        ...

    def isatty(self) -> bool:
        """Whether a terminal shows the text."""
        ...

    def fileno(self) -> int:
        """Return the descriptor. Raises OSError if there is none."""
        ...


class Console:
    """Writes lines to a stream; a reader who has left does not stop the gate."""

    def __init__(self, stream: LogStream, env: Mapping[str, str]) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty() and env.get("TERM") != "dumb"
        self._has_colour = self._is_terminal and not env.get("NO_COLOR")
        # A runner finds its commands at the start of a line only, where a redrawn state would stand.
        self._redraws = self._is_terminal and env.get("GITHUB_ACTIONS") != "true"
        self._shows_state = False
        self._hidden: Callable[[str], str] = str

    def hide(self, hidden: Callable[[str], str]) -> None:
        """From here on all that is written goes through it, whoever said it."""
        self._hidden = hidden

    def line(self, line: Line) -> None:
        """Writes one line that stays."""
        text = log_line(line.text)
        colour = _COLOURS.get(line.tone) if self._has_colour else None
        self._write((f"\x1b[{colour}m{text}\x1b[0m" if colour else text) + "\n")

    def command(self, text: str) -> None:
        """Writes a line of the gate's own as it is: a workflow command, whose data is escaped already."""
        self._write(text + "\n")

    def state(self, text: str) -> None:
        """Shows what the gate is waiting for, on a terminal only, until the next line is written."""
        if self._redraws and text:
            width = max(_width(self._stream) - 1, 1)
            self._write(shortened(log_line(text), width))  # what wraps cannot be cleared
            self._shows_state = True

    def _write(self, text: str) -> None:
        clear = _CLEAR_LINE if self._shows_state else ""
        self._shows_state = False
        try:
            self._stream.write(clear + self._hidden(text))
            self._stream.flush()
        except (OSError, ValueError):
            pass  # the reader of the log has gone; reports and exit code are still owed


def _width(terminal: LogStream) -> int:
    """The terminal's columns at this moment, for its user may change them while the gate waits."""
    try:
        return os.get_terminal_size(terminal.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH
