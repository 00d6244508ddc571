"""Test the fuzzer's properties without the fuzzer, on its corpus (with past findings) and on other bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.targets import TARGETS

ROOT = Path(__file__).parents[1] / "fuzz"
SAVED = sorted(path for path in (ROOT / "corpus").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", SAVED, ids=[f"{path.parent.name}/{path.name}" for path in SAVED])
def test_no_file_of_the_corpus_violates_a_property(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_has_a_corpus_and_a_dictionary(target: str) -> None:
    assert [path for path in SAVED if path.parent.name == target]
    assert (ROOT / "words" / f"{target}.dict").is_file()


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.binary())
def test_no_generated_bytes_violate_a_property(target: str, data: bytes) -> None:
    TARGETS[target](data)
