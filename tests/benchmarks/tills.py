"""Tills on open connections, each sending its next request when the last is answered.

Raw sockets in one thread: the measured server shares the processors with us.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

_MOST_BYTES = 1 << 20


@dataclass
class Tally:
    """Answers within the time, their latencies in seconds, and the processor time of the tills."""

    seconds: float
    answers: int = 0
    latencies: list[float] = field(default_factory=list)
    own_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def latency_ms(self, share: float) -> float:
        ranked = sorted(self.latencies)
        return ranked[int(share * (len(ranked) - 1))] * 1_000


@dataclass
class _Till:
    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def drive(
    port: int, requests: Iterator[bytes], *, connections: int, seconds: float, expected: int
) -> Tally:
    """Sends `requests` over `connections` for `seconds`.

    Raises: AssertionError, at an answer that has not the `expected` status.
    """
    selector = selectors.DefaultSelector()
    tills = [_Till(_connect(port)) for _ in range(connections)]
    status = f"HTTP/1.1 {expected} ".encode()
    started, own = time.monotonic(), time.process_time()
    tally = Tally(seconds)
    for till in tills:
        selector.register(till.socket, selectors.EVENT_READ, till)
        _send(till, next(requests))
    while (now := time.monotonic()) - started < seconds:
        for key, _ in selector.select(timeout=1):
            if _is_answered(key.data, status):
                tally.answers += 1
                tally.latencies.append(time.monotonic() - key.data.sent_at)
                _send(key.data, next(requests))
    tally.seconds = now - started
    tally.own_seconds = time.process_time() - own
    for till in tills:
        till.socket.close()
    return tally


def _connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _send(till: _Till, request: bytes) -> None:
    till.received.clear()
    till.sent_at = time.monotonic()
    till.socket.sendall(request)


def _is_answered(till: _Till, status: bytes) -> bool:
    till.received += till.socket.recv(_MOST_BYTES)
    head, separator, body = bytes(till.received).partition(b"\r\n\r\n")
    if not separator:
        return False
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    if len(body) < int(length):
        return False
    assert head.startswith(status), till.received[:1_000].decode()
    return True
