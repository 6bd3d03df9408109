"""Campaigns by a part of what they are called."""

from django.db.models import Q

from campaigns.models import Campaign

# Less would find nearly all of them.
LEAST = 2


def named(text: str, *, limit: int) -> list[Campaign]:
    """Those with the text in a name or in the code, the newest first."""
    wanted = text.strip()
    if len(wanted) < LEAST or "\0" in wanted:
        return []
    found = Campaign.objects.filter(
        Q(name_zh__icontains=wanted) | Q(name_en__icontains=wanted) | Q(code__icontains=wanted)
    )
    return list(found.order_by("-pk")[:limit])
