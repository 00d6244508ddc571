"""The budget of requests per minute."""

from __future__ import annotations

import math

import pytest

from gate.checkly.budget import Budget


def _spent(*at_s: float, per_minute: int = 3) -> Budget:
    budget = Budget(per_minute)
    for each in at_s:
        budget.spend(each)
    return budget


@pytest.mark.parametrize(
    ("now_s", "left"), [(0, 3), (10, 1), (60, 1), (60.4, 1), (60.5, 2), (69.9, 2), (70.5, 3)]
)
def test_a_spent_request_is_available_again_after_slightly_more_than_a_minute(
    now_s: float, left: int
) -> None:
    spent = _spent() if now_s == 0 else _spent(0, 10)
    assert spent.left(now_s) == left


@pytest.mark.parametrize(("requests", "wait_s"), [(1, 0), (2, 40.5), (3, 50.5), (4, math.inf)])
def test_several_requests_wait_until_the_budget_allows_all_of_them(requests: int, wait_s: float) -> None:
    assert _spent(0, 10).wait_s(20, requests) == pytest.approx(wait_s)


def test_all_spent_requests_are_counted() -> None:
    budget = _spent(0, 10, 100)
    assert (budget.left(100), budget.spent) == (2, 3)
