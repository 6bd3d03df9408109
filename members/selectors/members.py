"""Finds members: by an identity, by what was typed at the counter, by their id."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from members.errors import MemberErased, NotFound
from members.models import Identity, Member
from members.rules import card_codes as card_code_rules
from members.sealing import blind, normalize
from members.selectors import card_codes

FOUND_AT_MOST = 20
_LAST_DIGITS = 4
_BY_TAIL = (Identity.Kind.PHONE, Identity.Kind.CARD)


def find(*, kind: str, value: str, issuer: str = "") -> Member | None:
    """The member with this identity, however it is spelled; of merged ones the survivor.

    None also for a text that is no identity of its kind. One query.
    """
    try:
        digest = blind.index(kind, normalize.identity(kind, value))
    except normalize.BadIdentity:
        return None
    owners = Member.objects.filter(
        identities__digest=digest, identities__kind=kind, identities__issuer=issuer
    )
    found = next(iter(owners[:1]), None)
    return None if found is None else survivor(found)


def by_uid(*, uid: UUID) -> Member:
    """The member with this id; a merged member's id leads to the survivor.

    Raises: NotFound; MemberErased.
    """
    found = next(iter(Member.objects.filter(uid=uid)[:1]), None)
    if found is None:
        raise NotFound
    member = survivor(found)
    if member.state == Member.State.ERASED:
        raise MemberErased
    return member


def identities_of(*, member: Member) -> list[Identity]:
    """The member's identities, in the order in which they were added; open without a query."""
    rows = list(Identity.objects.filter(member_id=member.pk).order_by("pk"))
    for row in rows:
        row.member = member
    return rows


def survivor(member: Member) -> Member:
    """The member that this one was merged into, or itself."""
    while member.merged_into_id is not None:
        member = Member.objects.get(pk=member.merged_into_id)
    return member


def lookup(
    *, text: str, stores: Collection[int] | None = None, at: datetime | None = None
) -> list[Member]:
    """At most 20 members for what was typed or scanned at the counter. One query, and another
    one for the code that a member's app shows, which counts where `at` is told.

    A whole phone, card number or e-mail finds the member wherever they joined. Less than that
    (last four digits, a name, its first character) finds members of `stores` only, because it
    lets one browse; None means all stores.
    """
    if card_code_rules.looks_like(text):
        member_id = card_codes.member_id_of(text=text, at=at) if at is not None else None
        return list(Member.objects.filter(pk=member_id)) if member_id is not None else []
    exact = _exact(text)
    vague = _vague(text)
    if vague and stores is not None:
        vague &= Q(store__in=stores)
    # Each index is asked by itself: an OR over two tables would read them whole.
    matches = [part for part in (exact, vague) if part]
    if not matches:
        return []
    first, *others = (Member.objects.filter(part).order_by().values("pk") for part in matches)
    found = first.union(*others, all=True) if others else first
    members = Member.objects.filter(pk__in=found.values("pk"), merged_into=None)
    return list(members.order_by("-pk")[:FOUND_AT_MOST])


def _exact(text: str) -> Q:
    digests = [
        digest
        for kind in (Identity.Kind.PHONE, Identity.Kind.CARD, Identity.Kind.EMAIL)
        if (digest := _digest(kind, text)) is not None
    ]
    if not digests:
        return Q()
    return Q(pk__in=Identity.objects.filter(digest__in=digests).values("member"))


def _digest(kind: str, text: str) -> bytes | None:
    try:
        return blind.index(kind, normalize.identity(kind, text))
    except normalize.BadIdentity:
        return None


def _vague(text: str) -> Q:
    typed = normalize.name(text)
    if not typed:
        return Q()
    if len(typed) == _LAST_DIGITS and typed.isascii() and typed.isdigit():
        tails = [blind.last_four_of(kind, typed) for kind in _BY_TAIL]
        return Q(pk__in=Identity.objects.filter(last_four_digest__in=tails).values("member"))
    if len(typed) == 1:
        return Q(name_first_index=blind.index("name_first", typed))
    return Q(name_index=blind.index("name_whole", typed))
