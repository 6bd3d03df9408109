"""A mail server that speaks SMTP and keeps what it takes; it can be told to keep silent."""

import socketserver
import ssl
import threading
from email import message_from_bytes
from email.message import Message
from pathlib import Path

# Source: RFC 5321, section 4.2.3.
_ANSWERS = {
    b"EHLO": b"250 mail.test",
    b"HELO": b"250 mail.test",
    b"MAIL": b"250 ok",
    b"RCPT": b"250 ok",
    b"RSET": b"250 ok",
    b"NOOP": b"250 ok",
}


class MailServer(socketserver.ThreadingTCPServer):
    """Use it as a context; `taken` are the mails that it keeps."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.taken: list[Message] = []
        self.callers = 0
        # Answers other than the usual ones by command; b"" hangs up instead.
        self.answers: dict[bytes, bytes] = {}
        self.greets = threading.Event()
        self.greets.set()

    def secure(self, certificate: Path) -> None:
        """TLS from the first byte on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.greets.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Callers are killed here on purpose."""


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.callers += 1
        self.server.greets.wait(timeout=60)
        self._say(b"220 mail.test")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self._take()
            elif command == b"QUIT":
                self._say(self._answer(command, b"221 bye"))
                return
            else:
                self._say(self._answer(command, _ANSWERS.get(command, b"502 unknown")))

    def _take(self) -> None:
        self._say(b"354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        answer = self._answer(b"DATA", b"250 taken")
        if not answer or answer.startswith(b"250"):
            self.server.taken.append(message_from_bytes(b"".join(lines)))
        self._say(answer)

    def _answer(self, command: bytes, usual: bytes) -> bytes:
        return self.server.answers.get(command, usual)

    def _say(self, line: bytes) -> None:
        if not line:
            raise ConnectionAbortedError
        self.wfile.write(line + b"\r\n")
