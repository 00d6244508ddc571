"""The log: plain lines in a pipe; on a terminal, colour and a status line that is redrawn in place."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios
import unicodedata
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.publish.console import Console
from gate.text.clean import clean
from gate.text.style import Line, Tone, columns, shortened, wrapped

CLEAR = "\r\x1b[2K"
clean_text = st.text(min_size=1).map(clean).filter(bool)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """A stream on which every write raises an error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, _text: str) -> int:
        raise self.error


class Unflushed(io.StringIO):
    """A stream whose `shown` contains only flushed text."""

    shown = ""

    def flush(self) -> None:
        self.shown = self.getvalue()


@pytest.mark.parametrize(
    ("tone", "on_a_terminal"),
    [
        (Tone.PLAIN, "news\n"),
        (Tone.GOOD, "\x1b[32mnews\x1b[0m\n"),
        (Tone.WARN, "\x1b[33mnews\x1b[0m\n"),
        (Tone.BAD, "\x1b[31mnews\x1b[0m\n"),
        (Tone.FAINT, "\x1b[2mnews\x1b[0m\n"),
    ],
)
def test_tones_are_colours_on_a_terminal_and_are_dropped_in_a_pipe(tone: Tone, on_a_terminal: str) -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        Console(stream, {}).line(Line("news", tone))
    assert (terminal.getvalue(), pipe.getvalue()) == (on_a_terminal, "news\n")


COLOURS: dict[str, tuple[Mapping[str, str], bool, bool]] = {
    "a terminal": ({"TERM": "xterm-256color"}, True, True),
    "TERM is not set": ({}, True, True),
    "NO_COLOR": ({"NO_COLOR": "1"}, False, True),
    "NO_COLOR with any value": ({"NO_COLOR": "0"}, False, True),
    "NO_COLOR is empty": ({"NO_COLOR": ""}, True, True),
    "a dumb terminal": ({"TERM": "dumb"}, False, False),
    "FORCE_COLOR on a dumb terminal": ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, False),
    "FORCE_COLOR is 0": ({"FORCE_COLOR": "0"}, False, True),
    "NO_COLOR and FORCE_COLOR": ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, True),
    "GitHub's runner": ({"GITHUB_ACTIONS": "true"}, True, False),
}


@pytest.mark.parametrize(("env", "colour", "state"), COLOURS.values(), ids=COLOURS.keys())
def test_the_environment_determines_whether_colour_and_a_status_line_are_shown(
    env: Mapping[str, str], colour: bool, state: bool
) -> None:
    stream = Terminal()
    console = Console(stream, env)
    console.line(Line("bad", Tone.BAD))
    assert ("\x1b[31m" in stream.getvalue()) == colour
    console.state("waiting")
    assert ("waiting" in stream.getvalue()) == state


@pytest.mark.parametrize("variable", ["GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "TF_BUILD"])
def test_ci_systems_that_render_colour_get_colour_unless_no_color_is_set(variable: str) -> None:
    for no_color, shown in (("", "\x1b[31mbad\x1b[0m\n"), ("1", "bad\n")):
        stream = io.StringIO()
        Console(stream, {variable: "true", "NO_COLOR": no_color}).line(Line("bad", Tone.BAD))
        assert stream.getvalue() == shown


LINK = "https://app.checklyhq.com/x"


@pytest.mark.parametrize(
    "env",
    [{"TERM_PROGRAM": "vscode"}, {"KITTY_WINDOW_ID": "1"}, {"VTE_VERSION": "7600"}],
    ids=["VS Code", "kitty", "VTE"],
)
def test_a_terminal_that_supports_hyperlinks_shows_only_the_text_of_a_link(env: Mapping[str, str]) -> None:
    stream = Terminal()
    Console(stream, env).line(Line("  Home in Checkly", link=LINK))
    assert stream.getvalue() == f"\x1b]8;;{LINK}\x1b\\  Home in Checkly\x1b]8;;\x1b\\\n"


@pytest.mark.parametrize("env", [{}, {"VTE_VERSION": "4999"}, {"TERM_PROGRAM": "Apple_Terminal"}])
def test_without_hyperlinks_a_link_follows_its_text(env: Mapping[str, str]) -> None:
    for stream in (Terminal(), io.StringIO()):
        Console(stream, env).line(Line("  Home in Checkly", link=LINK))
        assert stream.getvalue() == f"  Home in Checkly: {LINK}\n"


def test_a_long_line_is_wrapped_between_words_on_a_terminal() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    text = "  closed by: " + "2 of 12 locations failed, " * 6 + "end"
    for stream in (terminal, pipe):
        Console(stream, {"NO_COLOR": "1"}).line(Line(text))
    assert pipe.getvalue() == text + "\n"
    first, *others = terminal.getvalue().splitlines()
    assert [len(row) <= 80 for row in (first, *others)] == [True] * 3
    assert all(row.startswith("    ") for row in others)
    assert " ".join(row.strip() for row in (first, *others)) == text.strip()


@given(st.text("abc é東🚀", max_size=90).map(str.rstrip), st.integers(4, 40))
def test_wrapping_keeps_all_words_and_only_a_long_word_exceeds_the_width(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert " ".join(rows).split() == text.split()
    assert all(columns(row) <= width or len(row.split()) == 1 for row in rows)


def test_the_status_line_is_cleared_before_further_output() -> None:
    stream = Terminal()
    console = Console(stream, {})
    console.state("one")
    console.state("two")
    console.line(Line("line"))
    console.line(Line("line"))
    console.state("three")
    console.command("::endgroup::")
    assert stream.getvalue() == f"one{CLEAR}two{CLEAR}line\nline\nthree{CLEAR}::endgroup::\n"


def _screen(written: str) -> list[str]:
    """Return the lines that a terminal shows after this output."""
    rows = [row.rpartition(CLEAR)[2] for row in written.split("\n")]
    return rows if rows[-1] else rows[:-1]


@given(st.lists(st.tuples(st.booleans(), st.text("abc é東🚀", max_size=90)), max_size=8))
def test_the_screen_shows_all_lines_and_the_current_status_line(steps: list[tuple[bool, str]]) -> None:
    stream = Terminal()
    console = Console(stream, {"NO_COLOR": "1"})
    for is_state, text in steps:
        if is_state:
            console.state(f"> {text}")
        else:
            console.line(Line(f"- {text}"))
    lines = [row for is_state, text in steps if not is_state for row in wrapped(f"- {text}", 80)]
    state = [shortened(f"> {steps[-1][1]}", 79)] if steps and steps[-1][0] else []
    assert _screen(stream.getvalue()) == lines + state


def test_a_status_line_is_narrower_than_the_terminal_and_not_shown_if_empty() -> None:
    stream = Terminal()
    Console(stream, {}).state("x" * 200)
    assert stream.getvalue() == "x" * 78 + "…"
    Console(stream, {}).state("")
    assert stream.getvalue() == "x" * 78 + "…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("東" * 60, 40), ("\uff21\uff22" * 30, 40), ("x" + "🚀" * 60, 40), ("e\u0301" * 60, 79)],
    ids=["wide", "fullwidth", "emoji", "marks"],
)
def test_a_status_line_of_wide_characters_fits_on_one_terminal_line(text: str, shown: int) -> None:
    stream = Terminal()
    Console(stream, {}).state(text)
    assert len(stream.getvalue()) == shown
    assert columns(stream.getvalue()) <= 79


@pytest.mark.parametrize("widths", [(40, 200, 24), (2, 1, 0)], ids=["usual", "tiny"])
def test_the_status_line_adapts_to_the_width_of_the_terminal(widths: tuple[int, ...]) -> None:
    keyboard, screen = pty.openpty()
    with os.fdopen(screen, "w", encoding="utf-8") as stream:
        console = Console(stream, {})
        for width in widths:
            fcntl.ioctl(stream.fileno(), termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
            console.state("x" * 300)
            shown = os.read(keyboard, 1000).decode().removeprefix(CLEAR)
            assert columns(shown) == max((width or 80) - 1, 1)
            assert shown.endswith("…")
    os.close(keyboard)


def test_no_status_line_is_written_to_a_pipe() -> None:
    stream = io.StringIO()
    Console(stream, {}).state("waiting")
    assert stream.getvalue() == ""


def test_each_line_is_flushed() -> None:
    stream = Unflushed()
    Console(stream, {}).line(Line("now"))
    assert stream.shown == "now\n"


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError("no space"), ValueError("I/O operation on closed file")]
)
def test_writing_to_a_broken_stream_raises_nothing(error: Exception) -> None:
    console = Console(Gone(error), {})
    console.line(Line("news"))
    console.command("::endgroup::")
    console.state("waiting")


def test_writing_to_a_closed_stream_raises_nothing() -> None:
    stream = io.StringIO()
    console = Console(stream, {})
    stream.close()
    console.line(Line("news"))
    assert stream.closed


@given(
    clean_text | st.sampled_from(["::error::x", "  ::add-mask::x", "##[error]x", "x ##[command]y", "###[x]"])
)
def test_no_line_is_a_workflow_command(text: str) -> None:
    stream = io.StringIO()
    Console(stream, {}).line(Line(text))
    assert not stream.getvalue().lstrip().startswith("::")
    assert "##[" not in stream.getvalue()


@given(st.text())
@example("Traceback\n::error::x")
@example("one\r::warning::x")
@example("\x1b[2Jgone \x9b31mred")
def test_any_text_is_written_as_one_line(text: str) -> None:
    stream = io.StringIO()
    Console(stream, {}).line(Line(text))
    line = stream.getvalue().removesuffix("\n")
    assert not [each for each in line if unicodedata.category(each) in ("Cc", "Zl", "Zp")]
