"""The code on a member's phone that a till scans: who, and since when, sealed and short. Pure.

Thirty-two letters and digits after `RC`, which every scanner types and every QR code holds in its
dense mode. Ten bytes are an HMAC over member and instant; the other ten are those two, hidden by
a stream of which the HMAC is the start (a synthetic IV): two codes of one member look unrelated,
and nobody makes a code without the key.
Source: RFC 5297 for the construction; RFC 4648, section 6, for the letters.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LIFE = timedelta(seconds=60)
# Two servers' clocks may differ by so much.
_EARLY = timedelta(seconds=5)
_PREFIX = "RC"
_LETTERS = 32
_MAC_BYTES = 10
_MEMBER_BYTES, _INSTANT_BYTES = 6, 4


@dataclass(frozen=True)
class CardCode:
    """Whom a code stands for, and when it was shown."""

    member_id: int
    shown_at: datetime

    def is_over(self, at: datetime) -> bool:
        """Whether it is too old at `at`; sixty seconds after it was shown it is."""
        return not -_EARLY <= at - self.shown_at < LIFE


def make(*, member_id: int, at: datetime, key: bytes) -> str:
    """The text of the QR code for this member, shown at `at`."""
    told = member_id.to_bytes(_MEMBER_BYTES) + int(at.timestamp()).to_bytes(_INSTANT_BYTES)
    mac = _mac(key, told)
    return _PREFIX + base64.b32encode(mac + _hidden(key, mac, told)).decode()


def looks_like(text: str) -> bool:
    """Whether a text has the form of a code, whoever made it."""
    plain = text.strip().upper()
    return len(plain) == len(_PREFIX) + _LETTERS and _bytes_of(plain) is not None


def read(text: str, *, key: bytes) -> CardCode | None:
    """What a scanned text says, over or not; None for what isn't one of our codes."""
    sealed = _bytes_of(text.strip().upper())
    if sealed is None or len(sealed) != 2 * _MAC_BYTES:
        return None
    mac, hidden = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
    told = _hidden(key, mac, hidden)
    if not hmac.compare_digest(mac, _mac(key, told)):
        return None
    seconds = int.from_bytes(told[_MEMBER_BYTES:])
    return CardCode(
        member_id=int.from_bytes(told[:_MEMBER_BYTES]),
        shown_at=datetime.fromtimestamp(seconds, tz=UTC),
    )


def _bytes_of(plain: str) -> bytes | None:
    if not plain.startswith(_PREFIX):
        return None
    try:
        return base64.b32decode(plain[len(_PREFIX) :])
    except (binascii.Error, ValueError):
        return None


def _mac(key: bytes, told: bytes) -> bytes:
    return hmac.new(key, b"mac|" + told, hashlib.sha256).digest()[:_MAC_BYTES]


def _hidden(key: bytes, mac: bytes, told: bytes) -> bytes:
    """Hides, and shows again: the same stream."""
    stream = hmac.new(key, b"stream|" + mac, hashlib.sha256).digest()
    return bytes(one ^ other for one, other in zip(told, stream, strict=False))
