"""How the gate finds sessions in the output of Checkly's CLI."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.session_file import FoundSessions, sessions_in, text_of
from gate.domain.session import SessionKind, SessionRef
from gate.simulator import Simulator, parse
from tests.end_to_end.running import KEY, Run, github, run

ID = "8166fa86-c9b4-4162-8541-d380c6c212d8"
OTHER = "22be3b52-5ec2-4894-9086-b5b4a8b00a89"
TEST, CHECK = SessionRef(ID, SessionKind.TEST), SessionRef(ID, SessionKind.CHECK)
LINK = f"https://app.checklyhq.com/accounts/1397c172/test-sessions/{ID}"
CHECK_LINK = f"https://app.checklyhq.com/accounts/1397c172/checks/{OTHER}/check-sessions/{ID}"
# The output of `checkly test --detach` in CLI 9.5, with colours. tests/witness compares its lines about the
# session with the output of the real CLI.
DETACHED = (
    "Parsing your project... ✅\n\n"
    f"\x1b[37mTest session ID:\x1b[39m {ID}\n"
    f"\x1b[37mInspect session:\x1b[39m \x1b[36mcheckly test-sessions get {ID} --watch\x1b[39m\n"
    f"\x1b[37mOpen session:\x1b[39m \x1b[4m\x1b[36m{LINK}\x1b[39m\x1b[24m\n\n"
    "Running 2 checks in eu-west-1:\n\n"
    f"pay.check.js\n  \x1b[1m\x1b[2m~\x1b[22m\x1b[22m \x1b[1m\x1b[2mPay {OTHER}\x1b[22m\x1b[22m\n\n\n"
    "\x1b[33mChecks will continue running in the cloud.\x1b[39m\n\n"
    "\x1b[1m\x1b[34m2 scheduling\x1b[39m\x1b[22m, 2 total\n\n"
)
STARTED = json.dumps({"sessions": [{"checkSessionId": OTHER, "status": "STARTED"}]}, indent=2)
FOUND: dict[str, tuple[str, tuple[SessionRef, ...]]] = {
    "the output of checkly test": (DETACHED, (TEST,)),
    "the output of checkly test on a terminal": (DETACHED.replace("\n", "\r\n"), (TEST,)),
    "the output of checkly test with CR line endings": (DETACHED.replace("\n", "\r"), (TEST,)),
    "a raw log of GitHub": (DETACHED.replace("\n", "\n2026-11-28T02:37:33.1234567Z "), (TEST,)),
    "a raw log of Jenkins": (DETACHED.replace("\n", "\n[2026-11-28T02:37:33.123Z] "), (TEST,)),
    "JSON in a log with timestamps": (
        "".join(f"2026-11-28T02:37:33+01:00 {line}" for line in STARTED.splitlines(keepends=True)),
        (SessionRef(OTHER, SessionKind.CHECK),),
    ),
    "JSON after the output of checkly test": (
        DETACHED + STARTED,
        (TEST, SessionRef(OTHER, SessionKind.CHECK)),
    ),
    "the JSON of two runs": (
        STARTED + "\n" + STARTED.replace(OTHER, ID),
        (SessionRef(OTHER, SessionKind.CHECK), CHECK),
    ),
    "JSON of another program before the output": ('{"level": "info"}\n' + DETACHED, (TEST,)),
    "braces that are not JSON": ("{ shop }\n" + DETACHED, (TEST,)),
    "a log of several runs": (
        DETACHED + DETACHED.replace(ID, OTHER),
        (TEST, SessionRef(OTHER, SessionKind.TEST)),
    ),
    "the output of checkly checks run": (
        f"CHECK  SESSION\n{OTHER}  {ID}\nOpen session: {CHECK_LINK}\n",
        (CHECK,),
    ),
    "the JSON of checkly checks run": (
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


ONE_LINE = f"Test session ID: {ID}"
NOT_FOUND = {
    "an empty file": ("", "it is empty"),
    "blank lines": (" \r\n\n", "it is empty"),
    "any UUID": (f"deployment {ID}\n", "names no session. It must be the output of"),
    "a link in a sentence": (f"see {LINK}\n", "names no session. It must be the output of"),
    "an ID in a sentence": (f"\nthe {ONE_LINE} is known\n", "Line 2 has other text next to"),
    "a timestamp in another format": (f"a\nb\n[10:00:00] {ONE_LINE}", "Line 3 has other text next to"),
    "an invalid ID": (
        "Running\r\n\r\nTest session ID: 1234\r\n",
        r"^line 3: the ID of a test session must be a UUID, not '1234'$",
    ),
    "an API key instead of an ID": ("Test session ID: cu_0123456789abcdef", "not the given value$"),
    "a link to something else": (
        "Open session: https://app.checklyhq.com/checks/1",
        "^line 1: 'https://app.checklyhq.com/checks/1' is not a link to a session",
    ),
    "a link to only the first of several sessions": (
        f"2 check sessions started.\n\n  Open first session:   {CHECK_LINK}\n",
        "^line 3: names only the first of several sessions; run .* with --output json",
    ),
    "Markdown": (f"# Check sessions\n\n| [{ID}]({CHECK_LINK}) |\n", "Markdown .* --output json"),
    "output without a matching check": ("No matching checks were found.\n", "no check matched the filter"),
    "JSON without sessions": (json.dumps({"sessions": []}), "no check matched the filter"),
    "JSON without known keys": (json.dumps({"id": ID}), "neither `testSessionId` .* nor `sessions`"),
    "a JSON report with --no-record": (json.dumps({"numChecks": 2, "checks": []}), "--no-record"),
    "JSON whose session has no ID": (
        "\n" + json.dumps({"sessions": [{"id": ID}]}),
        "^line 2: the ID of a check",
    ),
    "JSON whose session is not an object": (json.dumps({"sessions": [ID]}), "must be a UUID"),
    "JSON with an invalid ID": (json.dumps({"testSessionId": "1, 2"}), "must be a UUID, not '1, 2'"),
    "truncated JSON": (DETACHED + STARTED[:-3], "^line 17: the JSON that begins here is not complete"),
    "many lines that look like the beginning of JSON": (
        '{"level": \n' * 1000 + ONE_LINE,
        "look like JSON but are not",
    ),
    "a list": (json.dumps([ID]), "names no session"),
}


@pytest.mark.parametrize(("text", "why"), NOT_FOUND.values(), ids=NOT_FOUND.keys())
def test_text_that_names_no_session_is_rejected_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as rejected:
        sessions_in(text)
    assert "\n" not in str(rejected.value)


ENCODED = {
    "UTF-8": DETACHED.encode(),
    "UTF-8 with a BOM": DETACHED.encode("utf-8-sig"),
    "PowerShell's UTF-16": DETACHED.encode("utf-16"),
    "UTF-16 with the other byte order": b"\xfe\xff" + DETACHED.encode("utf-16-be"),
    "JSON with a BOM": json.dumps({"testSessionId": ID}).encode("utf-8-sig"),
    "text with an invalid byte": b"\xff\n" + DETACHED.encode(),
}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED.keys())
def test_the_encodings_that_shells_commonly_write_are_read(content: bytes) -> None:
    assert sessions_in(text_of(content)).refs == (TEST,)


@pytest.mark.parametrize("content", [b"\x7fELF\0\0", DETACHED.encode("utf-16-le")])
def test_a_binary_file_is_rejected(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is not a text file"):
        text_of(content)


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


def test_checks_that_the_json_report_only_counts_are_reported_as_missing(tmp_path: Path) -> None:
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
        ("", "checkly.log: it is empty"),
        ("a binary file\0", "checkly.log: it is not a text file"),
        ("x" * 10_000_001, "is larger than 10 MB"),
        (f"Open first session: {CHECK_LINK}", "--output json"),
    ],
)
def test_a_file_that_names_no_session_causes_a_usage_error(
    content: str | None, said: str, tmp_path: Path
) -> None:
    refused = gate_on(tmp_path, content)
    assert refused.code == 2
    assert said in refused.log
    assert "session-file" in refused.junit.findtext(".//error", "")


def test_a_folder_is_not_a_session_file(tmp_path: Path) -> None:
    (tmp_path / "checkly.log").mkdir()
    refused = gate_on(tmp_path, None)
    assert refused.code == 2
    assert "session-file: checkly.log cannot be read: Is a directory" in refused.log
