"""What staff noted on a member."""

from django.db.models import QuerySet

from members.models import MemberNote


def in_force(*, member_id: int) -> QuerySet[MemberNote]:
    """The notes that nobody has taken away."""
    rows = MemberNote.objects.filter(member_id=member_id, ended_at=None)
    return rows.select_related("member__key", "author")


def pinned(*, member_id: int) -> list[MemberNote]:
    """Those for the counter, newest first. One query."""
    return list(in_force(member_id=member_id).filter(is_pinned=True).order_by("-pk"))
