"""A member with their identities, in one query: what the API shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from members.errors import NotFound
from members.models import Identity, Member
from members.sealing import blind, normalize
from members.selectors import card_codes


@dataclass(frozen=True)
class Profile:
    """A member and their identities, by kind."""

    member: Member
    identities: tuple[Identity, ...]


CARD_CODE = "CARD_CODE"


def by_identity(*, kind: str, value: str, issuer: str = "", at: datetime) -> Profile:
    """The profile behind an identity, however it is spelled; of merged members the survivor's.
    CARD_CODE is the code on a member's phone, which is an identity for sixty seconds.

    Raises: NotFound, also for a text that is no identity of its kind.
    """
    if kind == CARD_CODE:
        member_id = card_codes.member_id_of(text=value, at=at)
        return _profile(_identities().filter(member_id=member_id or 0))
    try:
        digest = blind.index(kind, normalize.identity(kind, value))
    except normalize.BadIdentity:
        raise NotFound from None
    owners = Identity.objects.filter(digest=digest, kind=kind, issuer=issuer)
    return _profile(_identities().filter(member_id__in=owners.values("member_id")))


def by_uid(*, uid: UUID) -> Profile:
    """The profile of the member with this id, or of the survivor after a merge.

    Raises: NotFound.
    """
    rows = list(_identities().filter(member__uid=uid))
    if rows:
        return _of(rows)
    # Merged and erased members have no identities left.
    return of(member=_survivor(Member.objects.filter(uid=uid)))


def of(*, member: Member) -> Profile:
    """The profile of a member at hand; only the identities are asked for."""
    rows = list(_identities().filter(member_id=member.pk))
    return _of(rows) if rows else Profile(member, ())


def _identities() -> QuerySet[Identity]:
    joined = Identity.objects.select_related("member__key", "member__channel", "member__store")
    return joined.order_by("kind", "pk")


def _profile(queryset: QuerySet[Identity]) -> Profile:
    rows = list(queryset)
    if not rows:
        raise NotFound
    return _of(rows)


def _of(rows: list[Identity]) -> Profile:
    member = rows[0].member
    if member.merged_into_id is not None:
        return of(member=_survivor(Member.objects.filter(pk=member.pk)))
    for row in rows:
        # One member object, so that its key is unwrapped once.
        row.member = member
    return Profile(member, tuple(rows))


def _survivor(found: QuerySet[Member]) -> Member:
    joined = found.select_related("key", "channel", "store")
    member = joined.first()
    if member is None:
        raise NotFound
    while member.merged_into_id is not None:
        member = Member.objects.select_related("channel", "store").get(pk=member.merged_into_id)
    return member
