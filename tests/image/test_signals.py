"""When a job is cancelled, process 1 of the container gets a signal while the gate is waiting."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import KEY, RECORD
from tests.image.building import Image
from tests.image.running import RUNNER, Container, Runner, action

LONG = """
description: a session that runs for ten minutes
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1, eu-central-1]
    statuses: [{at: 0s, is: STARTED}, {at: 600s, is: PASSED}]
    results:
      - {at: 0s, location: us-east-1, is: passed}
      - {at: 600s, location: eu-central-1, is: passed}
"""


def _cancel(container: Container) -> None:
    """Interrupt the client, as the runner does; the client passes the signal on."""
    container.client.send_signal(signal.SIGINT)


def _terminate(container: Container) -> None:
    container.kill("TERM")


def _interrupt(container: Container) -> None:
    container.kill("INT")


def _hang_up(container: Container) -> None:
    container.kill("HUP")


def _quit(container: Container) -> None:
    container.kill("QUIT")


def _twice(container: Container) -> None:
    container.client.send_signal(signal.SIGINT)
    container.client.send_signal(signal.SIGTERM)


WAYS = {
    "SIGTERM": (_terminate, 143),
    "SIGINT": (_interrupt, 130),
    "SIGHUP": (_hang_up, 129),
    "SIGQUIT": (_quit, 131),
    "the runner's cancel": (_cancel, 130),
    "SIGINT, then SIGTERM at once": (_twice, 130),
}


@pytest.mark.parametrize(("stop", "code"), WAYS.values(), ids=WAYS.keys())
def test_a_stopped_gate_reports_within_a_second(
    stop: Callable[[Container], None], code: int, image: Image, runner: Runner
) -> None:
    parsed = parse(LONG, name="long")
    with Simulator(parsed) as api:
        inputs = {"session-id": parsed.session_ids[0], "api-key": KEY, "api-url": api.url}
        more = {"poll-interval": "30s", "junit-path": "test-results/checkly-junit.xml", "json-path": RECORD}
        with action(image, runner, inputs | more) as started:
            assert api.wait_for_request("/completion", 20)
            stopped_s = time.monotonic()
            stop(started)
            done = runner.finished(started)
            took_s = time.monotonic() - stopped_s
    assert done.code == code, done.log
    assert took_s < 1
    assert done.cases == {
        "Checkout API [us-east-1]": "pass",
        "Checkout API [eu-central-1]": "error Interrupted",
    }
    assert done.outputs["verdict"] == "inconclusive"
    assert done.record["exit-code"] == code
    assert "could not tell" in done.summary
    assert runner.owners() == {RUNNER}
