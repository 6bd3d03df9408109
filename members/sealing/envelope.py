"""The bytes of one sealed value: `version | nonce 12 | ciphertext | tag 16`.

AES-256-GCM. What a value belongs to (column and member) is authenticated with it, so that bytes
moved to another column or row don't open.
Source: NIST SP 800-38D (nonces of 96 random bits: at most 2^32 values per key; a key seals the
few values of one member, or is a key-encryption key that wraps one key per member).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
OVERHEAD_BYTES = len(VERSION) + NONCE_BYTES + TAG_BYTES


class CannotOpen(Exception):
    """A sealed value doesn't open: other key, other row or column, or changed bytes."""


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(KEY_BYTES)


def seal(clear: bytes, *, cipher: AESGCM, context: bytes) -> bytes:
    """`clear` sealed by `cipher`, bound to `context`."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, clear, context)


def open_sealed(raw: bytes, *, cipher: AESGCM, context: bytes) -> bytes:
    """What was sealed.

    Raises: CannotOpen, if the bytes were made by another key, for another context, or changed.
    """
    if len(raw) < OVERHEAD_BYTES or raw[:1] != VERSION:
        raise CannotOpen("These bytes were not sealed here: unknown version or too short.")
    try:
        return cipher.decrypt(raw[1:13], raw[13:], context)
    except InvalidTag:
        raise CannotOpen(
            "The sealed bytes were changed, moved from another row or column, "
            "or sealed with another key."
        ) from None
