"""The policy for one check, resolved from the policy file, the inputs and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.policy.threshold import DEFAULT, NOTHING, Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy for one check. The defaults allow flaky results and nothing else.

    A rule without a threshold allows any number. A rule has several thresholds only if the check has no name
    and several entries of the policy file could match it; none of them may be exceeded. `entries` are the
    indexes of the entries in `checks` that apply. Checks with the same entries are judged together.

    `skipped` maps each skipped location to the reason. `origins` has the source of each rule that is not a
    threshold: `missing`, `cancelled`, `response-time`, `required LOCATION`, `ignore LOCATION`.
    """

    failed: tuple[Threshold, ...] = (NOTHING,)
    degraded: tuple[Threshold, ...] = (NOTHING,)
    flaky: tuple[Threshold, ...] = ()
    allow_missing: bool = False
    allow_cancelled: bool = False
    response_time_ms: float | None = None
    required: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[int, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)

    def origin(self, rule: str) -> str:
        """Return the origin of a rule: a file and line, or the default."""
        return self.origins.get(rule, DEFAULT)
