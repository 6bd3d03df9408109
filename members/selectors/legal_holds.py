"""Whose data may not be removed for now."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from members.models import LegalHold, Member


def held() -> QuerySet[Member, dict[str, Any]]:
    """Ids of the members under a hold, as a subquery; a card that was merged into a held one, or
    the one that a held card went into, is the same person."""
    placed = LegalHold.objects.filter(ended_at__isnull=True)
    concerned = Member.objects.filter(
        Q(pk__in=placed.values("member_id"))
        | Q(merged_into_id__in=placed.values("member_id"))
        | Q(retired__pk__in=placed.values("member_id"))
    )
    return concerned.order_by().values("pk")


def current(*, member_ids: Collection[int]) -> LegalHold | None:
    """The hold that keeps the data of these cards; None: they may go."""
    rows = LegalHold.objects.filter(member_id__in=member_ids, ended_at__isnull=True)
    return rows.select_related("placed_by").order_by("pk").first()


def is_held(*, member_id: int) -> bool:
    """Whether a hold concerns this member, on whichever of their cards it was placed."""
    return held().filter(pk=member_id).exists()
