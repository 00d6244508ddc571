from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import alternate, median_ratio, most_within, shown_s
from bench.table import Row, Section, with_goals


def test_jobs_take_turns() -> None:
    order: list[str] = []

    def job(name: str, times: Iterator[float]) -> float:
        order.append(name)
        return next(times)

    first, second = iter([1.0, 2.0]), iter([3.0, 4.0])
    measured = alternate({"a": lambda: job("a", first), "b": lambda: job("b", second)}, rounds=2)
    assert order == ["a", "b", "a", "b"]
    assert measured == {"a": [1.0, 2.0], "b": [3.0, 4.0]}


def test_a_ratio_compares_figures_of_the_same_round() -> None:
    assert median_ratio([2.0, 30.0, 8.0], [1.0, 10.0, 2.0]) == 3.0


@pytest.mark.parametrize(
    ("times_s", "most"),
    [([], 0), ([5.0], 1), ([0.0, 59.9], 2), ([0.0, 60.0], 1), ([61.0, 0.0, 2.0, 60.0], 3)],
)
def test_the_highest_number_of_requests_in_any_minute_is_counted(times_s: list[float], most: int) -> None:
    assert most_within(times_s, 60.0) == most


@given(st.lists(st.integers(0, 300)), st.integers(1, 100))
def test_counting_in_any_time_span_agrees_with_a_brute_force_count(times_s: list[int], span_s: int) -> None:
    slow = max((sum(start <= each < start + span_s for each in times_s) for start in times_s), default=0)
    assert most_within(times_s, span_s) == slow


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0184, "18 ms"), (0.9, "900 ms"), (2.5, "2.50 s"), (123.4, "123 s")]
)
def test_times_are_formatted(seconds: float, text: str) -> None:
    assert shown_s(seconds) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (Row("time", "1 s"), "| time | 1 s |  |  |"),
        (Row.at_most("ratio", 1.35, 1.35, "{:.2f}x"), "| ratio | 1.35x | ≤ 1.35x | reached |"),
        (Row.at_most("ratio", 1.36, 1.35, "{:.2f}x"), "| ratio | 1.36x | ≤ 1.35x | **missed** |"),
        (Row.at_least("lead", 4.9, 5, "{:.1f}x"), "| lead | 4.9x | ≥ 5.0x | **missed** |"),
        (Row.at_least("lead", 5.0, 5, "{:.1f}x"), "| lead | 5.0x | ≥ 5.0x | reached |"),
    ],
)
def test_a_row_shows_whether_its_goal_is_reached(row: Row, text: str) -> None:
    assert str(row) == text


def test_rows_with_a_goal_are_selected() -> None:
    goal = Row.at_most("ratio", 2.0, 1.0, "{:.0f}")
    assert with_goals([Section("One", "So.", (Row("time", "1 s"), goal)), Section("Two", "So.", ())]) == [
        goal
    ]


def test_the_text_of_a_section_is_wrapped() -> None:
    section = Section("Times", f"{'word ' * 60}\n\nMore.", (Row("time", "1 s"),))
    head, *how, more, table = [part for part in str(section).split("\n\n") if part]
    assert (head, more) == ("## Times", "More.")
    assert table.splitlines()[-1] == "| time | 1 s |  |  |"
    assert max(len(line) for line in how[0].splitlines()) <= 118
