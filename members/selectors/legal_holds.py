"""Whose data may not be removed for now."""

from django.db.models import Q

from members.models import LegalHold, Member


def held() -> frozenset[int]:
    """Ids of the members under a hold. A card that was merged into a held one, and the one that a
    held card went into, are the same person's. Holds are few: three short queries at most."""
    placed = LegalHold.objects.filter(ended_at__isnull=True)
    ids = set(placed.values_list("member_id", flat=True))
    if not ids:
        return frozenset()
    absorbed = Member.objects.filter(merged_into_id__in=ids).order_by()
    survivors = Member.objects.filter(pk__in=ids, merged_into_id__isnull=False).order_by()
    ids |= set(absorbed.values_list("pk", flat=True))
    return frozenset(ids | set(survivors.values_list("merged_into_id", flat=True)))


def is_held(*, member_id: int) -> bool:
    """Whether a hold concerns this member, on whichever of their cards it was placed."""
    same = (
        Q(member_id=member_id) | Q(member__merged_into_id=member_id) | Q(member__retired=member_id)
    )
    return LegalHold.objects.filter(same, ended_at__isnull=True).exists()
