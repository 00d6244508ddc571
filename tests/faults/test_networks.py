"""Each network: the exit code of the contract, and no credential where it does not belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.running import KEY
from tests.faults.conditions import EVERY_CONDITION, Condition
from tests.faults.networks import run_in
from tests.faults.resilience import committed_lines, condition_line


@pytest.mark.parametrize("condition", EVERY_CONDITION, ids=lambda condition: condition.name)
def test_a_network_ends_as_the_contract_says_and_the_document_tells(
    condition: Condition, tmp_path: Path
) -> None:
    ran = run_in(condition, tmp_path)
    assert not ran.broken, ran.gated.run.log
    assert committed_lines().get(condition.name) == condition_line(condition, ran), (
        "make resilience writes it anew"
    )
    assert bool(ran.proxy_heads) == (condition.proxy is not None)
    for head in ran.proxy_heads:
        assert head.startswith(b"CONNECT api.checkly.test:")
        assert KEY.encode() not in head
