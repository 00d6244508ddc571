"""Receive the body of a response, within limits on its size and on the memory for all bodies."""

from __future__ import annotations

from mmap import mmap
from threading import Lock

LARGEST_RESPONSE_BYTES = 10 * 1024 * 1024
_ROOM_BYTES = 12 * 1024 * 1024  # for all responses that arrive at the same time; one response always fits


class TooLarge(ValueError):
    """The response is larger than the gate accepts."""


class NoRoom(ValueError):
    """Other responses occupy the memory that this response needs."""


class Room:
    """The memory for all responses that arrive at the same time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left = _ROOM_BYTES

    def take(self, number: int) -> None:
        """Reserve `number` bytes. Raises `NoRoom` if fewer are left."""
        with self._lock:
            if number > self._left:
                raise NoRoom
            self._left -= number

    def give_back(self, number: int) -> None:
        """Release `number` bytes for other responses."""
        with self._lock:
            self._left += number


class Body:
    """The body of a response that is arriving.

    The bytes are stored in pages that are mapped for this body. A page occupies memory only after a byte is
    written to it, so a server that sends a byte now and then occupies hardly any memory. Freed pages return
    to the operating system at once. The usual allocator would keep them for each thread.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._pages: mmap | None = None
        self._length = 0
        self._is_awaited = True

    def add(self, chunk: bytes) -> None:
        """Append bytes that have arrived.

        If they do not fit, frees the memory and raises `TooLarge` or `NoRoom`. Raises TimeoutError if the
        gate no longer waits for the response.
        """
        if not self._is_awaited:
            raise TimeoutError
        if self._length + len(chunk) > LARGEST_RESPONSE_BYTES:
            self._give_up()
            raise TooLarge(f"the response is larger than {LARGEST_RESPONSE_BYTES // 1024 // 1024} MiB")
        try:
            self._room.take(len(chunk))
        except NoRoom:
            self._give_up()
            raise
        if self._pages is None:
            self._pages = mmap(-1, LARGEST_RESPONSE_BYTES)
        self._pages[self._length : self._length + len(chunk)] = chunk
        self._length += len(chunk)

    def whole(self) -> bytes:
        """Return all bytes that have arrived, and free the memory."""
        whole = self._pages[: self._length] if self._pages else b""
        self._free()
        return whole

    def forget(self) -> None:
        """Stop waiting, and free the memory."""
        self._is_awaited = False
        self._free()

    def _give_up(self) -> None:
        """Free the pages, and release the reserved bytes for other responses."""
        self._free()
        self._room.give_back(self._length)
        self._length = 0

    def _free(self) -> None:
        if self._pages:
            self._pages.close()
        self._pages = None
