"""Addresses that nothing is sent to, and whose they were when a message went out."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from campaigns.models import Delivery, Suppression
from campaigns.transports.registry import TRANSPORTS
from members.models import Identity
from members.selectors import living


def address_of(delivery: Delivery) -> Identity | None:
    """The identity that `delivery` was sent to, by what was on record when it left: an address
    that came later is not to blame. None where it is gone, or the medium has no address."""
    transport = TRANSPORTS.get(delivery.medium)
    left_at = delivery.sent_at or delivery.claimed_at
    if transport is None or not transport.identity_kind or left_at is None:
        return None
    # Addresses of a card that was merged belong to whom it leads to.
    owner = living.id_of(member_id=delivery.member_id)
    rows = Identity.objects.filter(
        member_id__in={delivery.member_id, owner} - {None},
        kind=transport.identity_kind,
        created_at__lte=left_at,
    )
    issuer = transport.issuer()
    rows = rows.filter(issuer=issuer) if issuer else rows
    return max(rows, key=lambda row: (_was_verified(row, left_at), row.pk), default=None)


def is_suppressed(*, medium: str, digest: bytes) -> bool:
    """Whether nothing goes to the address with this `Identity.digest` on `medium`."""
    return Suppression.objects.filter(medium=medium, digest=digest).exists()


def holders(suppression: Suppression) -> list[Identity]:
    """Identities of members that have this address now."""
    transport = TRANSPORTS.get(suppression.medium)
    if transport is None or not transport.identity_kind:
        return []
    rows = Identity.objects.filter(digest=bytes(suppression.digest), kind=transport.identity_kind)
    return list(rows.select_related("member__key").order_by("pk"))


def with_cards(rows: QuerySet[Suppression]) -> QuerySet[Suppression]:
    """Each with the `card_number` of a member who has the address now, in the same query."""
    held = Identity.objects.filter(digest=OuterRef("digest")).order_by("pk")
    return rows.annotate(card_number=Subquery(held.values("member__card_number")[:1]))


def media_with_addresses() -> list[str]:
    """Media whose addresses can be suppressed."""
    return [medium for medium, transport in TRANSPORTS.items() if transport.identity_kind]


def _was_verified(identity: Identity, at: datetime) -> bool:
    return identity.verified_at is not None and identity.verified_at <= at
