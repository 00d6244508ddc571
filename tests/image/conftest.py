"""Build one image for all tests, if possible. The summary shows its figures, or that it was not tested."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.absent import absent
from tests.image.acting import NOT_ACTED
from tests.image.building import Image, built
from tests.image.engine import Engine, NoEngine, machines_own
from tests.image.private_engine import Say, private_engine
from tests.image.running import Runner

_TOLD = pytest.StashKey[dict[str, str]]()
_MISSED = "no image can be built: "
_LOUD = {_MISSED: "THE CONTAINER IMAGE WAS NOT TESTED", NOT_ACTED: "THE ACTION WAS NOT TESTED WITH ACT"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Limit the time of each test, but not of its fixtures, because one of them builds the image."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(60, func_only=True))


@pytest.fixture(scope="session")
def image(request: pytest.FixtureRequest) -> Iterator[Image]:
    """Build the image from this checkout."""
    config = request.config
    with ExitStack() as until_the_end:
        try:
            engine = _engine(config, until_the_end)
        except NoEngine as missing:
            absent(f"{_MISSED}{missing}")
        config.stash[_TOLD] = {"built and run with": engine.about}
        try:
            image = until_the_end.enter_context(built(engine))
        except subprocess.CalledProcessError as error:
            pytest.fail(f"the image does not build: {error.stderr[-2000:]}", pytrace=False)
        yield image


def _engine(config: pytest.Config, until_the_end: ExitStack) -> Engine:
    if hasattr(config, "workerinput"):
        raise NoEngine(
            "these tests share an engine and measure times, so run them one by one with `make image-tests`"
        )
    try:
        return machines_own()
    except NoEngine as first:
        try:
            return until_the_end.enter_context(private_engine(_speaker(config)))
        except NoEngine as second:
            raise NoEngine(f"{first}; {second}") from None


def _speaker(config: pytest.Config) -> Say:
    terminal: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    return lambda text: terminal.write_line(f"\nimage: {text}") if terminal else None


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def told(request: pytest.FixtureRequest, image: Image) -> dict[str, str]:  # noqa: ARG001 - the fixture `image` creates the figures
    """Return the figures for the summary of the run, by name."""
    return request.config.stash[_TOLD]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures, and a prominent notice if the image was not tested."""
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    reasons = [where_and_why[2] for where_and_why in skipped if isinstance(where_and_why, tuple)]
    for sign, title in _LOUD.items():
        if missed := [reason.partition(sign)[2] for reason in reasons if sign in reason]:
            terminalreporter.section(title, red=True, bold=True)
            terminalreporter.write_line(missed[0])
    if told := config.stash.get(_TOLD, None):
        terminalreporter.section("the container image")
        for name, figure in told.items():
            terminalreporter.write_line(f"{name}: {figure}")
