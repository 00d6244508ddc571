"""Why a result failed or is degraded."""

from __future__ import annotations

from typing import NamedTuple


class Detail(NamedTuple):
    """The reasons for a result, the most important one first, and the names of its traces and videos.

    Each reason and each name is one clean line. `error_groups` are the IDs of the groups that
    the result's errors belong to.
    """

    reasons: tuple[str, ...]
    recordings: tuple[str, ...] = ()
    error_groups: tuple[str, ...] = ()
