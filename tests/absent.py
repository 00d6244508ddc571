"""Skip a test with a message if the machine lacks a program, or fail it if all tests are required."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

# Not required in continuous integration either, because jobs on GitHub's runners do not run as root.
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of files")


def absent(what: str) -> NoReturn:
    """Skip the test, or fail it if ALL_TESTS=required, as in continuous integration."""
    if os.environ.get("ALL_TESTS") == "required":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def require_programs(*programs: str) -> None:
    """Skip or fail the test if one of the programs is not on the PATH."""
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        absent(f"this machine lacks {', '.join(missing)}")
