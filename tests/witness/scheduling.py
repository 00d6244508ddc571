"""A stand-in for the undocumented API with which Checkly's CLI schedules test sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_CHECK_ID = "22be3b52-5ec2-4894-9086-b5b4a8b00a89"
_RUN_ID = "0f9a1b0c-4a39-4f4c-9d5c-6c7f3f0f3f11"


@contextmanager
def scheduling(session_id: str) -> Iterator[str]:
    """Serve the calls with which `checkly test` and `checkly trigger` start this session. Yield the URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answers, session_id)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Answers(BaseHTTPRequestHandler):
    def __init__(self, session_id: str, *connection: object) -> None:
        self.session_id = session_id
        super().__init__(*connection)  # type: ignore[arg-type] # the server passes these arguments

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path.startswith("/next/accounts/"):
            self._answer(200, {"id": "account", "name": "Shop", "runtimeId": "2025.04"})
        elif self.path == "/v1/runtimes":
            self._answer(200, [{"name": "2025.04", "stage": "CURRENT", "default": True, "dependencies": {}}])
        elif self.path.startswith("/v1/test-sessions/scheduling/"):
            self._answer(200, {"status": "SUCCEEDED"})
        else:
            self._answer(404, {"message": "Not Found"})

    def do_POST(self) -> None:
        self._read_body()
        started = {"testSessionId": self.session_id, "sequenceIds": {"pay": _RUN_ID, _CHECK_ID: _RUN_ID}}
        if self.path == "/next/test-sessions/trigger":
            check = {"id": _CHECK_ID, "name": "Pay", "checkType": "API"}
            self._answer(201, started | {"checks": [check]})
        elif self.path == "/v1/test-sessions/run":
            self._answer(202, started | {"schedulingId": _RUN_ID})
        elif self.path == "/next/checkly-storage/upload-code-bundle":
            self._answer(200, {"key": "bundle"})
        else:
            self._answer(404, {"message": "Not Found"})

    def _read_body(self) -> None:
        """Read the body to its end, because the CLI fails if it cannot send all of it."""
        if self.headers["Transfer-Encoding"] != "chunked":
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            return
        while length := int(self.rfile.readline(), 16):
            self.rfile.read(length + len("\r\n"))
        self.rfile.readline()

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
