"""Blind indexes: a sealed value is found by its HMAC, which tells nothing about the value.

HMAC-SHA-256 over the normal form (`members.sealing.normalize`). Every purpose has a key of its
own, so that equal texts of two kinds don't show as equal, and the weak index over four digits
(10,000 values) gives nothing away about the whole one.
Source: RFC 2104; the construction is described in `docs/algorithms/sealing.md`.
"""

from hmac import digest

from django.apps import apps

from members.sealing import root
from members.sealing.envelope import CannotOpen
from members.sealing.root import KeysUnusable

LAST_FOUR = "last_four"
PURPOSES = (
    "CARD",
    "PHONE",
    "EMAIL",
    "WECHAT_OPENID",
    "WECHAT_UNIONID",
    "ALIPAY_UID",
    "EXTERNAL",
    "email_loose",
    "name_whole",
    "name_first",
    LAST_FOUR,
)

_keys: dict[str, bytes] = {}


def index(kind: str, normalized: str) -> bytes:
    """32 bytes that are equal for equal normal forms of one kind.

    Raises: KeysUnusable, for a kind without a key; ValueError, for an empty text.
    """
    return _digest(kind, normalized)


def last_four(kind: str, normalized: str) -> bytes | None:
    """The index over the last four characters; None if there are fewer than five."""
    if len(normalized) <= 4:
        return None
    return _digest(LAST_FOUR, f"{kind}|{normalized[-4:]}")


def last_four_of(kind: str, four: str) -> bytes:
    """The index to look for when somebody types the last four characters."""
    return _digest(LAST_FOUR, f"{kind}|{four}")


def wrap_key(key: bytes, *, purpose: str) -> bytes:
    """An index key wrapped by the root key."""
    return root.provider().wrap(key, context=context_of(purpose))


def forget() -> None:
    """Drops the cached keys: when the database was replaced."""
    _keys.clear()


def check() -> None:
    """Opens every index key, from the database.

    Raises: KeysUnusable, if one is missing or the root key doesn't open it.
    """
    fresh = _load()
    missing = [purpose for purpose in PURPOSES if purpose not in fresh]
    if missing:
        raise KeysUnusable(f"No index key for {', '.join(missing)}. Run `manage.py keys init`.")
    if _keys and fresh != _keys:
        _keys.clear()
    _keys.update(fresh)


def _digest(purpose: str, normalized: str) -> bytes:
    if not normalized:
        raise ValueError("An empty text has no index: all rows without a value would be equal.")
    key = _keys.get(purpose)
    if key is None:
        _keys.update(_load())
        key = _keys.get(purpose)
    if key is None:
        raise KeysUnusable(
            f"There is no index key for {purpose}. Run `manage.py keys init`"
            f"{'' if purpose in PURPOSES else ', after naming it in blind.PURPOSES'}."
        )
    return digest(key, normalized.encode(), "sha256")


def _load() -> dict[str, bytes]:
    rows = apps.get_model("members", "IndexKey").objects.values_list("purpose", "wrapped")
    return {purpose: unwrap_key(bytes(wrapped), purpose=purpose) for purpose, wrapped in rows}


def unwrap_key(wrapped: bytes, *, purpose: str) -> bytes:
    """Raises: KeysUnusable, if no root key opens it."""
    try:
        return root.unwrap(wrapped, context=context_of(purpose))
    except CannotOpen:
        raise KeysUnusable(
            f"The root key doesn't open the index key for {purpose}. Set the root key that the "
            f"database was initialized with."
        ) from None


def context_of(purpose: str) -> bytes:
    """What a wrapped index key is bound to."""
    return b"members.indexkey|" + purpose.encode()
