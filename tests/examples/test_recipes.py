"""Recipes for steps after the verdict. Their scripts run with stand-ins for the programs that they call."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from gate.config.settings import read_settings, shown_inputs
from tests.end_to_end.running import ENTRYPOINT, run
from tests.examples.github_job import Gate, play
from tests.examples.programs import Programs
from tests.examples.reading import EXAMPLES, IMAGE, documents, text

RECORD = "checkly-gate.json"
HOSTILE = {
    "verdict": "fail",
    "exit-code": 1,
    "reason": "failed: <!channel> & </a> @team",
    "session-link": "https://app.checklyhq.com/a?b=1&c=2",
}


def test_the_comment_on_a_pull_request_has_the_verdict_the_reason_and_the_link(tmp_path: Path) -> None:
    run(tmp_path, {}, "demo", "failing", "--json-path", RECORD)
    record = json.loads((tmp_path / RECORD).read_text())
    job = play(text("github/comment.yml"), Gate("failure", {"json-path": RECORD}), tmp_path)
    (call,) = Programs(tmp_path).calls("gh")
    assert call.arguments[:3] == ["pr", "comment", "given"]
    assert call.arguments[3:] == ["--edit-last", "--create-if-none", "--body-file", "comment.md"]
    assert (tmp_path / "comment.md").read_text() == (
        f"### Checkly: fail\n\n    {record['reason']}\n\n{record['session-link']}\n"
    )
    assert job.failed


@pytest.mark.parametrize(
    ("verdict", "state"), [("pass", "success"), ("fail", "failure"), ("inconclusive", "error")]
)
def test_the_status_of_a_deployment_matches_the_verdict(verdict: str, state: str, tmp_path: Path) -> None:
    outputs = {"verdict": verdict, "reason": "failed " + "x" * 200, "session-link": "https://a.example/"}
    outcome = "success" if verdict == "pass" else "failure"
    job = play(text("github/deployment.yml"), Gate(outcome, outputs), tmp_path)
    (call,) = Programs(tmp_path).calls("gh")
    assert "repos/team/shop/deployments/given/statuses" in call.arguments
    assert {each for each in call.arguments if "=" in each} == {
        f"state={state}",
        "description=failed " + "x" * 133,
        "log_url=https://a.example/",
    }
    assert job.failed == (verdict != "pass")


@contextmanager
def _slack() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the address of a server that accepts messages, and the list of the messages it receives."""
    messages: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/services/T/B/x", messages
        server.shutdown()


def _notify(folder: Path, url: str, gate: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{folder}/programs:/usr/bin:/bin", "CHECKLY_GATE": gate, "SLACK_WEBHOOK_URL": url}
    script = [str(EXAMPLES / "publishing/slack.sh")]
    return subprocess.run(
        script, cwd=folder, env=env | {"NO_PROXY": "*"}, capture_output=True, text=True, check=False
    )


def _python_gate(scenario: str) -> str:
    return f"{sys.executable} {ENTRYPOINT} demo {scenario}"


def test_a_closed_gate_is_posted_to_slack_and_keeps_its_exit_code(tmp_path: Path) -> None:
    with _slack() as (url, messages):
        done = _notify(tmp_path, url, _python_gate("failing"))
    assert done.returncode == 1, done.stderr
    (message,) = messages
    assert message["text"].startswith(
        "Checkly gate: fail (exit code 1): 1 of 4 locations failed (25%), none allowed"
    )
    assert "https://app.checklyhq.com/" in message["text"]


def test_an_open_gate_is_not_posted_to_slack(tmp_path: Path) -> None:
    with _slack() as (url, messages):
        assert _notify(tmp_path, url, _python_gate("passing")).returncode == 0
    assert messages == []


def test_names_from_checkly_cannot_mention_a_channel_in_slack(tmp_path: Path) -> None:
    Programs(tmp_path / "programs").add("checkly-gate", 1, {RECORD: json.dumps(HOSTILE)})
    with _slack() as (url, messages):
        _notify(tmp_path, url, "checkly-gate")
    assert "&lt;!channel&gt; &amp; &lt;/a&gt;" in messages[0]["text"]


def test_an_unreachable_slack_does_not_change_the_exit_code(tmp_path: Path) -> None:
    Programs(tmp_path / "programs").add("checkly-gate", 3, {RECORD: json.dumps(HOSTILE)})
    done = _notify(tmp_path, "http://127.0.0.1:9/", "checkly-gate")
    assert done.returncode == 3
    assert "The message did not reach Slack." in done.stderr


def _rollouts_job() -> dict[str, Any]:
    ((metric,),) = (document["spec"]["metrics"] for document in documents("argo/rollouts.yaml"))
    job: dict[str, Any] = metric["provider"]["job"]["spec"]
    assert job["activeDeadlineSeconds"] > 20 * 60
    return job


def _skaffold_job() -> dict[str, Any]:
    ((verification,),) = (document["verify"] for document in documents("clouddeploy/skaffold.yaml"))
    overrides = json.loads(verification["executionMode"]["kubernetesCluster"]["overrides"])
    job: dict[str, Any] = overrides["spec"]
    (container,) = job["template"]["spec"]["containers"]
    assert verification["container"].items() <= container.items(), (
        "an override replaces the whole list of containers"
    )
    return job


@pytest.mark.parametrize("job", [_rollouts_job(), _skaffold_job()], ids=["argo", "google"])
def test_a_job_in_a_cluster_runs_the_gate_once_with_the_key_from_a_secret(job: dict[str, Any]) -> None:
    assert job["backoffLimit"] == 0
    (container,) = job["template"]["spec"]["containers"]
    assert container["image"] == IMAGE
    given = {each["name"]: each.get("value") or "from-a-secret" for each in container["env"]}
    secrets = [each["name"] for each in container["env"] if "valueFrom" in each]
    assert secrets == ["CHECKLY_API_KEY", "CHECKLY_ACCOUNT_ID"]
    shown = shown_inputs(read_settings([], given))
    assert (shown["trigger-tags"], shown["failed-threshold"], shown["degraded-threshold"]) == (
        "production",
        "0",
        "25%",
    )
