"""What the fuzzer starts from, and what it once found, held without a fuzzer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.targets import TARGETS

ROOT = Path(__file__).parents[1] / "fuzz"
SAVED = sorted(path for path in (ROOT / "corpus").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", SAVED, ids=[f"{path.parent.name}/{path.name}" for path in SAVED])
def test_what_is_in_the_corpus_breaks_no_promise(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_has_a_corpus_and_words(target: str) -> None:
    assert [path for path in SAVED if path.parent.name == target]
    assert (ROOT / "words" / f"{target}.dict").is_file()


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.binary())
def test_any_bytes_break_no_promise(target: str, data: bytes) -> None:
    TARGETS[target](data)
