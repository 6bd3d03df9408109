"""The end of a key version, and the change of the root key."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from members.models.keys import IndexKey, KeyCanary, KeyEncryptionKey, MemberKey
from members.sealing import blind, canary, keys, root
from members.sealing.root import KeysUnusable
from members.services import house_seals
from members.services.keys import lock

# A process may go on wrapping with the version before for a minute after a rotation, and the
# transaction in which it did may be a long one.
QUIET_AFTER = timedelta(minutes=10)
_STILL_WRAPS_FOR = timedelta(minutes=5)


class VersionInUse(KeysUnusable):
    """The version can't be forgotten yet; the text says what still needs it."""


def forget(*, version: int, at: datetime) -> None:
    """Removes a version for good, with its canary: nothing hangs on it any more.

    Raises: KeysUnusable; VersionInUse, with how to mend it: it is the active one, its successor
    is younger than ten minutes, a transaction from then still runs, or keys or values hang on it.
    """
    with transaction.atomic():
        lock()
        canary.check()
        row = KeyEncryptionKey.objects.select_for_update().filter(version=version).first()
        if row is None:
            raise KeysUnusable(f"There is no key version {version}.")
        if row.state == KeyEncryptionKey.State.ACTIVE:
            raise VersionInUse(f"Version {version} wraps new keys. Run `keys rotate` first.")
        _check_quiet(version, at)
        _check_unused(version)
        # Destroyed keys keep the number of a version that nobody needs: not this one.
        MemberKey.objects.filter(kek_version=version).update(kek_version=keys.newest_version())
        KeyCanary.objects.filter(kek_version=version).delete()
        _delete(row)
    keys.forget()


def reroot() -> tuple[int, int]:
    """Wraps everything that the root key wraps by the new one: (key versions, index keys) moved.

    One transaction: all of it or nothing. What the new root key opens already is left alone.

    Raises: KeysUnusable, if neither root key opens something, or no old one is named.
    """
    if root.old_provider() is None:
        raise KeysUnusable(
            "Name the root key before in REGULARS_OLD_ROOT_KEY, _FILE or _PROVIDER, and the new "
            "one in REGULARS_ROOT_KEY, _FILE or _PROVIDER."
        )
    with transaction.atomic():
        lock()
        canary.check()
        versions = [row for row in KeyEncryptionKey.objects.select_for_update() if _is_old(row)]
        indexes = [row for row in IndexKey.objects.select_for_update() if _is_old(row)]
        for version in versions:
            clear = keys.unwrap_kek(version.wrapped, version=version.version)
            version.wrapped = keys.wrap_kek(clear, version=version.version)
            version.save(update_fields=["wrapped"])
        for index in indexes:
            clear = blind.unwrap_key(bytes(index.wrapped), purpose=index.purpose)
            index.wrapped = blind.wrap_key(clear, purpose=index.purpose)
            index.save(update_fields=["wrapped"])
        canary.check()
    return len(versions), len(indexes)


def _delete(row: KeyEncryptionKey) -> None:
    """Waits for whoever writes a member's key with it at this moment; the database refuses when
    they did."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS members_memberkey_names_its_version IMMEDIATE")
            row.delete()
    except IntegrityError:
        raise VersionInUse(
            f"A member's key was just wrapped by version {row.version}. Run `keys rewrap`."
        ) from None


def _is_old(row: KeyEncryptionKey | IndexKey) -> bool:
    context = (
        keys.kek_context(row.version)
        if isinstance(row, KeyEncryptionKey)
        else blind.context_of(row.purpose)
    )
    return not root.is_wrapped_by_newest(bytes(row.wrapped), context=context)


def _check_quiet(version: int, at: datetime) -> None:
    later = KeyEncryptionKey.objects.filter(version__gt=version).order_by("version")
    since = later.values_list("created_at", flat=True)[0]
    if at < since + QUIET_AFTER:
        raise VersionInUse(
            f"Processes may still seal with version {version} for a moment. Try again after "
            f"{since + QUIET_AFTER:%H:%M:%S} UTC, ten minutes after the rotation."
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start < %s",
            [since + _STILL_WRAPS_FOR],
        )
        if cursor.fetchone()[0]:
            raise VersionInUse(
                f"A transaction that began before version {version} was out of use still runs. "
                f"Try again when it has ended."
            )


def _check_unused(version: int) -> None:
    held = MemberKey.objects.filter(kek_version=version, shredded_at__isnull=True).count()
    values = house_seals.count_of(version)
    if held or values:
        raise VersionInUse(
            f"{held} member keys and {values} sealed values hang on version {version}. "
            f"Run `keys rewrap`."
        )
