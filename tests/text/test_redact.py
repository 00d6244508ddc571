"""A secret is hidden in every form in which a response might echo it, but other text is not hidden."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.text.redact import Redaction

KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=12, max_size=60)


@given(KEYS, st.text(), st.text())
def test_a_secret_is_hidden_anywhere_in_text(key: str, before: str, after: str) -> None:
    hidden = Redaction(key)
    assert key not in hidden.text(before + key + after)
    assert key.encode() not in hidden.body((before + key + after).encode(errors="replace"))


@given(KEYS)
def test_a_secret_is_hidden_in_json_and_in_urls(key: str) -> None:
    hidden = Redaction(key)
    every_character = "".join(f"\\u{ord(each):04X}" for each in key)
    assert json.loads(hidden.body(json.dumps({"k": key}).encode())) == {"k": "***"}
    assert json.loads(hidden.text(f'{{"k": "{every_character}"}}')) == {"k": "***"}
    assert unquote(hidden.text(f"?k={quote(key, safe='')}&more=%20")) == "?k=***&more= "
    assert hidden.text("".join(f"%{ord(each):02x}" for each in key)) == "***"


@given(KEYS, st.binary(max_size=20), st.binary(max_size=20))
def test_a_secret_is_hidden_in_base64(key: str, before: bytes, after: bytes) -> None:
    for encode in (b64encode, urlsafe_b64encode):
        encoded = encode(before + key.encode() + after).decode()
        for piece in Redaction(key).text(encoded).split("***"):
            padded = piece[: len(piece) // 4 * 4]
            assert key.encode() not in b64decode(padded, altchars=b"-_")
        assert "***" in Redaction(key).text(encoded)


@given(KEYS, st.integers(0, 2))
def test_redacted_base64_keeps_only_characters_that_also_encode_other_bytes(key: str, before: int) -> None:
    left = Redaction(key).text(b64encode(b"\0" * before + key.encode() + b"\0\0\0").decode())
    assert re.fullmatch(r"A{0,2}.?\*\*\*.?A{3,4}=*", left)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=7), st.text())
def test_a_secret_of_fewer_than_eight_characters_is_not_hidden(key: str, text: str) -> None:
    assert Redaction(key).text(text + key) == text + key
    assert Redaction(key).body(b'{"checkSessionId": 1}') == b'{"checkSessionId": 1}'


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=8))
def test_a_secret_of_eight_characters_is_hidden(key: str) -> None:
    assert Redaction(key).text(f"<{key}>") == "<***>"


@given(KEYS, st.text(st.characters(max_codepoint=0x20)))
def test_text_without_a_secret_is_unchanged(key: str, text: str) -> None:
    assert Redaction(key).text(text) == text


@pytest.mark.parametrize("said", ["cu_{}", r"cu\_{}", "checkly.cu-{}", "{}"])
def test_slugs_of_the_secret_are_hidden_in_output(said: str) -> None:
    letters = "0123456789ABCDEF0123456789abcdef"
    hidden = Redaction(f"cu_{letters}")
    for text in (said.format(letters), said.format(letters.lower())):
        assert letters.lower() not in hidden.in_text(text).lower()
        assert letters.lower().encode() not in hidden.in_bytes(text.encode()).lower()


@pytest.mark.parametrize("secret", ["", "key", "cu_demo_key_that_opens_nothing"])
def test_ordinary_words_are_not_hidden_in_output(secret: str) -> None:
    assert (
        Redaction(secret).in_text("nothing opens; the key is refused") == "nothing opens; the key is refused"
    )
