"""In each network, the gate ends as docs/RESILIENCE.md shows, and credentials reach only the right server."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from gate.simulator import parse
from tests.absent import require_programs
from tests.end_to_end.running import KEY
from tests.faults.api import served
from tests.faults.conditions import EVERY_CONDITION, Condition
from tests.faults.gate_run import broken_promises, gate, inputs_for
from tests.faults.networks import PASSED, run_in, server_context
from tests.faults.proxy import PASSWORD, USER
from tests.faults.resilience import committed_lines, condition_line
from tests.samples import SESSION_ID


@pytest.mark.parametrize("condition", EVERY_CONDITION, ids=lambda condition: condition.name)
def test_a_gate_in_this_network_ends_as_documented(condition: Condition, tmp_path: Path) -> None:
    ran = run_in(condition, tmp_path)
    assert not ran.broken, ran.gated.run.log
    assert committed_lines().get(condition.name) == condition_line(condition, ran), "run make resilience"
    assert bool(ran.proxy_heads) == (condition.proxy is not None)
    for head in ran.proxy_heads:
        assert head.startswith(b"CONNECT api.checkly.test:")
        assert KEY.encode() not in head


@pytest.mark.parametrize("credentials", [f"{USER}:{PASSWORD}", ""], ids=["with credentials", "without"])
def test_the_gate_works_with_tinyproxy(credentials: str, tmp_path: Path) -> None:
    """Use a real proxy that requires credentials, in addition to the tests' own proxy."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "bundle.pem"))
    timeout_s = 10 if credentials else 2
    with (
        served(parse(PASSED, name="proxied"), server_context(authority)) as api,
        _tinyproxy(tmp_path) as port,
    ):
        at = f"{credentials}@" if credentials else ""
        inputs = inputs_for(f"https://0.0.0.0:{api.port}", (SESSION_ID,), timeout_s)
        gated = gate(
            tmp_path / "workspace",
            inputs | {"ca-bundle": str(tmp_path / "bundle.pem")},
            {"HTTPS_PROXY": f"http://{at}127.0.0.1:{port}"},
        )
        assert len(api.requests) == (1 if credentials else 0)
    code = 0 if credentials else 4
    assert not broken_promises(gated, code=code, timeout_s=timeout_s, since_s=None), gated.run.log
    assert PASSWORD.encode() not in gated.everything


@contextmanager
def _tinyproxy(folder: Path) -> Iterator[int]:
    """Run tinyproxy on a free port for the duration of the context."""
    require_programs("tinyproxy")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config = folder / "tinyproxy.conf"
    config.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 20\nBasicAuth {USER} {PASSWORD}\n")
    with subprocess.Popen(["tinyproxy", "-d", "-c", str(config)], stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.02)
            yield port
        finally:
            process.terminate()
