"""The gate from a trigger to its report, in the simulated world."""

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
    """A world that also responds to trigger calls, after some time."""

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
    """Return the report, the log and the world."""
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


def test_started_sessions_are_fetched_with_the_version_that_started_them() -> None:
    report, log, api = _decided(STARTED, trigger_check_id=CHECK_ID)
    assert report.verdict.exit_code is ExitCode.OPEN
    assert f"started {SESSION_ID}" in log
    assert {path.split("/")[1] for _, path in api.world.sent} == {"v2"}
    assert report.notices == ()


def test_a_session_that_is_both_given_and_started_counts_once() -> None:
    report, _, _ = _decided(STARTED, trigger_check_id=CHECK_ID, session_id=SESSION_ID)
    assert [each.ref.id for each in report.sessions] == [SESSION_ID]


def test_the_gate_does_not_open_if_a_named_check_was_not_started() -> None:
    report, _, _ = _decided(STARTED, trigger_check_id=f"{CHECK_ID} {OTHER_CHECK}")
    assert report.verdict.exit_code is ExitCode.INCONCLUSIVE
    assert [each.status for each in report.sessions] == ["PASSED"], "started sessions must be polled"
    for told in (OTHER_CHECK, "activated", "account-id"):
        assert told in report.verdict.reason.text
    assert CHECK_ID not in report.verdict.reason.text


def test_a_named_check_that_was_not_started_causes_only_a_notice_if_tags_are_given() -> None:
    report, _, _ = _decided(STARTED, trigger_check_id=f"{CHECK_ID} {OTHER_CHECK}", trigger_tags="a")
    assert report.verdict.exit_code is ExitCode.OPEN
    (notice,) = report.notices
    assert OTHER_CHECK in notice


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response(502, {}, b""), "run this job again"),
        (BUSY, "rate limit"),
        ("refused", "The call started nothing"),
        (Response(404, {}, b""), "trigger-check-id"),
        (Response(403, {}, b""), "account-id"),
    ],
    ids=["lost", "429", "never connected", "no check matched", "forbidden"],
)
@pytest.mark.parametrize(
    ("given", "code"), [("PASSED", ExitCode.INCONCLUSIVE), ("FAILED", ExitCode.CLOSED)], ids=["green", "red"]
)
def test_given_sessions_are_judged_even_if_the_trigger_fails(
    answer: Response | str, said: str, given: str, code: ExitCode
) -> None:
    report, _, _ = _decided(answer, given=given, trigger_check_id=CHECK_ID, session_id=GIVEN, timeout="60s")
    assert report.verdict.exit_code is code
    assert [each.status for each in report.sessions] == [given]
    (fault,) = report.faults
    assert said in fault


def test_a_trigger_that_hangs_leaves_time_to_fetch_the_given_sessions() -> None:
    report, _, _ = _decided(
        STARTED, after_s=999, given="FAILED", trigger_check_id=CHECK_ID, session_id=GIVEN, timeout="60s"
    )
    assert report.verdict.exit_code is ExitCode.CLOSED
    assert [each.status for each in report.sessions] == ["FAILED"]


def test_a_report_on_a_failed_trigger_contains_inputs_requests_and_wait() -> None:
    report, log, api = _decided(BUSY, trigger_check_id=CHECK_ID, timeout="60s")
    assert report.verdict.exit_code is ExitCode.INCONCLUSIVE
    assert report.inputs["trigger-check-id"] == CHECK_ID
    assert report.requests == len(api.posted) > 5
    assert 50 < report.waited_s <= 60
    assert log.count("rate limit") == 1, "the wait must be logged once"


def test_a_trigger_call_may_take_until_the_timeout() -> None:
    report, _, _ = _decided(STARTED, after_s=40, trigger_check_id=CHECK_ID, timeout="60s")
    assert report.verdict.exit_code is ExitCode.OPEN


def test_the_time_of_a_trigger_call_counts_towards_the_timeout() -> None:
    report, _, api = _decided(STARTED, after_s=40, trigger_check_id=CHECK_ID, timeout="45s")
    assert report.verdict.exit_code is ExitCode.TIMEOUT
    assert api.world.clock.elapsed_s() <= 45


def test_a_signal_during_a_trigger_call_causes_a_warning_about_started_checks() -> None:
    report, _, _ = _decided(STARTED, after_s=40, signal_at_s=20, trigger_check_id=CHECK_ID)
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert "may have started checks" in report.verdict.reason.text
    assert report.requests == 1
    assert report.waited_s == pytest.approx(20)


def test_a_signal_between_two_trigger_calls_causes_no_warning_about_checks() -> None:
    report, _, _ = _decided(BUSY, signal_at_s=3, trigger_check_id=CHECK_ID)
    assert report.verdict.exit_code is ExitCode.SIGTERM
    assert "may have started" not in report.verdict.reason.text
