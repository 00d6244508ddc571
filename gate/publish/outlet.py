"""A stream that never blocks its writer: if nothing reads the log, the reports must still be written."""

from __future__ import annotations

import contextlib
import io
import os
import select
import stat
import sys
import time
from collections import deque
from typing import Self, TextIO

_AT_ONCE_BYTES = 512  # POSIX: a pipe that is ready accepts this much without blocking
_MOST_HELD_BYTES = 4 * 1024 * 1024  # enough for the log of ten thousand rows; further lines are discarded
_STALLED_AFTER_S = 2.0
_DRAINED_WITHIN_S = 20.0


class Outlet(io.TextIOBase):
    """A stream to a file descriptor. It buffers text in memory while the descriptor's reader is slow.

    A slow reader gets every line that fits into the buffer. If the reader stops, the lines that it has not
    read are lost, and `drain` waits for at most 2 s.
    """

    def __init__(self, descriptor: int | None, encoding: str = "utf-8") -> None:
        self._given = descriptor
        self._descriptor = None if descriptor is None else _own_description(descriptor)
        self._encoding = encoding
        self._held: deque[bytes] = deque()
        self._held_bytes = 0

    @classmethod
    def onto(cls, stream: TextIO | None) -> Self:
        """Return an outlet to the stream's descriptor. It discards text if the stream is absent or closed."""
        try:
            return cls(stream.fileno(), stream.encoding) if stream else cls(None)
        except (OSError, ValueError):
            return cls(None)

    def write(self, text: str) -> int:
        """Buffer the text until `flush`. Discard it if the buffer is full."""
        data = text.encode(self._encoding, errors="backslashreplace")
        if self._descriptor is not None and self._held_bytes + len(data) <= _MOST_HELD_BYTES:
            self._held.append(data)
            self._held_bytes += len(data)
        return len(text)

    def flush(self) -> None:
        """Write as much as the reader takes now."""
        while self._held and self._is_ready(0.0):
            self._write_some()

    def drain(self) -> None:
        """Write the buffered text. Stop after 20 s, or if the reader takes nothing for 2 s."""
        until_s = time.monotonic() + _DRAINED_WITHIN_S
        while self._held and time.monotonic() < until_s and self._is_ready(_STALLED_AFTER_S):
            self._write_some()

    def isatty(self) -> bool:
        """Return whether a terminal shows the text."""
        return self._given is not None and os.isatty(self._given)

    def fileno(self) -> int:
        """Return the descriptor that the text goes to. Raises OSError if there is none."""
        if self._given is None:
            raise OSError("no descriptor")
        return self._given

    def _is_ready(self, within_s: float) -> bool:
        if self._descriptor is None:
            return False
        poll = select.poll()  # select() cannot watch descriptors above 1023
        poll.register(self._descriptor, select.POLLOUT)
        return bool(poll.poll(within_s * 1000))

    def _write_some(self) -> None:
        data = self._held.popleft()
        try:
            written = os.write(self._descriptor or 0, data[:_AT_ONCE_BYTES])
        except BlockingIOError:
            written = 0
            time.sleep(0.001)  # ready, but there is no room for this much
        except OSError:  # the reader has gone
            self._descriptor = None
            self._held.clear()
            return
        self._held_bytes -= written
        if rest := data[written:]:
            self._held.appendleft(rest)


def _own_description(descriptor: int) -> int:
    """Reopen a pipe or terminal, so that its non-blocking mode is not shared with other processes.

    If that is not possible, return the descriptor itself. `Outlet` writes small parts, each only when the
    descriptor is ready, so that a write does not block.
    """
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISFIFO(mode) and not os.isatty(descriptor):
        return descriptor
    try:
        return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return descriptor


def write_to_stdout(content: bytes) -> None:
    """Write to stdout, however slowly it is read. Raises OSError or ValueError if its reader has stopped."""
    if sys.stdout is None:
        raise ValueError("stdout is closed")
    poll = select.poll()
    poll.register(sys.stdout.fileno(), select.POLLOUT)
    left = memoryview(content)
    while left:
        if not poll.poll(_DRAINED_WITHIN_S * 1000):
            raise ValueError(f"its reader has read nothing for {_DRAINED_WITHIN_S:.0f} s")
        with contextlib.suppress(BlockingIOError):
            left = left[os.write(sys.stdout.fileno(), left[:_AT_ONCE_BYTES]) :]
