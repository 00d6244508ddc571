"""Durations and thresholds: how they are parsed and formatted."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import Defect
from gate.policy.threshold import parse_threshold
from gate.text.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("900", 900),
        ("1.5", 1.5),
        ("90s", 90),
        ("15m", 900),
        ("1h30m", 5400),
        ("250ms", 0.25),
        ("1M5.5S", 65.5),
        ("2h", 7200),
    ],
)
def test_a_duration_is_parsed(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1", "1d", "1 h", "30m1h", "1e3", "٣s", "9" * 30, "nan", "inf"])
def test_an_invalid_duration_is_refused_with_the_allowed_forms(text: str) -> None:
    with pytest.raises(ValueError, match="90s, 15m, 1h30m or 250ms"):
        parse_duration(text)


@given(st.text())
def test_parsing_a_duration_raises_only_value_error(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert 0 <= seconds < 1e20


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-1, "0s"),
        (0.031, "31ms"),
        (0.099, "99ms"),
        (0.0999, "0.1s"),
        (0.72, "0.7s"),
        (9.94, "9.9s"),
        (9.96, "10s"),
        (59.4, "59s"),
        (59.6, "1m"),
        (65, "1m 05s"),
        (3600, "1h 00m"),
        (7265, "2h 01m"),
    ],
)
def test_a_duration_is_formatted(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "shown", "allows", "refuses"),
    [
        ("0", "0", (0, 4), (1, 4)),
        ("2", "2", (2, 4), (3, 4)),
        ("25%", "25%", (1, 4), (2, 4)),
        ("33.3%", "33.3%", (0, 3), (1, 3)),
        (" 12.5 % ", "12.5%", (1, 8), (2, 8)),
        ("100%", "100%", (7, 7), (8, 7)),
    ],
)
def test_a_threshold_allows_at_most_its_count_or_share(
    text: str, shown: str, allows: tuple[int, int], refuses: tuple[int, int]
) -> None:
    threshold = parse_threshold(text)
    assert str(threshold) == shown
    assert threshold.allows(*allows)
    assert not threshold.allows(*refuses)


@pytest.mark.parametrize(
    "text", ["", "-1", "1.5", "101%", "100.1%", "%", "1e2", "1/2", "ten", "1234567", "٣"]
)
def test_an_invalid_threshold_is_refused_with_the_allowed_forms(text: str) -> None:
    with pytest.raises(ValueError, match="a count of locations"):
        parse_threshold(text)


@given(st.integers(0, 100), st.integers(1, 500), st.integers(0, 500))
def test_a_share_is_exact_for_any_total(percent: int, of: int, number: int) -> None:
    assert parse_threshold(f"{percent}%").allows(number, of) == (
        Fraction(number, of) <= Fraction(percent, 100)
    )


def test_a_defect_is_one_sentence_with_the_place_in_the_code() -> None:
    try:
        parse_duration("soon")
    except ValueError as error:
        defect = Defect(error)
    assert str(defect).startswith("ValueError: seconds (900)")
    assert "in parse_duration, line " in str(defect)
    assert defect.sentence.endswith("please report it with this line")
