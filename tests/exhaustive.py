"""The number of examples of a test: a sample in `make test`, all in `make test-slow`."""

from __future__ import annotations

import os

from hypothesis import settings

IS_EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))


def examples(most: int) -> settings:
    """Return settings for that many examples in the slow tests, and for a tenth of them in the fast ones."""
    return settings(max_examples=most if IS_EXHAUSTIVE else max(most // 10, 20), deadline=None)
