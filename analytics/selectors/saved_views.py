"""Which saved views somebody finds on a dashboard."""

from django.db.models import Q

from analytics.models import SavedView
from members.models import User


def of(*, dashboard: str, user: User) -> list[SavedView]:
    """Their own and those shared with one of their roles or with everybody, by name; with owner
    and role. One query."""
    theirs = (
        Q(owner=user) | Q(sharing=SavedView.Sharing.EVERYONE) | Q(role__in=user.groups.values("pk"))
    )
    found = SavedView.objects.filter(theirs, dashboard=dashboard)
    return list(found.select_related("owner", "role").order_by("name", "pk"))
