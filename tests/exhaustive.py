"""The number of examples that a test draws: fewer in `make test` than in `make test-slow`."""

from __future__ import annotations

import os

from hypothesis import settings

IS_EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))


def examples(most: int, sample: int = 0) -> settings:
    """Return settings for `most` examples in `make test-slow`, and for `sample` examples in `make test`.

    By default, `sample` is a tenth of `most`, but at least 20.
    """
    few = sample or max(most // 10, 20)
    return settings(max_examples=most if IS_EXHAUSTIVE else few, deadline=None)
