"""The number of examples of a test: a sample in `make test`, all in `make test-slow`."""

from __future__ import annotations

import os

from hypothesis import settings

IS_EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))


def examples(most: int, sample: int = 0) -> settings:
    """Return settings for that many examples in the slow part, and for a sample of them in the fast one.

    The sample is a tenth unless it is given.
    """
    few = sample or max(most // 10, 20)
    return settings(max_examples=most if IS_EXHAUSTIVE else few, deadline=None)
