"""The API key is sent only in a header of requests to the API. No output reveals it."""

from __future__ import annotations

import json
import os
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from gate.simulator import Scenario, parse
from gate.simulator.answer import Answer
from gate.simulator.scenario.faults import Aim, Cut
from tests.end_to_end.running import JUNIT, github, start
from tests.faults.api import Api, Raw, Trouble, served, struck
from tests.faults.bodies import WHOLE, green_with, head
from tests.faults.gate_run import gate, inputs_for
from tests.faults.networks import PASSED, server_context
from tests.samples import SESSION_ID

_CORE = "Zq7Recognisable9xK"
KEY = f'cu_/+"<&%{_CORE}>=~'  # contains characters that URLs, JSON and HTML escape
_BEARER = f"Bearer {KEY}".encode()
FORMS = {
    "unchanged": KEY,
    "percent-encoded": quote(KEY, safe=""),
    "percent-encoded, every character": "".join(f"%{ord(each):02x}" for each in KEY),
    "escaped in JSON": json.dumps(KEY)[1:-1],
    "escaped in JSON, every character": "".join(f"\\u{ord(each):04x}" for each in KEY),
    "escaped in JSON, including slashes": json.dumps(KEY)[1:-1].replace("/", "\\/"),
    "base64": b64encode(KEY.encode()).decode(),
    "base64 of the header's value": b64encode(_BEARER).decode(),
    "base64 of a user name and the key": b64encode(f"me:{KEY}".encode()).decode(),
    "URL-safe base64 of the header's value": urlsafe_b64encode(_BEARER).decode(),
}
_UNMISTAKABLE = (_CORE, *(form.rstrip("=")[8:-4] for name, form in FORMS.items() if "base64" in name))
_ALL = " ".join(FORMS.values()).encode()
_IN_A_HEADER = _ALL.decode().replace("\\", "")
PLACES: dict[str, Trouble] = {
    "a final error": Answer(401, b'{"message": "%s"}' % _ALL),
    "a transient error": Answer(503, b'{"message": "%s"}' % _ALL),
    "a check's name": Answer(200, WHOLE.replace(b"Checkout API", _ALL)),
    "a location's name": Answer(200, WHOLE.replace(b"us-east-1", _ALL)),
    "a status": Answer(200, WHOLE.replace(b"PASSED", _ALL)),
    "another session's id": Answer(200, WHOLE.replace(SESSION_ID.encode(), _ALL)),
    "a link": Answer(200, WHOLE.replace(b"https://app", b"https://app/" + quote(KEY).encode())),
    "a redirect": Answer(302, headers=(("Location", f"https://{_IN_A_HEADER}/"), ("cf-ray", _IN_A_HEADER))),
    "bytes that are not HTTP": Raw(lambda: (_ALL + b"\r\n\r\n",)),
    "an encoding": Raw(lambda: (head(f"Content-Encoding: {_IN_A_HEADER}"), WHOLE)),
    "a length": Raw(lambda: (head("Content-Length: 1", f"Content-Length: {_IN_A_HEADER}"), WHOLE)),
    "half a response": Raw(lambda: (head("Content-Length: 9999"), WHOLE.replace(b"Checkout API", _ALL))),
}


def _always(trouble: Trouble) -> Scenario:
    return replace(parse(PASSED, name="key"), faults=(struck(trouble, Aim(), 1, 1e9),))


@pytest.mark.parametrize("trouble", PLACES.values(), ids=PLACES.keys())
def test_no_output_contains_a_key_that_a_response_echoes(trouble: Trouble, tmp_path: Path) -> None:
    """No output may contain any form of the key. The gate does not run on GitHub, so no command masks it."""
    with served(_always(trouble)) as api:
        inputs = inputs_for(api.url, (SESSION_ID,), 1) | {"api-key": KEY, "verbose": "true"}
        gated = gate(tmp_path / "workspace", inputs, {"GITHUB_ACTIONS": ""})
        assert {request.headers["authorization"] for request in api.requests} == {f"Bearer {KEY}"}
    assert "request: GET" in gated.run.log, "the log is not verbose"
    assert (gated.run.workspace / JUNIT).exists()
    shown = [each for each in (*_UNMISTAKABLE, *FORMS.values()) if each.encode() in gated.everything]
    assert not shown


_ORDINARY = "cu_0123456789abcdef0123456789abcdef"
_PARTED = {"a zero-width space": "\u200b", "a soft hyphen": "\u00ad", "a colour": "\x1b[31m"}
_SAID = {
    "a check's name": lambda text: Answer(200, green_with(name=text)),
    "a refusal": lambda text: Answer(401, json.dumps({"message": text}).encode()),
    "a header": lambda text: Answer(503, headers=(("cf-ray", text.encode().decode("latin-1")),)),
}


@pytest.mark.parametrize("apart", _PARTED.values(), ids=_PARTED.keys())
@pytest.mark.parametrize("said", _SAID.values(), ids=_SAID.keys())
def test_no_output_contains_a_key_split_by_characters_that_cleaning_removes(
    said: Callable[[str], Answer], apart: str, tmp_path: Path
) -> None:
    with served(_always(said(f"{_ORDINARY[:20]}{apart}{_ORDINARY[20:]}"))) as api:
        gated = gate(tmp_path / "workspace", inputs_for(api.url, (SESSION_ID,), 1))
    assert _ORDINARY.removeprefix("cu_").encode() not in gated.everything


def test_no_output_contains_a_key_used_as_account_id_or_in_a_policy(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "policy.yml").write_text(f"{_ORDINARY}: 1\n")
    with served(parse(PASSED, name="key")) as api:
        inputs = inputs_for(api.url, (SESSION_ID,), 3) | {"account-id": _ORDINARY}
        opened = gate(tmp_path / "workspace", inputs)
        refused = gate(tmp_path / "workspace", inputs | {"policy": "policy.yml"})
    assert [opened.run.code, refused.run.code] == [0, 2]
    for gated in (opened, refused):
        written = gated.everything.replace(f"{_ORDINARY}: 1".encode(), b"")
        assert _ORDINARY.removeprefix("cu_").encode() not in written


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_target_of_a_redirect_gets_no_request(status: int, tmp_path: Path) -> None:
    with served(parse(PASSED, name="other")) as elsewhere:
        pointing = Answer(status, headers=(("Location", f"{elsewhere.url}/v1/check-sessions/{SESSION_ID}"),))
        with served(_always(pointing)) as api:
            gated = gate(tmp_path / "workspace", inputs_for(api.url, (SESSION_ID,), 3))
        assert elsewhere.requests == []
    assert gated.run.code == 4
    assert f"pointing to 127.0.0.1:{elsewhere.port}" in gated.reason


@contextmanager
def _behind_tls(folder: Path) -> Iterator[tuple[Api, dict[str, str]]]:
    """Serve an API with TLS at an address that the gate does not treat as loopback."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "bundle.pem"))
    with served(parse(PASSED, name="key"), server_context(authority)) as api:
        inputs = inputs_for(f"https://0.0.0.0:{api.port}", (SESSION_ID,), 10)
        yield api, inputs | {"api-key": KEY, "verbose": "true", "ca-bundle": str(folder / "bundle.pem")}


@pytest.mark.parametrize("entry", ["machine 0.0.0.0", "default"])
def test_a_netrc_file_in_the_home_folder_is_not_used(entry: str, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text(f"{entry} login somebody password of-the-netrc\n")
    (tmp_path / ".netrc").chmod(0o600)
    with _behind_tls(tmp_path) as (api, inputs):
        gated = gate(
            tmp_path / "workspace", inputs, {"HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc")}
        )
        assert {request.headers["authorization"] for request in api.requests} == {f"Bearer {KEY}"}
    assert gated.run.code == 0
    assert b"of-the-netrc" not in gated.everything


def test_the_netrc_file_is_not_opened_after_a_redirect(tmp_path: Path) -> None:
    """The netrc file is a pipe without a writer, so a gate that opened it would hang."""
    os.mkfifo(tmp_path / ".netrc")
    with served(_always(Answer(302, headers=(("Location", "https://login.example/"),)))) as api:
        gated = gate(tmp_path / "workspace", inputs_for(api.url, (SESSION_ID,), 10), {"HOME": str(tmp_path)})
    assert gated.run.code == 4
    assert gated.ended_s - gated.began_s < 5


def test_the_process_list_does_not_show_a_key_from_the_environment(tmp_path: Path) -> None:
    with served(_always(Cut.STALL)) as api:
        inputs = inputs_for(api.url, (SESSION_ID,), 30)
        process = start(tmp_path, github(tmp_path, inputs | {"api-key": KEY}))
        assert api.wait_for_request(SESSION_ID)
        tasks = Path(f"/proc/{process.pid}")
        titles = [
            path.read_bytes() for path in [tasks / "cmdline", *tasks.glob("task/*/comm"), tasks / "status"]
        ]
        process.terminate()
        log, _ = process.communicate(timeout=20)
    assert process.returncode == 143
    assert b"entrypoint.py" in titles[0]
    assert not [title for title in titles if _CORE.encode() in title]
    assert _CORE not in log.replace(f"::add-mask::{KEY.replace('%', '%25')}", "")
