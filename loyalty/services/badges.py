"""Badges: earned once, worn while one of the reasons for which they were given stands."""

from datetime import datetime

from django.db import transaction

from loyalty.events import BadgeEarned, BadgeLost
from loyalty.models import MemberBadge, MemberBadgeKey
from members.services import events


@transaction.atomic
def give(*, badge_id: int, member_id: int, key: str, at: datetime) -> MemberBadge:
    """The badge, worn by the member. Again with the same `key` it is the same one, also when it
    was taken back since. Who wears it already keeps one, and it is on record that this is another
    reason to."""
    known = MemberBadgeKey.objects.select_related("worn").filter(key=key).first()
    if known is not None:
        return known.worn
    worn, is_new = MemberBadge.objects.get_or_create(
        badge_id=badge_id, member_id=member_id, lost_at=None, defaults={"key": key, "earned_at": at}
    )
    # Behind the lock it is not taken back between being found and getting another reason.
    locked = MemberBadge.objects.select_for_update(no_key=True).get(pk=worn.pk)
    if locked.lost_at is not None:
        return give(badge_id=badge_id, member_id=member_id, key=key, at=at)
    MemberBadgeKey.objects.create(worn=locked, key=key, given_at=at)
    if is_new:
        _tell(BadgeEarned(badge=locked.badge.code), locked, at)
    return locked


@transaction.atomic
def take_back(*, key: str, at: datetime) -> None:
    """This reason is gone; with the last one the badge is worn no more. Again it stays as it is."""
    reason = MemberBadgeKey.objects.filter(key=key, ended_at=None).first()
    if reason is None:
        return
    worn = MemberBadge.objects.select_for_update(no_key=True).get(pk=reason.worn_id)
    is_ended = MemberBadgeKey.objects.filter(pk=reason.pk, ended_at=None).update(ended_at=at)
    if not is_ended or worn.lost_at is not None or worn.keys.filter(ended_at=None).exists():
        return
    worn.lost_at = at
    worn.save(update_fields=["lost_at"])
    _tell(BadgeLost(badge=worn.badge.code), worn, at)


def _tell(fact: BadgeEarned | BadgeLost, worn: MemberBadge, at: datetime) -> None:
    events.record(fact=fact, member_id=worn.member_id, occurred_at=at, at=at)
