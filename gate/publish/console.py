"""The log: each line is flushed at once, and coloured if possible. A terminal also gets a status line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Protocol

from gate.text.escape import log_line
from gate.text.style import Line, Tone, shortened, wrapped

_COLOURS = {Tone.GOOD: "32", Tone.WARN: "33", Tone.BAD: "31", Tone.FAINT: "2"}
_CLEAR_LINE = "\r\x1b[2K"
_USUAL_WIDTH = 80  # for a terminal that does not report its width
_CI_WITH_COLOUR = ("GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "TF_BUILD")
# Variables of terminals that show hyperlinks (OSC 8). Terminals built on VTE show them since VTE 0.50.
_TERMINALS_WITH_LINKS = ("KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION")
_PROGRAMS_WITH_LINKS = ("ghostty", "iTerm.app", "vscode", "WezTerm")


class LogStream(Protocol):
    """The stream that the log is written to."""

    def write(self, text: str, /) -> int:
        """Write text, possibly to a buffer."""
        ...

    def flush(self) -> None:
        """Write the buffered text."""
        ...

    def isatty(self) -> bool:
        """Return whether a terminal shows the text."""
        ...

    def fileno(self) -> int:
        """Return the descriptor. Raises OSError if there is none."""
        ...


class Console:
    """A log on a stream. If the stream's reader has gone, the gate continues without a log."""

    def __init__(self, stream: LogStream, env: Mapping[str, str]) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty() and env.get("TERM") != "dumb"
        self._has_colour = _has_colour(env, is_terminal=self._is_terminal)
        self._has_links = self._is_terminal and _has_links(env)
        # GitHub's runner reads commands only at the start of a line. A status line does not end with a line
        # break, so the runner would miss a command that follows it.
        self._redraws = self._is_terminal and env.get("GITHUB_ACTIONS") != "true"
        self._shows_state = False
        self._hidden: Callable[[str], str] = str

    def hide(self, hidden: Callable[[str], str]) -> None:
        """Pass all further text through `hidden` before it is written."""
        self._hidden = hidden

    def line(self, line: Line) -> None:
        """Write one permanent line. On a narrow terminal, wrap it between words."""
        shown = log_line(line.text if self._has_links or not line.link else f"{line.text}: {line.link}")
        rows = wrapped(shown, _width(self._stream)) if self._is_terminal else (shown,)
        colour = _COLOURS.get(line.tone) if self._has_colour else None
        for row in map(log_line, rows):
            text = f"\x1b]8;;{line.link}\x1b\\{row}\x1b]8;;\x1b\\" if self._has_links and line.link else row
            self._write((f"\x1b[{colour}m{text}\x1b[0m" if colour else text) + "\n")

    def command(self, text: str) -> None:
        """Write text without escaping it, such as a workflow command, whose data is already escaped."""
        self._write(text + "\n")

    def state(self, text: str) -> None:
        """On a terminal, show a status line until the next line is written."""
        if self._redraws and text:
            width = max(_width(self._stream) - 1, 1)
            self._write(shortened(log_line(text), width))  # a wrapped line cannot be cleared
            self._shows_state = True

    def _write(self, text: str) -> None:
        clear = _CLEAR_LINE if self._shows_state else ""
        self._shows_state = False
        try:
            self._stream.write(clear + self._hidden(text))
            self._stream.flush()
        except (OSError, ValueError):
            pass  # the log's reader has gone, but the reports and the exit code still matter


def _has_colour(env: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether colours are shown: NO_COLOR decides, then FORCE_COLOR, then the log's destination."""
    if env.get("NO_COLOR"):
        return False
    if forced := env.get("FORCE_COLOR"):
        return forced not in ("0", "false")
    return is_terminal or any(env.get(name) for name in _CI_WITH_COLOUR)


def _has_links(env: Mapping[str, str]) -> bool:
    vte = env.get("VTE_VERSION", "")
    is_known = env.get("TERM_PROGRAM") in _PROGRAMS_WITH_LINKS or any(map(env.get, _TERMINALS_WITH_LINKS))
    return is_known or (vte.isdecimal() and int(vte) >= 5000)


def _width(terminal: LogStream) -> int:
    """Return the terminal's current width in columns, which may change while the gate waits."""
    try:
        return os.get_terminal_size(terminal.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH
