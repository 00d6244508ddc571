"""Install the CLI once per test run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.once import once
from tests.witness.installed import Cli, install


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    home = tmp_path_factory.mktemp("home")
    once(tmp_path_factory, "checkly-cli", lambda _: _install(home))
    return install(home)


def _install(home: Path) -> None:
    install(home)
