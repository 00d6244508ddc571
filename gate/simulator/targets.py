"""Which checks a trigger call is for: its filters, as the body of the request says them."""

from __future__ import annotations

import json
from collections.abc import Callable

from gate.simulator.scenario import Check


def target_of(body: bytes) -> Callable[[Check], bool] | None:
    """The filter in a trigger call's body, which every check passes where there is none.

    `matchTags` is a list of alternatives, each a list of tags that a check must have, or with a `!` must not
    have. None where the body is not one of these.
    """
    try:
        target = json.loads(body).get("target", {})
        check_ids = [str(each).lower() for each in target.get("checkId", [])]
        alternatives = [[str(tag) for tag in tags] for tags in target.get("matchTags", [])]
    except (ValueError, AttributeError, TypeError):
        return None

    def fits(check: Check) -> bool:
        is_named = not check_ids or check.id in check_ids
        return is_named and (not alternatives or any(_has(check, tags) for tags in alternatives))

    return fits


def _has(check: Check, tags: list[str]) -> bool:
    return all((tag.removeprefix("!") in check.tags) != tag.startswith("!") for tag in tags)
