"""What the providers' servers of the tests have in common: HTTP, and faults on demand.

Nothing of ours is imported here: each server knows its protocol from its description alone.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HANG_UP = "hang up"
KEEP_SILENT = "keep silent"


@dataclass
class Asked:
    """One call as it came in; header names in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    form: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, Any]


class ProviderServer(ThreadingHTTPServer):
    """Use it as a context. `taken` are the calls that it keeps; `faults` are given in turn instead
    of the usual answer: (status, JSON), HANG_UP after taking the call, or KEEP_SILENT until the
    test ends. A fault of (status, …) takes nothing."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.taken: list[Asked] = []
        self.faults: list[Answer | str] = []
        self.ends = threading.Event()
        self.prepare: Callable[[Any], Any] = lambda sock: sock

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, asked: Asked) -> Answer:
        """The usual answer; it keeps the call in `taken` if it takes it."""
        self.taken.append(asked)
        return 200, {}

    def takes_faults(self, asked: Asked) -> bool:
        """Whether `faults` are about this call."""
        return True

    def get_request(self) -> tuple[Any, Any]:
        sock, address = super().get_request()
        return self.prepare(sock), address

    def __enter__(self) -> "ProviderServer":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Hanging up is what some tests are about."""


class _Call(BaseHTTPRequestHandler):
    server: ProviderServer

    def do_POST(self) -> None:
        asked = self._asked()
        is_faulty = self.server.faults and self.server.takes_faults(asked)
        fault = self.server.faults.pop(0) if is_faulty else None
        if isinstance(fault, tuple):
            self._say(*fault)
            return
        answer = self.server.answer(asked)
        if fault == KEEP_SILENT:
            self.server.ends.wait(timeout=30)
        if fault is not None:
            self.connection.close()
            return
        self._say(*answer)

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_form = "urlencoded" in self.headers.get("Content-Type", "")
        return Asked(
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            form=dict(parse_qsl(body.decode())) if is_form else {},
        )

    def _say(self, status: int, told: Any) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", self.server.url)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
