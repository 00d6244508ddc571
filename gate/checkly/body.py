"""How much of a response is kept, and for how long."""

from __future__ import annotations

LARGEST_RESPONSE_BYTES = 10 * 1024 * 1024


class TooLarge(ValueError):
    """The response is larger than the gate accepts."""


class Body:
    """The body of a response as it arrives, until the gate stops waiting for it.

    A server that sends a byte now and then occupies a thread, but no memory.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._is_awaited = True

    def add(self, chunk: bytes) -> None:
        """Add what has arrived. Raises `TooLarge`, or TimeoutError if the gate no longer waits."""
        if not self._is_awaited:
            raise TimeoutError
        self._bytes += chunk
        if len(self._bytes) > LARGEST_RESPONSE_BYTES:
            raise TooLarge(f"a response of more than {LARGEST_RESPONSE_BYTES // 1024 // 1024} MiB")

    def whole(self) -> bytes:
        """Return everything that has arrived."""
        return bytes(self._bytes)

    def forget(self) -> None:
        """Stop waiting, and free the memory."""
        self._is_awaited = False
        self._bytes.clear()
