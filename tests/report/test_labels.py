"""Labels distinguish checks with the same name, in the log and in the JUnit report."""

from __future__ import annotations

import pytest

from gate.domain.labels import labels
from gate.domain.session import Check

PAY = Check("0f1e2d3c-aaaa", "Pay", "API")


@pytest.mark.parametrize(
    ("checks", "names"),
    [
        ([PAY, Check("2", "Ship", "API")], ["Pay", "Ship"]),
        ([Check("", "", "API")], [""]),
        ([PAY, Check("2", "Pay", "BROWSER")], ["Pay (API)", "Pay (BROWSER)"]),
        ([Check("", "Pay", "API"), Check("", "Pay", "BROWSER")], ["Pay (API)", "Pay (BROWSER)"]),
        ([PAY, Check("4b5a6978-bbbb", "Pay", "API")], ["Pay (0f1e2d3c)", "Pay (4b5a6978)"]),
        ([PAY, Check("", "Pay", "API")], ["Pay (0f1e2d3c)", "Pay (API)"]),
        ([PAY, Check(PAY.id, "Pay", "")], ["Pay", "Pay"]),
    ],
    ids=["different", "nameless", "by type", "not deployed", "by ID", "one not deployed", "one check twice"],
)
def test_checks_with_the_same_name_have_different_labels(checks: list[Check], names: list[str]) -> None:
    assert list(labels(checks).values()) == names
