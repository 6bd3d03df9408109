"""What analytics published about members: lifetime value, classes."""

from collections.abc import Collection

from members.models import Measure


def values(*, code: str, member_ids: Collection[int]) -> dict[int, int]:
    """The measure by member id, for those who have it; one query."""
    rows = Measure.objects.filter(code=code, member_id__in=list(member_ids))
    return dict(rows.values_list("member_id", "value"))
