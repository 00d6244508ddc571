"""A gate that stops early can cancel the sessions that are still running, but no others."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

from gate.checkly.http import Request, Response
from gate.config.settings import read_settings
from gate.pipeline import decide
from gate.policy.document import PolicyDocument
from gate.polling.result import Ending
from gate.publish.console import Console
from gate.waiting import Context
from tests.polling.world import Fault, World

RUNNING, PASSED, UNKNOWN, UNREADABLE = (str(UUID(int=number)) for number in range(1, 5))
LINK = "https://app.checklyhq.com/check-sessions/"


def _fault(request: Request, at_s: float) -> Fault:
    if request.method == "POST":
        return Response(200, {}, b"{}")
    return Response(503, {}, b"") if UNREADABLE in request.path and at_s > 20 else None


def test_only_sessions_that_are_known_to_be_running_are_cancelled() -> None:
    statuses = {RUNNING: "STARTED", PASSED: "PASSED", UNKNOWN: "", UNREADABLE: "STARTED"}
    world = World({name: ((0.0, status),) for name, status in statuses.items()}, fault=_fault)
    log = StringIO()
    console = Console(log, {})
    context = Context(
        world.clock, lambda: 0.5, lambda: datetime(2026, 1, 15, tzinfo=UTC), console.line, console.state
    )
    flags = ["--api-key=cu_x", "--account-id=a", "--timeout=60s", "--cancel-on-abort=true"]
    settings = read_settings([*flags, *(LINK + name for name in statuses)], {})
    report = decide(settings, PolicyDocument(), world, context)
    assert {each.ref.id: each.ending for each in report.sessions} == {
        RUNNING: Ending.TIMEOUT,
        PASSED: Ending.FINISHED,
        UNKNOWN: Ending.INCONCLUSIVE,
        UNREADABLE: Ending.INCONCLUSIVE,
    }
    cancelled = [path for _, path in world.sent if path.endswith("/cancel")]
    assert cancelled == [f"/v1/check-sessions/{RUNNING}/cancel"]
    assert log.getvalue().count("asked Checkly to cancel") == 1
