"""The root key: wraps every other key, and lives in neither the database nor a backup.

One of `ROOT_KEY` (base64 of 32 bytes), `ROOT_KEY_FILE` (a file that only its owner can read) or
`ROOT_KEY_PROVIDER` (dotted path to a class with `wrap` and `unwrap`: a KMS).
"""

import base64
import binascii
import stat
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

from members.sealing import envelope

_OWNER_ONLY = (0o400, 0o600)


class KeysUnusable(Exception):
    """The keys are missing or don't fit the database; the text says how to mend it."""


class RootKeyProvider(Protocol):
    """What a KMS class implements. `context` must be authenticated (AAD, encryption context)."""

    def wrap(self, clear: bytes, *, context: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Raises: members.sealing.envelope.CannotOpen."""


class LocalRootKey:
    """A root key that this process holds."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def wrap(self, clear: bytes, *, context: bytes) -> bytes:
        return envelope.seal(clear, cipher=self._cipher, context=context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        return envelope.open_sealed(wrapped, cipher=self._cipher, context=context)


def provider() -> RootKeyProvider:
    """The provider that the settings name.

    Raises: KeysUnusable, if none or several are named, or the key can't be read.
    """
    return _provider(
        "REGULARS_ROOT_KEY", settings.ROOT_KEY, settings.ROOT_KEY_FILE, settings.ROOT_KEY_PROVIDER
    )


def old_provider() -> RootKeyProvider | None:
    """The root key before, while the change to a new one is on its way; None: there is none.

    Raises: KeysUnusable, as `provider`.
    """
    named = settings.OLD_ROOT_KEY, settings.OLD_ROOT_KEY_FILE, settings.OLD_ROOT_KEY_PROVIDER
    return _provider("REGULARS_OLD_ROOT_KEY", *named) if any(named) else None


def unwrap(wrapped: bytes, *, context: bytes) -> bytes:
    """What the root key wrapped; while it is being changed, the old one too: processes go on
    through the change.

    Raises: CannotOpen; KeysUnusable.
    """
    try:
        return provider().unwrap(wrapped, context=context)
    except envelope.CannotOpen:
        old = old_provider()
        if old is None:
            raise
        return old.unwrap(wrapped, context=context)


def is_wrapped_by_newest(wrapped: bytes, *, context: bytes) -> bool:
    """Whether the root key itself opens it, without the help of the old one."""
    try:
        provider().unwrap(wrapped, context=context)
    except envelope.CannotOpen:
        return False
    return True


@lru_cache(maxsize=2)
def _provider(variable: str, key: str, file: str, dotted_path: str) -> RootKeyProvider:
    if sum(map(bool, (key, file, dotted_path))) != 1 and variable != "REGULARS_ROOT_KEY":
        raise KeysUnusable(f"Set exactly one of {variable}, {variable}_FILE and _PROVIDER.")
    if sum(map(bool, (key, file, dotted_path))) != 1:
        raise KeysUnusable(
            "Set exactly one of REGULARS_ROOT_KEY, REGULARS_ROOT_KEY_FILE and "
            "REGULARS_ROOT_KEY_PROVIDER. A new key: `head -c 32 /dev/urandom | base64`; keep it "
            "apart from the backups, without it no personal data can be read."
        )
    if dotted_path:
        made: RootKeyProvider = _import_provider(dotted_path, variable)()
        return made
    if key:
        return LocalRootKey(_decode(key, variable))
    return LocalRootKey(_read_file(Path(file), f"{variable}_FILE"))


def _import_provider(dotted_path: str, variable: str) -> type[RootKeyProvider]:
    try:
        found: type[RootKeyProvider] = import_string(dotted_path)
    except ImportError as error:
        raise KeysUnusable(f"{variable}_PROVIDER can't be imported: {error}.") from None
    return found


def _read_file(path: Path, variable: str) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnusable(
            f"{variable} can't be read ({error.__class__.__name__}): "
            f"it must be a file with base64 of 32 bytes, readable by this process."
        ) from None
    if mode not in _OWNER_ONLY:
        raise KeysUnusable(
            f"{variable} has mode {mode:04o}: others could read it. Run `chmod 0400` on it."
        )
    return _decode(text, variable)


def _decode(text: str, variable: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != envelope.KEY_BYTES:
        # Never quote the text: it is, or was meant to be, a key.
        raise KeysUnusable(f"{variable} is not base64 of {envelope.KEY_BYTES} bytes.")
    return key
