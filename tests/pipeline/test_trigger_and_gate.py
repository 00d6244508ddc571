"""From a trigger to a report, in the simulated world."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

import pytest

from gate.checkly.http import Request, Response
from gate.config.settings import Settings, read_settings
from gate.domain.errors import NeverConnected, Unreachable
from gate.domain.exit_code import ExitCode
from gate.pipeline import decide
from gate.policy.loader import load_policy
from gate.publish.console import Console
from gate.report.report import Report
from gate.waiting import Context
from tests.polling.world import SimulatedClock, World
from tests.samples import CHECK_ID, SESSION_ID

OTHER_CHECK = "00000000-0000-0000-0000-00000000000c"
GIVEN = str(UUID(int=1))
TRIGGERED = ((0.0, "STARTED"), (50.0, "PASSED"))


def _started(*pairs: tuple[str, str]) -> Response:
    sessions = [{"checkSessionId": session, "checkId": check} for session, check in pairs]
    return Response(201, {}, json.dumps({"sessions": sessions}).encode())


@dataclass(slots=True)
class Triggering:
    """A world that also answers trigger calls, after some time."""

    world: World
    answer: Response | str
    after_s: float = 0.1
    posted: list[Request] = field(default_factory=list)

    def send(self, request: Request, *, within_s: float) -> Response:
        if request.method == "GET":
            return self.world.send(request, within_s=within_s)
        self.posted.append(request)
        self.world.clock.sleep_s(min(self.after_s, within_s))
        if self.answer == "refused":
            raise NeverConnected("refused")
        if self.after_s > within_s:
            raise Unreachable("no answer in time")
        assert isinstance(self.answer, Response)
        return self.answer

    def __getattr__(self, name: str) -> Callable[..., object]:
        return getattr(self.world, name)  # type: ignore[no-any-return]


def _settings(**inputs: str) -> Settings:
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in inputs.items()]
    return read_settings(["--api-key=cu_key", "--account-id=account", *flags], {})


def _decided(
    answer: Response | str,
    *,
    after_s: float = 0.1,
    signal_at_s: float | None = None,
    given: str = "PASSED",
    **inputs: str,
) -> tuple[Report, str, Triggering]:
    """The report, what was logged, and the world."""
    log, clock = StringIO(), SimulatedClock(signal_at_s)
    console = Console(log, {})
    world = World({SESSION_ID: TRIGGERED, GIVEN: ((0.0, given),)}, clock=clock)
    api = Triggering(world, answer, after_s)
    context = Context(
        clock=clock,
        jitter=lambda: 0.5,
        wall_clock=lambda: datetime(2026, 1, 15, tzinfo=UTC),
        log=console.line,
        show_state=console.state,
    )
    return decide(_settings(**inputs), load_policy(""), api, context), log.getvalue(), api  # type: ignore[arg-type]


STARTED = _started((SESSION_ID, CHECK_ID))
BUSY = Response(429, {}, b"")


def test_what_was_started_is_gated_on_by_the_version_that_started_it() -> None:
    report, log, api = _decided(STARTED, trigger_check_id=CHECK_ID)
    assert report.verdict.exit_code is ExitCode.OPEN
    assert f"started {SESSION_ID}" in log
    assert {path.split("/")[1] for _, path in api.world.sent} == {"v2"}
    assert report.notices == ()


def test_a_session_that_is_given_and_started_counts_once() -> None:
    report, _, _ = _decided(STARTED, trigger_check_id=CHECK_ID, session_id=SESSION_ID)
    assert [each.ref.id for each in report.sessions] == [SESSION_ID]


def test_a_check_that_was_named_and_not_started_closes_the_way_to_open() -> None:
    report, _, _ = _decided(STARTED, trigger_check_id=f"{CHECK_ID} {OTHER_CHECK}")
    assert report.verdict.exit_code is ExitCode.INCONCLUSIVE
    assert [each.status for each in report.sessions] == ["PASSED"], "what ran is waited for"
    for told in (OTHER_CHECK, "activated", "account-id"):
        assert told in report.verdict.reason.text
    assert CHECK_ID not in report.verdict.reason.text


def test_with_tags_too_a_check_that_was_not_started_is_warned_of() -> None:
    report, _, _ = _decided(STARTED, trigger_check_id=f"{CHECK_ID} {OTHER_CHECK}", trigger_tags="a")
    assert report.verdict.exit_code is ExitCode.OPEN
    (notice,) = report.notices
    assert OTHER_CHECK in notice


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response(502, {}, b""), "run this job again"),
        (BUSY, "rate limit"),
        ("refused", "Nothing was started"),
        (Response(404, {}, b""), "trigger-check-id"),
        (Response(403, {}, b""), "account-id"),
    ],
    ids=["lost", "429", "never connected", "no check matched", "forbidden"],
)
@pytest.mark.parametrize(
    ("given", "code"), [("PASSED", ExitCode.INCONCLUSIVE), ("FAILED", ExitCode.CLOSED)], ids=["green", "red"]
)
def test_the_sessions_that_are_given_are_judged_whatever_becomes_of_the_trigger(
    answer: Response | str, said: str, given: str, code: ExitCode
) -> None:
    report, _, _ = _decided(answer, given=given, trigger_check_id=CHECK_ID, session_id=GIVEN, timeout="60s")
    assert report.verdict.exit_code is code
    assert [each.status for each in report.sessions] == [given]
    (fault,) = report.faults
    assert said in fault


def test_a_trigger_that_hangs_leaves_time_to_look_at_the_sessions_that_are_given() -> None:
    report, _, _ = _decided(
        STARTED, after_s=999, given="FAILED", trigger_check_id=CHECK_ID, session_id=GIVEN, timeout="60s"
    )
    assert report.verdict.exit_code is ExitCode.CLOSED
    assert [each.status for each in report.sessions] == ["FAILED"]


def test_a_report_on_a_trigger_alone_says_what_was_done() -> None:
    report, log, api = _decided(BUSY, trigger_check_id=CHECK_ID, timeout="60s")
    assert report.verdict.exit_code is ExitCode.INCONCLUSIVE
    assert report.inputs["trigger-check-id"] == CHECK_ID
    assert report.requests == len(api.posted) > 5
    assert 50 < report.waited_s <= 60
    assert log.count("rate limit") == 1, "the waiting is told once"


def test_the_answer_to_a_trigger_may_take_as_long_as_there_is_time() -> None:
    report, _, _ = _decided(STARTED, after_s=40, trigger_check_id=CHECK_ID, timeout="60s")
    assert report.verdict.exit_code is ExitCode.OPEN


def test_the_timeout_goes_on_while_something_is_triggered() -> None:
    report, _, api = _decided(STARTED, after_s=40, trigger_check_id=CHECK_ID, timeout="45s")
    assert report.verdict.exit_code is ExitCode.TIMEOUT
    assert api.world.clock.elapsed_s() <= 45


def test_a_signal_in_the_middle_of_a_trigger_tells_that_checks_may_have_been_started() -> None:
    report, _, _ = _decided(STARTED, after_s=40, signal_at_s=20, trigger_check_id=CHECK_ID)
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert "may have started checks" in report.verdict.reason.text
    assert report.requests == 1
    assert report.waited_s == pytest.approx(20)


def test_a_signal_between_two_tries_tells_of_no_checks() -> None:
    report, _, _ = _decided(BUSY, signal_at_s=3, trigger_check_id=CHECK_ID)
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert "may have started" not in report.verdict.reason.text
