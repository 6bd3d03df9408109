"""The in-app inbox of a member: messages that were put there, newest first."""

from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import Delivery
from members.errors import NotFound
from members.models import Consent, Member

_IN_IT = (Delivery.State.SENT, Delivery.State.DELIVERED)
# Nobody reads a higher number from a badge.
MOST_COUNTED = 100


def messages(*, member_id: int, before_id: int | None, limit: int) -> list[Delivery]:
    """A page; those whose text is no longer kept are left out. One query."""
    rows = _rows(member_id).select_related("campaign", "member__key")
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])


def unread_count(*, member_id: int) -> int:
    """How many nobody has opened; counted up to 100."""
    return _rows(member_id).filter(opened_at=None).order_by()[:MOST_COUNTED].count()


def message(*, member_id: int, uid: UUID) -> Delivery:
    """One message of this member. Raises: NotFound."""
    found = _rows(member_id).filter(uid=uid).select_related("campaign", "member__key").first()
    if found is None:
        raise NotFound("there is no such message")
    return found


def _rows(member_id: int) -> QuerySet[Delivery]:
    """Those of cards that this member took over are theirs too."""
    # Asked apart: a list of ids keeps to the messages' index.
    retired = Member.objects.filter(merged_into_id=member_id).values_list("pk", flat=True)
    rows = Delivery.objects.filter(
        member_id__in=[member_id, *retired], medium=Consent.Medium.INBOX, state__in=_IN_IT
    )
    # Sealed columns can only be asked for their length.
    return rows.extra(where=["octet_length(campaigns_delivery.body) > 0"])
