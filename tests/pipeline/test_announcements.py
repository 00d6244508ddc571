"""If Checkly announces the end of a part of its API, the gate reports a notice, and nothing else changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gate.config.settings import read_settings
from gate.domain.exit_code import ExitCode
from gate.pipeline import decide
from gate.policy.document import PolicyDocument
from gate.waiting import Context
from tests.polling.world import World, document, one_session
from tests.samples import SESSION_ID

ENDS = "Checkly announces that /v1/check-sessions will be switched off on 2027-01-31; update checkly-gate"


@pytest.mark.parametrize(
    ("headers", "notices"),
    [
        (
            {"sunset": "Sun, 31 Jan 2027 23:59:59 GMT"},
            (ENDS,),
        ),
        ({"deprecation": "true"}, ()),
    ],
)
def test_only_an_announced_end_causes_a_notice(headers: dict[str, str], notices: tuple[str, ...]) -> None:
    world = World(one_session((0, "PASSED")), fault=lambda *_: document("PASSED")._replace(headers=headers))
    context = Context(
        world.clock, lambda: 0.5, lambda: datetime(2026, 1, 15, tzinfo=UTC), lambda _: None, lambda _: None
    )
    settings = read_settings([f"--session-id={SESSION_ID}", "--api-key=cu_x", "--account-id=a"], {})
    report = decide(settings, PolicyDocument(), world, context)
    assert report.notices == notices
    assert report.verdict.exit_code is ExitCode.OPEN
