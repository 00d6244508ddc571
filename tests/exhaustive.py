"""How much a test tries: a sample in `make test`, everything in `make test-slow`."""

from __future__ import annotations

import os

from hypothesis import settings

IS_EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))


def examples(most: int) -> settings:
    """Return settings for that many examples in the slow part, and for a tenth of them in the fast one."""
    return settings(max_examples=most if IS_EXHAUSTIVE else max(most // 10, 20), deadline=None)
