"""Remove secrets from text, in all forms in which a response might echo them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cached_property

_HIDDEN = b"***"
_NEVER = r"(?!)"
_SHORTEST_SECRET = 8  # Checkly's keys have 35 characters; a short string may occur in responses by chance
_TELLING_LETTERS = 16  # half the length of a Checkly key without its prefix
_SHORTEST_TRACE = 8  # a shorter piece of base64 can also occur without the secret
_IN_BASE64 = {"+": r"(?:\+|-|%2[Bb])", "/": r"(?:/|\\/|_|%2[Ff])"}  # as in URLs and in JSON


class Redaction:
    """A filter that hides secrets: in plain text, with escapes of JSON or URLs, and inside base64.

    A very short secret is not hidden, because other words in a response may contain the same characters.
    """

    def __init__(self, *secrets: str) -> None:
        self._secrets = tuple(_Secret(each) for each in secrets)

    def text(self, text: str) -> str:
        """Return the text without the secrets."""
        return self.body(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")

    def body(self, body: bytes) -> bytes:
        """Return the bytes without the secrets."""
        for each in self._secrets:
            body = each.body(body)
        return body

    def in_bytes(self, content: bytes) -> bytes:
        """Remove the secrets, and slugs made from them, from content that the gate itself writes."""
        for each in self._secrets:
            content = each.in_bytes(content)
        return content

    def in_text(self, text: str) -> str:
        """Remove the secrets, and slugs made from them, from text that the gate itself writes."""
        return self.in_bytes(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")


class _Secret:
    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._letters = max(re.findall(r"[0-9a-z]+", secret.lower()), key=len, default="")

    def body(self, body: bytes) -> bytes:
        return self._pattern.sub(_HIDDEN, body)

    def in_bytes(self, content: bytes) -> bytes:
        if not self._letters:
            return self.body(content)
        letters = re.compile(self._letters.encode(), re.IGNORECASE)
        if not letters.search(content):  # the gate does not write the secret in any other form
            return content
        hidden = self.body(content)
        return letters.sub(_HIDDEN, hidden) if len(self._letters) >= _TELLING_LETTERS else hidden

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        """Compile the pattern when it is first needed, because compiling it takes longer than using it."""
        forms = ["".join(map(_spelt, self._secret)), *_traces_in_base64(self._secret)]
        return re.compile(("|".join(forms) if len(self._secret) >= _SHORTEST_SECRET else _NEVER).encode())


def _spelt(character: str) -> str:
    """Return a pattern for all ways to write one character."""
    if not character.isascii():
        units = character.encode("utf-16-be", errors="surrogatepass").hex()
        escaped = "".join(rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
        percent = "".join(f"%{byte:02x}" for byte in character.encode(errors="surrogatepass"))
        return f"(?:(?i:{escaped}|{percent})|{re.escape(character)})"
    plain = re.escape(character)
    high, low = (f"[{digit}{digit.upper()}]" for digit in f"{ord(character):02x}")
    return rf"(?:\\u00{high}{low}|%{high}{low}|\\{plain}|{plain})"


def _traces_in_base64(secret: str) -> Iterable[str]:
    """Yield a pattern of the secret inside base64 for each possible offset of its first byte.

    Base64 characters that also contain bits of the text before or after the secret are omitted.
    """
    for before in range(3):
        encoded = b64encode(b"\0" * before + secret.encode()).decode()
        own = encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
        if len(own) >= _SHORTEST_TRACE:
            yield "".join(_IN_BASE64.get(each, each) for each in own)
