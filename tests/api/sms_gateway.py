"""A gateway of short messages that speaks HTTP, checks each signature, and keeps what it takes.

It knows the protocol from its description alone: nothing of ours is imported here.
"""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY_ID, SECRET, APP_ID, TEMPLATE_ID = "key-of-the-shop", "a secret", "1400000001", "77"
_CREDENTIAL = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>[\d-]{10})/(?P<service>\w+)/tc3_request, "
    r"SignedHeaders=(?P<signed>[\w;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


class SmsGateway(ThreadingHTTPServer):
    """Use it as a context. `taken` are the messages that it keeps; `answers` are given in turn
    instead of the usual one: (status, body) or None, which hangs up after taking the message."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.taken: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.answers: list[tuple[int, dict[str, Any]] | None] = []
        self.before_answer: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def settings(self) -> dict[str, str]:
        """What the product needs to know to send by this gateway."""
        return {
            "SMS_PROVIDER": "tc3",
            "SMS_URL": self.url,
            "SMS_KEY_ID": KEY_ID,
            "SMS_SECRET": SECRET,
            "SMS_APP_ID": APP_ID,
            "SMS_TEMPLATE_ID": TEMPLATE_ID,
            "SMS_SIGN_NAME": "Regulars",
        }

    def __enter__(self) -> "SmsGateway":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Hanging up is what some tests are about."""


class _Call(BaseHTTPRequestHandler):
    server: SmsGateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self._fault(body)
        if fault:
            self.server.refused.append(fault)
            self._say(200, {"Response": {"Error": {"Code": fault}, "RequestId": "r"}})
            return
        answer: Any = self.server.answers.pop(0) if self.server.answers else ...
        is_taken = answer is None or answer is ... or answer[0] >= 500
        if is_taken:
            self.server.taken.append(json.loads(body))
        self.server.before_answer()
        if answer is None:
            self.connection.close()
        elif answer is ...:
            self._say(200, self._sent())
        else:
            self._say(*answer)

    def _fault(self, body: bytes) -> str:
        """Why the gateway doesn't take this call, or ""."""
        told = _CREDENTIAL.fullmatch(self.headers.get("Authorization", ""))
        at = int(self.headers.get("X-TC-Timestamp", "0"))
        if told is None or told["key"] != KEY_ID:
            return "AuthFailure.SecretIdNotFound"
        if abs(datetime.now(tz=UTC).timestamp() - at) > 300:
            return "AuthFailure.SignatureExpire"
        if not hmac.compare_digest(told["signature"], self._signature(told, at, body)):
            return "AuthFailure.SignatureFailure"
        call = (self.headers.get("X-TC-Action"), self.headers.get("X-TC-Version"))
        return "" if call == ("SendSms", "2021-01-11") else "InvalidAction"

    def _signature(self, told: Any, at: int, body: bytes) -> str:
        names = told["signed"].split(";")
        headers = "".join(f"{name}:{self.headers[name].strip().lower()}\n" for name in names)
        digest = hashlib.sha256(body).hexdigest()
        request = f"POST\n{self.path}\n\n{headers}\n{told['signed']}\n{digest}"
        scope = f"{told['day']}/{told['service']}/tc3_request"
        text = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"TC3{SECRET}".encode()
        for part in (told["day"], told["service"], "tc3_request", text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key.hex()

    def _sent(self) -> dict[str, Any]:
        serial = f"serial-{len(self.server.taken)}"
        return {"Response": {"SendStatusSet": [{"SerialNo": serial, "Code": "Ok"}]}}

    def _say(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
