"""What is allowed for one check: the policy file, the inputs and the defaults, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.policy.threshold import DEFAULT, NOTHING, Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is allowed for one check. The defaults allow nothing but flakiness.

    All thresholds of a rule must hold. There are several only if a check without a name may be meant by
    several entries of the policy file; without any, every number is allowed. `entries` are the numbers of
    the entries of `checks` that apply: checks with the same ones are judged together.

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
        """Return where a rule comes from: a file and line, or the default."""
        return self.origins.get(rule, DEFAULT)
