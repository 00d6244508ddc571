"""What a machine does not have is skipped, and said so; where all tests are required, that is a failure."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def absent(what: str) -> NoReturn:
    """Skips the test; with ALL_TESTS=required, as in continuous integration, fails it."""
    if os.environ.get("ALL_TESTS") == "required":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def require_programs(*programs: str) -> None:
    """Skips the test, or fails it, where one of the programs is not on the PATH."""
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        absent(f"there is no {', '.join(missing)} here")
