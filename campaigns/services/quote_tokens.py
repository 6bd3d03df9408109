"""The `quote_id`: what a cart was promised, signed, so that nothing needs to be stored.

Anybody may read it (it is packed, not sealed) and nobody can change it: it holds no personal
data. The key is derived from the product's own secret; a secret that was rotated out still counts
while it is among the fallbacks.
"""

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
from django.core import signing

from members.errors import DomainError

VERSION = 1
# A promise of 500 lines takes about a tenth of it.
MOST_CHARACTERS = 200_000
_MOST_BYTES = 4_000_000
_SALT = "campaigns.quotes"
_SEPARATOR = "."

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(dict[str, Any])


class BadQuote(DomainError):
    """This is no quote of ours: send the `quote_id` as it was answered, or none."""

    code = "bad_quote"
    status = 422


def sign(promise: dict[str, Any]) -> str:
    """The token of a promise (`campaigns.services.quote_promises`)."""
    packed = zlib.compress(_encoder.encode(promise), 1)
    return _signer().sign(urlsafe_b64encode(packed).rstrip(b"=").decode())


def read(token: str) -> dict[str, Any]:
    """What was promised, whether or not its time is over.

    Raises: BadQuote.
    """
    if len(token) > MOST_CHARACTERS:
        raise BadQuote
    try:
        text = _signer().unsign(token)
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        promise = _decoder.decode(zlib.decompressobj().decompress(packed, _MOST_BYTES))
    except (signing.BadSignature, binascii.Error, zlib.error, msgspec.MsgspecError, ValueError):
        raise BadQuote from None
    if promise.get("v") != VERSION:
        raise BadQuote
    return promise


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT, sep=_SEPARATOR)
