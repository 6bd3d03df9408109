"""Messages as staff and members read them."""

from campaigns.models import Delivery


def messages_of(*, member_id: int, limit: int = 50) -> list[Delivery]:
    """The member's messages, newest first, with campaign and key; text opens without a query."""
    return list(
        Delivery.objects.filter(member_id=member_id)
        .select_related("campaign", "member__key")
        .order_by("-id")[:limit]
    )
