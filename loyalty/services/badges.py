"""Badges: earned once, worn until they are taken back."""

from datetime import datetime

from django.db import transaction

from loyalty.models import MemberBadge


@transaction.atomic
def give(*, badge_id: int, member_id: int, key: str, at: datetime) -> MemberBadge:
    """The badge, worn by the member; again with the same `key` it is the same one. Who wears it
    already keeps that one: then it is given back."""
    known = MemberBadge.objects.filter(key=key).first()
    worn = MemberBadge.objects.filter(badge_id=badge_id, member_id=member_id, lost_at=None).first()
    there = known or worn
    if there is not None:
        return there
    made, _ = MemberBadge.objects.get_or_create(
        key=key, defaults={"badge_id": badge_id, "member_id": member_id, "earned_at": at}
    )
    return made


@transaction.atomic
def take_back(*, key: str, at: datetime) -> None:
    """The badge that was given by this key is worn no more; again it stays as it is."""
    MemberBadge.objects.filter(key=key, lost_at=None).update(lost_at=at)
