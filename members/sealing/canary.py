"""Opens a known text with every key version: wrong keys are seen at start, not at a member."""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps

from members.sealing import blind, envelope, keys
from members.sealing.envelope import CannotOpen
from members.sealing.root import KeysUnusable

__all__ = ["KeysUnusable", "check", "seal_canary"]

_TEXT = b"the canary sings"


def seal_canary(kek: bytes, *, version: int) -> bytes:
    """The known text, sealed by the KEK itself."""
    return envelope.seal(_TEXT, cipher=AESGCM(kek), context=_context(version))


def check() -> None:
    """Opens the canary of each version and every index key, from the database, not the cache.

    Raises: KeysUnusable, with how to mend it.
    """
    canaries = dict(_model("KeyCanary").values_list("kek_version", "sealed"))
    versions = dict(_model("KeyEncryptionKey").values_list("version", "wrapped"))
    if not versions:
        raise KeysUnusable("The database has no keys yet. Run `manage.py keys init`.")
    for version, wrapped in versions.items():
        _check_version(version, bytes(wrapped), canaries.get(version))
    blind.check()


def _check_version(version: int, wrapped: bytes, sealed: bytes | None) -> None:
    if sealed is None:
        raise KeysUnusable(f"Key version {version} has no canary. Run `manage.py keys init`.")
    try:
        kek = keys.unwrap_kek(wrapped, version=version)
        text = envelope.open_sealed(bytes(sealed), cipher=AESGCM(kek), context=_context(version))
    except CannotOpen:
        text = b""
    if text != _TEXT:
        raise KeysUnusable(
            f"The root key doesn't open key version {version}. Set the root key that the "
            f"database was initialized with (REGULARS_ROOT_KEY, _FILE or _PROVIDER); "
            f"personal data can't be read with another one."
        )


def _context(version: int) -> bytes:
    return b"members.keycanary|%d" % version


def _model(name: str):  # type: ignore[no-untyped-def]
    return apps.get_model("members", name).objects
