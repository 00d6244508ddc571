"""The log never blocks the gate, and text that has no reader is discarded."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

from gate.publish.outlet import Outlet


def _closed() -> TextIO:
    with Path(os.devnull).open("w", encoding="utf-8") as stream:
        return stream


@pytest.mark.parametrize(
    "stream", [lambda: None, _closed, io.StringIO], ids=["absent", "closed", "without a descriptor"]
)
def test_text_is_discarded_if_there_is_no_descriptor(stream: Callable[[], TextIO | None]) -> None:
    outlet = Outlet.onto(stream())
    assert outlet.write("lost\n") == 5
    outlet.flush()
    outlet.drain()
    assert not outlet.isatty()
    with pytest.raises(OSError, match="no descriptor"):
        outlet.fileno()


def test_text_is_written_in_the_encoding_of_the_stream(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="latin-1") as stream:
        outlet = Outlet.onto(stream)
        outlet.write("é ✓\n")
        outlet.flush()
        assert outlet.fileno() == stream.fileno()
    assert (tmp_path / "log").read_bytes() == b"\xe9 \\u2713\n"


def test_a_full_pipe_does_not_block_and_its_reader_gets_the_rest_later() -> None:
    reading, writing = os.pipe()
    outlet = Outlet(writing)
    text = "".join(f"line {number}\n" for number in range(20_000))
    outlet.write(text)
    outlet.flush()
    read = b""
    while len(read) < len(text):
        read += os.read(reading, 1 << 16)
        outlet.flush()
    assert read.decode() == text
    for end in (reading, writing):
        os.close(end)


def test_text_is_discarded_if_the_reader_of_a_named_pipe_has_closed_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    writing = os.open(tmp_path / "pipe", os.O_WRONLY)
    os.close(reading)
    outlet = Outlet(writing)
    for _ in range(2):
        outlet.write("lost\n")
        outlet.flush()
    outlet.drain()
    os.close(writing)
