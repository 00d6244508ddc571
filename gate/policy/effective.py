"""The policy for one check, resolved from the policy file, the inputs and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.policy.threshold import DEFAULT, NOTHING, Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy for one check. The defaults allow flaky results and nothing else.

    No threshold of a rule may be exceeded. A rule has several thresholds only if several entries of the
    policy file could mean a check without a name; if it has none, any number is allowed. `entries` are the
    indexes of the entries of `checks` that apply: checks with the same entries are judged together.

    `skipped` maps locations to the reason why they are skipped. `origins` names the source of each rule that
    has no threshold: `missing`, `cancelled`, `response-time`, `required LOCATION`.
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
