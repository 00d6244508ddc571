"""The account in a link replaces a missing input, and errors mention a link to another account."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.simulator import Simulator, parse
from tests.end_to_end.running import github, inputs_for, run
from tests.end_to_end.test_stdout import PASSED

MISSING = "00000000-0000-0000-0000-00000000000e"
LINK = "https://app.checklyhq.com/accounts/1397c172/check-sessions"


@pytest.mark.parametrize(
    ("given", "sent"), [("", "1397c172"), ("another", "another")], ids=["not given", "given"]
)
@pytest.mark.parametrize("named_by", ["session-id", "session-file"])
def test_the_account_of_a_link_replaces_a_missing_account_id(
    named_by: str, given: str, sent: str, tmp_path: Path
) -> None:
    parsed = parse(PASSED, name="passed")
    link = f"{LINK}/{parsed.session_ids[0]}"
    (tmp_path / "checkly.log").write_text(f"Open session: {link}\n")
    named = {"session-id": "", named_by: link if named_by == "session-id" else "checkly.log"}
    with Simulator(parsed) as api:
        inputs = inputs_for(api, parsed.session_ids) | named | {"account-id": given}
        result = run(tmp_path, github(tmp_path, inputs))
        assert {request.headers["x-checkly-account"] for request in api.requests} == {sent}
    assert result.code == 0
    assert "account-id is not given" not in result.log


def test_the_error_for_an_unknown_session_mentions_a_link_to_another_account(tmp_path: Path) -> None:
    parsed = parse(PASSED, name="passed")
    with Simulator(parsed) as api:
        inputs = inputs_for(api, (f"{LINK}/{MISSING}",), account_id="another", timeout="2s")
        result = run(tmp_path, github(tmp_path, inputs))
    assert result.code == 4
    assert "the link belongs to account 1397c172, but account-id is another" in result.outputs["reason"]


def test_the_error_for_an_unknown_session_omits_a_link_to_the_same_account(tmp_path: Path) -> None:
    parsed = parse(PASSED, name="passed")
    with Simulator(parsed) as api:
        inputs = inputs_for(api, (f"{LINK}/{MISSING}",), account_id="1397c172", timeout="2s")
        result = run(tmp_path, github(tmp_path, inputs))
    assert "404" in result.outputs["reason"]
    assert "the link belongs to" not in result.log
