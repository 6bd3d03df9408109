"""What stands in the addresses of a message: which one it is, and a seal that nobody can make.

24 characters: six bytes of the message's number, one of the link's place, eleven of an
HMAC-SHA-256 (88 bits) over both and what the address is for. Source: RFC 2104, section 5.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

OPEN, CLICK, UNSUBSCRIBE = "o", "c", "u"
LENGTH = 24
_ID_BYTES, _SEAL_BYTES = 6, 11


@dataclass(frozen=True, slots=True)
class Named:
    """The message that a token names, and of a click the place of the link."""

    delivery_id: int
    place: int = 0


def write(purpose: str, named: Named, secret: bytes) -> str:
    """The token; the same for the same message, purpose and place."""
    body = named.delivery_id.to_bytes(_ID_BYTES, "big") + named.place.to_bytes(1, "big")
    return base64.urlsafe_b64encode(body + _seal(purpose, body, secret)).decode()


def read(purpose: str, token: str, secrets: Sequence[bytes]) -> Named | None:
    """What the token names, if it was sealed for this purpose with one of `secrets`."""
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    body, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
    if not any(hmac.compare_digest(seal, _seal(purpose, body, secret)) for secret in secrets):
        return None
    return Named(int.from_bytes(body[:_ID_BYTES], "big"), body[_ID_BYTES])


def _seal(purpose: str, body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + body, "sha256")[:_SEAL_BYTES]
