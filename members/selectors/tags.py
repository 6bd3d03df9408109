"""Which tags a member bears."""

from members.models import Tag


def borne_by(*, member_id: int) -> list[Tag]:
    """The member's tags by code. One query."""
    return list(Tag.objects.filter(member_tags__member_id=member_id).order_by("code"))
