"""Opens and makes keys: root → key-encryption keys (KEK) → one data key per member.

KEKs are cached in the process by version, so that nothing is asked from the database once they
are known; a member's data key comes with the member's row (`select_related("key")`) and its
cipher stays on that row object, never beyond it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist

from members.sealing import envelope, root
from members.sealing.envelope import CannotOpen
from members.sealing.root import KeysUnusable

if TYPE_CHECKING:
    from members.models import Member, MemberKey

_MEMBER_KEY_CONTEXT = b"members.memberkey"
_HOUSE = b"\x02"
# How long a process may go on wrapping new keys with the version before a rotation.
_NEWEST_KNOWN_SECONDS = 60.0


class KeyShredded(CannotOpen):
    """The member was erased: the key is destroyed, and nothing opens the data again."""


@dataclass(frozen=True, slots=True)
class _Kek:
    member_keys: AESGCM
    house: AESGCM


_keks: dict[int, _Kek] = {}
_newest: tuple[int, float] | None = None


def new_member_key() -> tuple[bytes, int, bytes]:
    """A new data key, the KEK version that wraps it, and the wrapped bytes to store.

    Raises: KeysUnusable, before `manage.py keys init`.
    """
    data_key = envelope.new_key()
    version = newest_version()
    return data_key, version, wrap_member_key(data_key, version=version)


def give_key(member: Member) -> MemberKey:
    """A new, unsaved key set as `member.key`, so that the member's sealed fields can be saved.

    Save it after the member (or `bulk_create` the keys after `bulk_create` of the members).
    """
    data_key, version, wrapped = new_member_key()
    row: MemberKey = apps.get_model("members", "MemberKey")(
        member=member, kek_version=version, wrapped=wrapped
    )
    row.__dict__["_cipher"] = AESGCM(data_key)
    return row


def open_member_key(row: MemberKey) -> bytes:
    """The clear data key of one member.

    Raises: KeyShredded; CannotOpen, if the wrapped bytes don't fit their KEK.
    """
    if row.wrapped is None:
        raise KeyShredded("The member was erased; the key is destroyed.")
    wrapped = bytes(row.wrapped)
    context = _member_key_context(row.kek_version)
    try:
        cipher = _kek(row.kek_version).member_keys
        return envelope.open_sealed(wrapped, cipher=cipher, context=context)
    except CannotOpen:
        # The database may have been restored under this process, with other keys.
        _keks.pop(row.kek_version, None)
        cipher = _kek(row.kek_version).member_keys
        return envelope.open_sealed(wrapped, cipher=cipher, context=context)


def wrap_member_key(data_key: bytes, *, version: int) -> bytes:
    """`data_key` wrapped by that KEK version."""
    return envelope.seal(
        data_key, cipher=_kek(version).member_keys, context=_member_key_context(version)
    )


def cipher_of(member: Member) -> AESGCM:
    """What seals and opens this member's data.

    Raises: KeyShredded; CannotOpen, if the member has no key.
    """
    try:
        row: Any = member.key
    except ObjectDoesNotExist:
        raise CannotOpen(
            "The member has no key: call keys.give_key(member) before the first save."
        ) from None
    if row.wrapped is None:
        raise KeyShredded("The member was erased; the key is destroyed.")
    cipher: AESGCM | None = row.__dict__.get("_cipher")
    if cipher is None:
        cipher = row.__dict__["_cipher"] = AESGCM(open_member_key(row))
    return cipher


def seal_for_house(clear: bytes, context: bytes) -> bytes:
    """Seals what belongs to no member: `2 | KEK version, 2 bytes | envelope`."""
    version = newest_version()
    sealed = envelope.seal(clear, cipher=_kek(version).house, context=context)
    return _HOUSE + version.to_bytes(2) + sealed


def open_for_house(raw: bytes, context: bytes) -> bytes:
    """Raises: CannotOpen."""
    if raw[:1] != _HOUSE:
        raise CannotOpen("The bytes were sealed with a member's key, but the row has no member.")
    cipher = _kek(int.from_bytes(raw[1:3])).house
    return envelope.open_sealed(raw[3:], cipher=cipher, context=context)


def house_version(raw: bytes) -> int | None:
    """The KEK version that seals a value of the house; None for a member's."""
    return int.from_bytes(raw[1:3]) if raw[:1] == _HOUSE else None


def newest_version() -> int:
    """The KEK version that wraps new keys; asked again once a minute.

    Raises: KeysUnusable, before `manage.py keys init`.
    """
    global _newest
    if _newest is not None and time.monotonic() - _newest[1] < _NEWEST_KNOWN_SECONDS:
        return _newest[0]
    version: int | None = (
        apps.get_model("members", "KeyEncryptionKey")
        .objects.filter(state="ACTIVE")
        .values_list("version", flat=True)
        .first()
    )
    if version is None:
        raise KeysUnusable("The database has no keys yet. Run `manage.py keys init`.")
    _newest = (version, time.monotonic())
    return version


def forget() -> None:
    """Drops every cached key: after a rotation, and when the database was replaced."""
    global _newest
    _newest = None
    _keks.clear()


def wrap_kek(kek: bytes, *, version: int) -> bytes:
    """A key-encryption key wrapped by the root key."""
    return root.provider().wrap(kek, context=kek_context(version))


def unwrap_kek(wrapped: bytes, *, version: int) -> bytes:
    """Raises: CannotOpen, if the root key is not the one that wrapped it."""
    return root.unwrap(bytes(wrapped), context=kek_context(version))


def _kek(version: int) -> _Kek:
    found = _keks.get(version)
    if found is None:
        found = _keks[version] = _load_kek(version)
    return found


def _load_kek(version: int) -> _Kek:
    row = apps.get_model("members", "KeyEncryptionKey").objects.filter(pk=version).first()
    if row is None:
        raise CannotOpen(f"There is no key-encryption key of version {version}.")
    try:
        return _derive(unwrap_kek(row.wrapped, version=version))
    except CannotOpen:
        raise KeysUnusable(
            f"The root key doesn't open key-encryption key {version}: this process has another "
            f"root key than the one that `manage.py keys init` or `rotate` ran with."
        ) from None


def _derive(kek: bytes) -> _Kek:
    """Two keys of one, so that the house's data and members' keys never share a cipher."""
    expand = HKDFExpand(algorithm=SHA256(), length=envelope.KEY_BYTES, info=b"house")
    return _Kek(member_keys=AESGCM(kek), house=AESGCM(expand.derive(kek)))


def kek_context(version: int) -> bytes:
    """What a wrapped KEK is bound to."""
    return b"members.keyencryptionkey|%d" % version


def _member_key_context(version: int) -> bytes:
    return _MEMBER_KEY_CONTEXT + b"|%d" % version
