"""Divide the tests into fast and slow ones, as tests/README.md explains."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("here", deadline=None)  # a test may be slow on a busy machine
settings.load_profile("here")

HERE = Path(__file__).parent
# The tests in these folders need Node, Java, a container engine or several minutes.
SLOW_FOLDERS = ("browser", "consumers", "contract", "examples", "faults", "image", "witness")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore slow folders if only fast tests run: they may import libraries that are not installed."""
    is_slow = collection_path.parent == HERE and collection_path.name in SLOW_FOLDERS
    return True if is_slow and config.getoption("markexpr") == "not slow" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow folders as slow."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)
