"""Serve scenarios over TLS, for gates in containers with their own network.

The runner gives an action's container its own network, and a gate uses plain HTTP only on loopback. So each
scenario is served at an address that the container can reach, with a self-signed certificate. openssl creates
the certificate, so that the tests need no more packages than the gate.

    python -m tests.contract.serve ADDRESS AUTHORITY OUTPUTS SCENARIO…

This command writes the certificate to the file AUTHORITY. Once it serves all scenarios, it writes the lines
`SCENARIO-url=…` and `SCENARIO-session=…` for each of them to the file OUTPUTS. The command runs until it is
stopped.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import tempfile
from asyncio import StreamReader, StreamWriter
from contextlib import ExitStack
from pathlib import Path

from gate.simulator import Simulator, load


async def serve(address: str, authority: Path, outputs: Path, scenarios: list[str]) -> None:
    context = _certified(address, authority)
    lines = []
    with ExitStack() as running:
        for name in scenarios:
            scenario = load(name)
            simulator = running.enter_context(Simulator(scenario))
            port = await _front(address, context, behind=int(simulator.url.rpartition(":")[2]))
            lines += [
                f"{name}-url=https://{address}:{port}\n",
                f"{name}-session={','.join(scenario.session_ids)}\n",
            ]
        with outputs.open("a") as file:
            file.write("".join(lines))
        print("serving", flush=True)
        await asyncio.Event().wait()


def _certified(address: str, authority: Path) -> ssl.SSLContext:
    """Write a new certificate for an address, valid for a day. Return a TLS context that uses it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
        command += ["-subj", "/CN=the contract", "-addext", f"subjectAltName=IP:{address}"]
        subprocess.run([*command, "-keyout", key, "-out", authority], check=True, stderr=subprocess.DEVNULL)
        context.load_cert_chain(authority, key)
    return context


async def _front(address: str, context: ssl.SSLContext, *, behind: int) -> int:
    """Terminate TLS on a free port and forward connections to a port on loopback."""

    async def forward(reader: StreamReader, writer: StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", behind)
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))

    server = await asyncio.start_server(forward, address, 0, ssl=context)
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    while part := await reader.read(65536):
        writer.write(part)
        await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]))
