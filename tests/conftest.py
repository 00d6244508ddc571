"""Which tests belong to the slow part; tests/README.md explains the parts."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# They need Node, Java, a container engine or minutes.
SLOW_FOLDERS = ("consumers", "contract", "examples", "faults", "image")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow folders as slow."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)
