"""Build the network of a condition on this machine, and run a gate in it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

from gate.simulator import parse
from tests.faults.api import served
from tests.faults.conditions import Certificate, Condition
from tests.faults.gate_run import Gated, broken_promises, gate, inputs_for
from tests.faults.proxy import PASSWORD, USER, Proxy, proxied
from tests.samples import SESSION_ID

PASSED = f"""
description: a session that has passed
sessions:
  - id: {SESSION_ID}
    check: {{name: Checkout API, type: API}}
    locations: [us-east-1]
    results: [{{at: 0s, location: us-east-1, is: passed}}]
"""
_NAMES = ("0.0.0.0", "api.checkly.test")  # noqa: S104 - only a name to connect to
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InNetwork:
    """A gate's run in a network: its result, the requests to the proxy, and the promises that it broke."""

    gated: Gated
    proxy_heads: tuple[bytes, ...]
    says: str
    broken: tuple[str, ...]


def run_in(condition: Condition, folder: Path) -> InNetwork:
    """Build the network and run the gate in it."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    (folder / "empty.pem").touch()
    authority.cert_pem.write_to_path(str(folder / "bundle.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
    plan = condition.proxy
    proxy = Proxy(plan.answer, plan.asks_for_credentials) if plan else Proxy()
    scenario = parse(PASSED, name="network")
    timeout_s = 10 if condition.code == 0 else 2  # a gate that opens does not wait for its timeout
    with ExitStack() as stack:
        api = stack.enter_context(served(scenario, _tls(condition.certificate, authority)))
        stack.enter_context(proxied(proxy))
        places = {
            "port": api.port,
            "closed": stack.enter_context(_closed_port()),
            "full": stack.enter_context(_full_port()),
            "silent": stack.enter_context(_silent_port()),
            "proxy": proxy.url(),
            "known_proxy": proxy.url(f"{USER}:{PASSWORD}"),
            **{name: folder / f"{name}.pem" for name in ("bundle", "other", "empty", "nowhere")},
        }
        inputs = inputs_for(condition.url.format(**places), scenario.session_ids, timeout_s)
        given = {name: text.format(**places) for name, text in condition.inputs.items()}
        env = {name: text.format(**places) for name, text in condition.env.items()}
        gated = gate(folder / "workspace", inputs | given, env)
        says = condition.says.format(**places)
    broken = broken_promises(gated, code=condition.code, timeout_s=timeout_s, since_s=None)
    if says not in gated.reason:
        broken.append(f"the reason is {gated.reason}")
    if PASSWORD.encode() in gated.everything:
        broken.append("the proxy's password is in its output")
    return InNetwork(gated, tuple(proxy.heads), says, tuple(broken))


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    """Return TLS settings with a certificate for the names that the gate does not treat as loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*_NAMES).configure_cert(context)
    return context


def _tls(certificate: Certificate, authority: trustme.CA) -> ssl.SSLContext | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    match certificate:
        case Certificate.NONE:
            return None
        case Certificate.RIGHT:
            return server_context(authority)
        case Certificate.EXPIRED:
            until = _LONG_AGO.replace(month=2)
            expired = authority.issue_cert(*_NAMES, not_before=_LONG_AGO, not_after=until)
            expired.configure_cert(context)
        case Certificate.WRONG_HOST:
            authority.issue_cert("api.checklyhq.com").configure_cert(context)
        case Certificate.SELF_SIGNED:
            itself = trustme.CA()
            with itself.private_key_pem.tempfile() as key, itself.cert_pem.tempfile() as chain:
                context.load_cert_chain(chain, key)
    return context


@contextmanager
def _closed_port() -> Iterator[int]:
    """Reserve a port on which nothing listens, and yield it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@contextmanager
def _silent_port() -> Iterator[int]:
    """Yield a port that accepts connections and sends nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@contextmanager
def _full_port() -> Iterator[int]:
    """Yield a port whose queue of connections is full, so that the kernel drops new connections."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield int(server.getsockname()[1])
