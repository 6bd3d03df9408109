"""Makes, rotates and rewraps the keys; each step bears a repeat, and rewrapping an interruption."""

from collections.abc import Iterator

from django.db import connection, transaction

from members.models.keys import IndexKey, KeyCanary, KeyEncryptionKey, MemberKey
from members.sealing import blind, canary, envelope, keys
from members.services import house_seals

_LOCK = 5_217_001  # advisory lock of everything that makes keys
_FIRST_VERSION = 1


def init() -> bool:
    """Makes what is missing: the first key version, its canary, the index keys.

    Two at once make one set. Returns whether anything was made.

    Raises: KeysUnusable, if keys exist and the root key doesn't open them.
    """
    with transaction.atomic():
        lock()
        made_version = not KeyEncryptionKey.objects.exists()
        if made_version:
            _make_version(_FIRST_VERSION)
        made_indexes = _make_index_keys()
    keys.forget()
    canary.check()
    return made_version or made_indexes


def rotate() -> int:
    """Makes a new version that wraps from now on; the old ones still open what they wrapped.

    Other processes go over to it within a minute. Returns the new version.

    Raises: KeysUnusable, before `init`, or with another root key.
    """
    with transaction.atomic():
        lock()
        canary.check()
        newest = KeyEncryptionKey.objects.order_by("-version").values_list("version", flat=True)[0]
        KeyEncryptionKey.objects.filter(state=KeyEncryptionKey.State.ACTIVE).update(
            state=KeyEncryptionKey.State.RETIRED
        )
        _make_version(newest + 1)
    keys.forget()
    return newest + 1


def rewrap(*, chunk_size: int = 1_000) -> Iterator[int]:
    """Moves member keys to the newest version, a chunk per transaction; yields each chunk's count.

    Members' sealed data don't change: only the wrapping of their own key. What is sealed for the
    house, with the version itself, is sealed anew. A stopped run goes on where it was when started
    again. Rows that others hold locked wait for the next run.
    """
    keys.forget()
    newest = keys.newest_version()
    last_member_id = 0
    while True:
        with transaction.atomic():
            rows = _next_chunk(newest, last_member_id, chunk_size)
            _write_wrapped(rows, newest)
        if not rows:
            break
        last_member_id = rows[-1].member_id
        yield len(rows)
    yield from house_seals.reseal(chunk_size=chunk_size)


def _next_chunk(newest: int, last_member_id: int, size: int) -> list[MemberKey]:
    left = MemberKey.objects.filter(shredded_at__isnull=True, member_id__gt=last_member_id)
    ordered = left.exclude(kek_version=newest).order_by("member_id")
    return list(ordered.select_for_update(skip_locked=True, no_key=True)[:size])


def _write_wrapped(rows: list[MemberKey], newest: int) -> None:
    wrapped = [keys.wrap_member_key(keys.open_member_key(row), version=newest) for row in rows]
    with connection.cursor() as cursor:
        # One statement for the chunk: bulk_update's CASE takes ten times as long.
        cursor.execute(
            "UPDATE members_memberkey AS stored "
            "SET wrapped = fresh.wrapped, kek_version = %s "
            "FROM unnest(%s::bigint[], %s::bytea[]) AS fresh (member_id, wrapped) "
            "WHERE stored.member_id = fresh.member_id",
            [newest, [row.member_id for row in rows], wrapped],
        )


def _make_version(version: int) -> None:
    kek = envelope.new_key()
    KeyEncryptionKey.objects.create(version=version, wrapped=keys.wrap_kek(kek, version=version))
    KeyCanary.objects.create(kek_version=version, sealed=canary.seal_canary(kek, version=version))


def _make_index_keys() -> bool:
    """A new purpose gets its key at the next `init`; existing ones are never touched."""
    existing = set(IndexKey.objects.values_list("purpose", flat=True))
    missing = [purpose for purpose in blind.PURPOSES if purpose not in existing]
    IndexKey.objects.bulk_create(
        IndexKey(purpose=purpose, wrapped=blind.wrap_key(envelope.new_key(), purpose=purpose))
        for purpose in missing
    )
    return bool(missing)


def lock() -> None:
    """One at a time makes or removes keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
