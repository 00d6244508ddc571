"""The lines and keys of the CLI's output that name sessions."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.session_file import FoundSessions, sessions_in
from gate.domain.session import SessionKind, SessionRef
from gate.simulator import Simulator, parse
from tests.end_to_end.running import KEY, Run, github, run

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
OTHER = "22be3b52-5ec2-4894-9086-b5b4a8b00a89"
TEST, CHECK = SessionRef(ID, SessionKind.TEST), SessionRef(ID, SessionKind.CHECK)
LINK = f"https://app.checklyhq.com/accounts/1397c172/test-sessions/{ID}"
CHECK_LINK = f"https://app.checklyhq.com/accounts/1397c172/checks/{OTHER}/check-sessions/{ID}"
# As `checkly test --detach` prints it on a terminal: colours, carriage returns, and other UUIDs around it.
DETACHED = (
    "Parsing your project... \x1b[32m✔\x1b[39m\r\n"
    f"Running {OTHER} in eu-west-1.\r\n"
    f"\x1b[1mTest session ID:\x1b[22m \x1b[36m{ID}\x1b[39m\r\n"
    f"Inspect session: checkly test-sessions get {ID} --watch\r\n"
    f"Open session: \x1b[4m{LINK}\x1b[24m\r\n"
)
FOUND: dict[str, tuple[str, tuple[SessionRef, ...]]] = {
    "the output of checkly test": (DETACHED, (TEST,)),
    "the same with only CRs": (DETACHED.replace("\r\n", "\r"), (TEST,)),
    "a log of several runs": (
        DETACHED + DETACHED.replace(ID, OTHER),
        (TEST, SessionRef(OTHER, SessionKind.TEST)),
    ),
    "the output of checks run": (f"CHECK  SESSION\n{OTHER}  {ID}\nOpen session: {CHECK_LINK}\n", (CHECK,)),
    "the JSON of checks run": (
        json.dumps({"sessions": [{"checkSessionId": ID, "status": "STARTED"}]}),
        (CHECK,),
    ),
    "indented JSON after a warning": (
        "A new version is available\n" + json.dumps({"sessions": [{"checkSessionId": ID}]}, indent=2),
        (CHECK,),
    ),
    "Checkly's JSON report": (json.dumps({"testSessionId": ID, "numChecks": 3, "checks": []}), (TEST,)),
    "lines that are links": (
        f"{LINK}\n{CHECK_LINK.replace(ID, OTHER)}/results/1\n",
        (TEST, SessionRef(OTHER, SessionKind.CHECK)),
    ),
}


@pytest.mark.parametrize(("text", "refs"), FOUND.values(), ids=FOUND.keys())
def test_sessions_are_found(text: str, refs: tuple[SessionRef, ...]) -> None:
    assert sessions_in(text).refs == refs


def test_the_json_report_contains_the_number_of_checks() -> None:
    assert sessions_in(json.dumps({"testSessionId": ID, "numChecks": 3})) == FoundSessions((TEST,), {ID: 3})


NOT_FOUND = {
    "nothing": "",
    "any UUID": f"deployment {ID}\n",
    "an ID in a sentence": f"the Test session ID: {ID} is known\n",
    "a link in a sentence": f"see {LINK}\n",
    "JSON of another kind": json.dumps({"id": ID}),
    "JSON without sessions": json.dumps({"sessions": []}),
    "JSON whose session has no ID": json.dumps({"sessions": [{"id": ID}]}),
    "an invalid ID": "Test session ID: 1234\n",
    "only the first of several": f"Open first session: {CHECK_LINK}\n",
    "a list": json.dumps([ID]),
}


@pytest.mark.parametrize("text", NOT_FOUND.values(), ids=NOT_FOUND.keys())
def test_text_that_does_not_come_from_checkly_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*\n)"):
        sessions_in(text)


KEYS = st.sampled_from(["sessions", "testSessionId", "checkSessionId", "numChecks"])
DOCUMENTS = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)
)


@given(st.text() | DOCUMENTS.map(json.dumps))
def test_any_text_yields_sessions_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert sessions_in(text).refs


SCENARIO = f"""
description: a test session of two checks
speed: 20
started: 2999-01-01T00:00:00Z
sessions:
  - name: Deploy
    location: eu-west-1
    id: {ID}
    checks:
      - {{name: Pay, results: [{{at: 3s, is: passed}}]}}
      - {{name: Log in, results: [{{at: 3s, is: passed}}]}}
"""


def gate_on(workspace: Path, content: str | None, scenario: str = SCENARIO) -> Run:
    if content is not None:
        (workspace / "checkly.log").write_text(content)
    with Simulator(parse(scenario, name="file")) as api:
        inputs = {
            "session-file": "checkly.log",
            "api-key": KEY,
            "account-id": "a",
            "api-url": api.url,
            "json-path": "record.json",
        }
        return run(workspace, github(workspace, inputs))


def test_the_gate_takes_its_session_from_the_output_of_checkly_test(tmp_path: Path) -> None:
    gated = gate_on(tmp_path, DETACHED)
    assert gated.code == 0, gated.log
    assert gated.cases == {"Pay [eu-west-1]": "pass", "Log in [eu-west-1]": "pass"}
    assert gated.outputs["session-ids"] == ID
    assert gated.record["notices"] == []


def test_checks_that_only_the_json_report_counts_are_missing(tmp_path: Path) -> None:
    gated = gate_on(tmp_path, json.dumps({"testSessionId": ID, "numChecks": 4}))
    assert gated.code == 1
    assert gated.outputs["cause"] == "missing"
    assert gated.outputs["missing"] == "2"
    assert "check that Checkly does not show (2) [unknown location]" in gated.cases


def test_a_session_that_ended_long_ago_causes_a_notice(tmp_path: Path) -> None:
    gated = gate_on(tmp_path, DETACHED, SCENARIO.replace("2999", "2020"))
    assert gated.code == 0
    assert any(
        "Deploy: ended more than an hour before the gate began" in each for each in gated.record["notices"]
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "checkly.log cannot be read"),
        ("", "it names no session"),
        ("x" * 10_000_001, "is larger than 10 MB"),
        (f"Open first session: {CHECK_LINK}", "--output json"),
    ],
)
def test_a_file_that_names_no_session_is_a_usage_error(
    content: str | None, said: str, tmp_path: Path
) -> None:
    refused = gate_on(tmp_path, content)
    assert refused.code == 2
    assert said in refused.log
    assert "session-file" in refused.junit.findtext(".//error", "")
