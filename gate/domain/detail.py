"""Why a result is not green."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """Why a result is as it is: reasons, the weightiest first, and the names of what was recorded of it.

    Each text is one clean line. `error_groups` are the IDs of the groups that its errors belong to.
    """

    reasons: tuple[str, ...]
    recordings: tuple[str, ...] = ()
    error_groups: tuple[str, ...] = ()
