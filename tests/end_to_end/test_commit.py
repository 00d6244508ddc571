"""The gate on a commit over real HTTP: which test sessions count, and when the gate may open."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.checkly.session_list import Listed
from gate.commits import AmbiguousCommit, sessions_of
from gate.simulator import Simulator, parse
from tests.end_to_end.running import Run, github, inputs_for, run
from tests.openapi.spec import request_problems

SHA = "4f2a1c9e0d6b8a7c5f3e1d2b4a6c8e0f1a3b5c7d"
OTHER = "9be07d3f5a1c4e6d8b0a2c4e6f8a0b2d4c6e8f0a"


def session(name: str, *, sha: str = SHA, provider: str = "GITHUB", ends: str = "passed") -> str:
    metadata = f"{{commitId: {sha}, environment: staging}}"
    return f"""
  - name: {name}
    location: eu-west-1
    provider: {provider}
    metadata: {metadata}
    checks: [{{name: Pay {name}, results: [{{at: 3s, is: {ends}}}]}}]"""


def gate_on(workspace: Path, *sessions: str, rest: str = "", **inputs: str) -> tuple[Run, list[list[str]]]:
    now = datetime.now(UTC).isoformat()
    text = f"description: x\nspeed: 20\nstarted: {now}\nsessions:{''.join(sessions)}\n{rest}"
    with Simulator(parse(text, name="commit")) as api:
        given = {"commit": SHA[:7], "commit-grace": "1s"}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        done = run(workspace, github(workspace, {**inputs_for(api, ()), **given}))
        asked = [each for each in api.requests if "test-sessions" in each.path]
        return done, [
            found for each in asked if (found := request_problems(each.method, each.path, each.body))
        ]


def test_the_sessions_of_a_commit_are_found_and_polled(tmp_path: Path) -> None:
    done, problems = gate_on(
        tmp_path, session("a"), session("b", sha=OTHER, ends="failed"), session("c", provider="PW_REPORTER")
    )
    assert done.code == 0, done.log
    assert set(done.cases) == {"Pay a [eu-west-1]", "Pay c [eu-west-1]"}
    assert problems == []
    assert "looking for test sessions of commit 4f2a1c9" in done.log
    assert "found a (GITHUB, staging, eu-west-1): " in done.log


def test_a_failed_check_of_the_commit_closes_the_gate(tmp_path: Path) -> None:
    done, _ = gate_on(tmp_path, session("a"), session("b", ends="failed"))
    assert (done.code, done.outputs["cause"]) == (1, "failed")


@pytest.mark.parametrize(
    ("sessions", "inputs", "said"),
    [
        ([session("a", sha=OTHER)], {}, "no test session of commit 4f2a1c9 has appeared"),
        ([session("a", provider="API")], {}, "no test session of commit 4f2a1c9 has appeared"),
        ([session("a")], {"commit_environment": "production"}, "in the environment production"),
        ([session("a"), session("b", sha="4f2a1c9" + "0" * 33)], {}, "2 commits begin with 4f2a1c9"),
    ],
)
def test_the_gate_does_not_open_without_a_session_of_the_commit(
    sessions: list[str], inputs: dict[str, str], said: str, tmp_path: Path
) -> None:
    done, _ = gate_on(tmp_path, *sessions, **inputs)
    assert done.code == 4, done.log
    assert said in done.outputs["reason"]


def test_the_gate_does_not_open_if_the_list_of_sessions_cannot_be_read_again(tmp_path: Path) -> None:
    rest = "faults: [{on: list, requests: 2-, status: 403}]"
    done, _ = gate_on(tmp_path, session("a"), rest=rest)
    assert done.code == 4, done.log
    assert done.cases["Pay a [eu-west-1]"] == "pass"


def test_the_list_of_sessions_is_requested_again_after_a_transient_error(tmp_path: Path) -> None:
    rest = "faults: [{on: list, requests: '1', status: 502}]"
    done, _ = gate_on(tmp_path, session("a"), rest=rest, commit_grace="20s")
    assert done.code == 0, done.log


def listed(session_id: str, minute: int, **changes: str) -> Listed:
    fields = {"name": "a", "provider": "GITHUB", "environment": "staging", "region": "eu-west-1"}
    started_at = datetime(2026, 1, 15, 9, minute, tzinfo=UTC)
    return Listed(id=session_id, started_at=started_at, **({"commit": SHA} | fields | changes))


def test_only_the_newest_of_several_sessions_with_the_same_properties_counts() -> None:
    entries = [
        listed("newer", 9),
        listed("older", 3),
        listed("another region", 1, region="us-east-1"),
        listed("another name", 1, name="b"),
        listed("another environment", 1, environment="production"),
        listed("another provider", 1, provider="VERCEL"),
    ]
    found = {each.id for each in sessions_of(entries, SHA[:7])}
    assert found == {each.id for each in entries} - {"older"}


def test_an_ambiguous_commit_is_refused() -> None:
    with pytest.raises(AmbiguousCommit):
        sessions_of([listed("a", 1), listed("b", 1, commit="4f2a1c9" + "0" * 33)], "4f2a1c9")
