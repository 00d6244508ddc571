"""What a machine does not have is skipped, and said so; where all tests are required, that is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(what: str) -> NoReturn:
    """Skips the test; with ALL_TESTS=required, as in continuous integration, fails it."""
    if os.environ.get("ALL_TESTS") == "required":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
