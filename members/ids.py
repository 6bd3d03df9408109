"""Ids that the outside sees: UUIDv7, which sort by the time they were made.

Source: RFC 9562, section 5.7 and method 3 of section 6.2 (the 12 bits after the milliseconds
hold their fraction, so ids of one process made in one millisecond keep their order).
"""

import os
import threading
import time
import uuid

_NS_PER_MS = 1_000_000
_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A new UUIDv7; each one is greater than the last that this process made."""
    milliseconds, fraction = divmod(_tick(), 4096)
    random = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random
    return uuid.UUID(int=value)


def _tick() -> int:
    """Now in 1/4096 ms, and never the same or less twice, even if the clock goes back."""
    global _last
    milliseconds, rest = divmod(time.time_ns(), _NS_PER_MS)
    now = milliseconds * 4096 + rest * 4096 // _NS_PER_MS
    with _lock:
        _last = now if now > _last else _last + 1
        return _last
