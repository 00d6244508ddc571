"""Triggering test sessions over real HTTP: requests, polling of the sessions, and redaction."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import Run, github, inputs_for, run
from tests.openapi.spec import request_problems

SECRETS = ("pa55-wörd/with+all=the%odd\\chars", "another secret of many letters", "k3y")
SCENARIO = """
description: two test sessions that can be triggered
speed: 20
sessions:
  - name: first
    location: eu-west-1
    checks:
      - name: Pay
        id: a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a
        tags: [production]
        results: [{at: 3s, is: passed}]
      - {name: Log in, tags: [production], results: [{at: 5s, is: %s}]}
  - name: second
    location: us-east-1
    checks:
      - {name: Pay, tags: [production], results: [{at: 4s, is: passed}]}
%s"""
GITHUB = {
    "GITHUB_REPOSITORY": "shop/site",
    "GITHUB_SHA": "4f2a1c9e0d6b8a7c5f3e1d2b4a6c8e0f1a3b5c7d",
    "GITHUB_REF_NAME": "main",
    "GITHUB_SERVER_URL": "https://github.com",
}


def triggered(
    workspace: Path, *, second: str = "passed", rest: str = "", **inputs: str
) -> tuple[Run, list[Any], list[list[str]]]:
    """Run a gate that triggers checks; return the run, its trigger calls and problems with its requests."""
    with Simulator(parse(SCENARIO % (second, rest), name="suites")) as api:
        given = {"trigger-as": "test-session", "trigger-tags": "production", "trigger-location": "eu-west-1"}
        more = {name.replace("_", "-"): value for name, value in inputs.items()}
        env = github(workspace, {**inputs_for(api, ()), **given, **more}) | GITHUB
        done = run(workspace, env)
        posted = [json.loads(each.body) for each in api.requests if each.path.endswith("/trigger")]
        problems = [request_problems(each.method, each.path, each.body) for each in api.requests]
    return done, posted, [each for each in problems if each]


def test_a_session_is_started_at_each_location_and_polled(tmp_path: Path) -> None:
    done, posted, problems = triggered(tmp_path, trigger_location="eu-west-1 us-east-1")
    assert done.code == 0, done.log
    assert set(done.cases) == {"Pay [eu-west-1]", "Log in [eu-west-1]", "Pay [us-east-1]"}
    assert [each["runLocation"] for each in posted] == ["eu-west-1", "us-east-1"]
    assert problems == []
    for body in posted:
        assert body["name"] == "shop/site 4f2a1c9"
        assert body["target"] == {"matchTags": [["production"]]}
        assert body["metadata"] == {
            "commitId": GITHUB["GITHUB_SHA"],
            "branchName": "main",
            "repoUrl": "https://github.com/shop/site",
        }
    started = done.log.index("started shop/site 4f2a1c9: https://app.checklyhq.com/")
    assert started < done.log.index("waiting for 2 sessions")


def test_a_failed_check_of_a_triggered_session_closes_the_gate(tmp_path: Path) -> None:
    done, _, _ = triggered(tmp_path, second="failed")
    assert (done.code, done.outputs["cause"]) == (1, "failed")


@pytest.mark.parametrize("trouble", ["status: 500", "cut: close"])
def test_a_trigger_call_that_may_have_arrived_is_not_repeated(trouble: str, tmp_path: Path) -> None:
    rest = f"faults: [{{on: trigger, requests: '2', {trouble}}}]"
    done, posted, _ = triggered(tmp_path, rest=rest, trigger_location="eu-west-1,us-east-1")
    assert done.code == 4, done.log
    assert len(posted) == 2
    assert "Pay [eu-west-1]" in done.cases, "started sessions are reported"
    assert done.outputs["reason"].startswith("trigger at us-east-1: ")
    assert "Look in Checkly for sessions that the call started" in done.outputs["reason"]


def test_the_gate_does_not_open_if_the_trigger_matches_no_check(tmp_path: Path) -> None:
    done, _, _ = triggered(tmp_path, trigger_tags="staging")
    assert done.code == 4, done.log
    assert re.search("^trigger at eu-west-1: .*No checks matched the target", done.outputs["reason"])


def test_a_named_check_that_does_not_run_is_reported_as_missing(tmp_path: Path) -> None:
    named = "a4cd4ad9-4815-4a9e-92d2-0a7c562ee69a 22be3b52-5ec2-4894-9086-b5b4a8b00a89"
    done, _, _ = triggered(tmp_path, trigger_tags="", trigger_check_id=named)
    assert (done.code, done.outputs["cause"]) == (1, "missing")


def test_variables_are_sent_as_secrets_and_never_shown(tmp_path: Path) -> None:
    env = "\n".join(f"KEY_{number}={value}" for number, value in enumerate(SECRETS))
    echo = json.dumps({"message": f"cannot use {SECRETS[0]} and {SECRETS[1]}"})
    rest = f"faults:\n  - {{on: retrieve, requests: '1-3', status: 503, body: {json.dumps(echo)}}}"
    done, posted, problems = triggered(tmp_path, rest=rest, trigger_env=env, verbose="true")
    assert done.code == 0, done.log
    assert problems == []
    assert posted[0]["environmentVariables"] == [
        {"key": f"KEY_{number}", "value": value, "secret": True} for number, value in enumerate(SECRETS)
    ]
    written = [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert "cannot use *** and ***" in done.log
    for text in (done.log, *written):
        assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"trigger_location": ""}, "trigger-location: trigger-as test-session needs it"),
        ({"trigger_tags": ""}, "trigger-as: test-session needs trigger-check-id or trigger-tags"),
        ({"trigger_as": "check-session"}, "trigger-location: needs trigger-as test-session"),
        ({"trigger_as": "suite"}, "allowed: check-session or test-session"),
        ({"trigger_env": "geheim=\ngeheim=pa55"}, "each key once (geheim is given twice)"),
        ({"trigger_env": "pa55-and-no-key"}, "one KEY=value per line (line 1 is not)"),
        ({"trigger_env": "\n".join(f"K{number}=pa55" for number in range(51))}, "at most 50 variables"),
        ({"trigger_location": "eu west/1"}, "region codes or slugs of private locations"),
    ],
)
def test_invalid_or_incompatible_inputs_are_refused_and_trigger_nothing(
    inputs: dict[str, str], said: str, tmp_path: Path
) -> None:
    done, posted, _ = triggered(tmp_path, **inputs)
    assert (done.code, posted) == (2, [])
    assert said in done.log
    assert "pa55" not in done.log
