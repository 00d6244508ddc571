"""The date that is compared with a quarantine's end: the later of the local date and the API's date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from gate.checkly.http import Request, Response
from gate.config.settings import read_settings
from gate.evaluation.states import State
from gate.pipeline import decide
from gate.policy.schema import read_policy
from gate.waiting import Context
from tests.polling.world import SimulatedClock, World, one_session
from tests.samples import SESSION_ID

POLICY = read_policy("quarantine: [{location: us-east-1, until: 2026-01-15, reason: INC-1}]", "p.yml")
DATES = {
    "the last moment of the day": ("Thu, 15 Jan 2026 23:59:59 GMT", State.SKIPPED),
    "the next day": ("Fri, 16 Jan 2026 00:00:00 GMT", State.FAILED),
    "the next day in another time zone": ("Thu, 15 Jan 2026 20:00:00 -0400", State.FAILED),
    "the next day without a time zone": ("Fri, 16 Jan 2026 00:00:00 -0000", State.FAILED),
    "an earlier day": ("Thu, 01 Jan 2026 00:00:00 GMT", State.SKIPPED),
    "no header": ("", State.SKIPPED),
    "an invalid date": ("tomorrow", State.SKIPPED),
    "a day after year 9999 in UTC": ("Fri, 31 Dec 9999 23:59:59 -2300", State.SKIPPED),
}


@dataclass(slots=True)
class Dated:
    """A world whose first response has a `Date` header."""

    world: World
    date: str

    def send(self, request: Request, *, within_s: float) -> Response:
        (response,) = self.send_each([request], within_s=within_s)
        return response

    def send_each(self, requests: Sequence[Request], *, within_s: float) -> Sequence[Response]:
        is_first = not self.world.sent
        responses = [self.world.send(each, within_s=within_s) for each in requests]
        headers = {"date": self.date} if self.date and is_first else {}
        return [Response(each.status, headers, each.body) for each in responses]


@pytest.mark.parametrize(("date", "state"), DATES.values(), ids=DATES.keys())
@pytest.mark.parametrize("local", ["2026-01-01", "2026-01-15"])
def test_a_slow_local_clock_does_not_extend_a_quarantine(local: str, date: str, state: State) -> None:
    assert _state(date, local) is state


def test_a_slow_clock_of_the_api_does_not_extend_a_quarantine() -> None:
    assert _state("Thu, 15 Jan 2026 12:00:00 GMT", "2026-01-16") is State.FAILED


def _state(date: str, local: str) -> State:
    """Return the state of the only location in a failed session."""
    clock = SimulatedClock()
    context = Context(
        clock=clock,
        jitter=lambda: 0.5,
        wall_clock=lambda: datetime.fromisoformat(local).replace(tzinfo=UTC),
        log=lambda _: None,
        show_state=lambda _: None,
    )
    settings = read_settings(["--api-key=cu_key", f"--session-id={SESSION_ID}", "--details=false"], {})
    api = Dated(World(one_session((0.0, "STARTED"), (50.0, "FAILED")), clock=clock), date)
    ((row,),) = (judged.rows for judged in decide(settings, POLICY, api, context).sessions)
    return row.outcome.state
