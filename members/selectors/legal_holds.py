"""Whose data may not be removed for now."""

from django.db.models import Q

from members.models import LegalHold, Member


def held() -> frozenset[int]:
    """Ids of the members under a hold. The card that a held one went into, and all that went
    into either, are the same person's. Holds are few: three short queries at most."""
    placed = LegalHold.objects.filter(ended_at__isnull=True)
    ids = set(placed.values_list("member_id", flat=True))
    if not ids:
        return frozenset()
    survivors = Member.objects.filter(pk__in=ids, merged_into_id__isnull=False).order_by()
    ids |= set(survivors.values_list("merged_into_id", flat=True))
    absorbed = Member.objects.filter(merged_into_id__in=ids).order_by()
    return frozenset(ids | set(absorbed.values_list("pk", flat=True)))


def is_held(*, member_id: int) -> bool:
    """Whether a hold concerns this member, on whichever of their cards it was placed."""
    same = (
        Q(member_id=member_id) | Q(member__merged_into_id=member_id) | Q(member__retired=member_id)
    )
    return LegalHold.objects.filter(same, ended_at__isnull=True).exists()
