"""Thresholds: how many failed, degraded or flaky locations a policy allows, as a count or a share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT = "default"  # the origin of a value that was not given
THRESHOLD_FORMS = "a count of locations (0, 1, 2, …) or a share of them (0% to 100%)"
_COUNT = re.compile(r"\d{1,6}", re.ASCII)
_SHARE = re.compile(r"(\d{1,3})(?:\.(\d{1,4}))?\s*%", re.ASCII)
_ONE = 1_000_000  # 100%, in units of the smallest share that can be written (0.0001%)


@dataclass(frozen=True, slots=True)
class Threshold:
    """The number of locations that a rule allows: a count, or a share of those that are counted.

    A share is stored in millionths, because integers compare exactly.
    """

    amount: int
    is_share: bool
    origin: str = DEFAULT

    def allows(self, number: int, of: int) -> bool:
        """Return whether `number` out of `of` locations is within the threshold."""
        return number * _ONE <= self.amount * of if self.is_share else number <= self.amount

    def share_of(self, of: int) -> float:
        """Return the threshold as a fraction of `of`, which is at least 1. The fraction may exceed 1."""
        return self.amount / _ONE if self.is_share else self.amount / of

    def __str__(self) -> str:
        return f"{100 * self.amount / _ONE:g}%" if self.is_share else str(self.amount)


def parse_threshold(text: str, origin: str = DEFAULT) -> Threshold:
    """Parse `1` or `25%`. Raises ValueError, with the accepted forms, for anything else."""
    written = text.strip()
    if _COUNT.fullmatch(written):
        return Threshold(int(written), is_share=False, origin=origin)
    if match := _SHARE.fullmatch(written):
        whole, decimals = match.groups(default="")
        share = int(whole + decimals.ljust(4, "0"))
        if share <= _ONE:
            return Threshold(share, is_share=True, origin=origin)
    raise ValueError(THRESHOLD_FORMS)


NOTHING = Threshold(0, is_share=False)


def in_words(thresholds: Sequence[Threshold]) -> str:
    """Describe what the thresholds allow together: `25%`, or `any` if there are none."""
    return " and ".join(map(str, thresholds)) or "any"
