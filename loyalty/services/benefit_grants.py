"""Benefits that one member is given: by hand, as a prize, by a campaign."""

from datetime import datetime, timedelta

from django.db import transaction

from loyalty.models import BenefitGrant
from loyalty.rules import calendar
from loyalty.services import programs
from members.selectors import living


@transaction.atomic
def grant(
    *,
    benefit_id: int,
    member_id: int,
    key: str,
    origin: str,
    quota: int | None,
    days: int | None,
    at: datetime,
    reason: str = "",
    actor_id: int | None = None,
) -> BenefitGrant:
    """So many uses (None: without a limit), through the end of the day so many days from now
    (None: without an end). Again with the same `key` it is the same grant.

    Raises: MemberErased, MemberMerged.
    """
    known = BenefitGrant.objects.filter(key=key).first()
    if known is not None:
        return known
    living.refuse_gone(member_ids=[member_id])
    made, _ = BenefitGrant.objects.get_or_create(
        key=key,
        defaults={
            "benefit_id": benefit_id,
            "member_id": member_id,
            "origin": origin,
            "quota": quota,
            "valid_from": at,
            "valid_until": _end(days, at),
            "reason": reason,
            "actor_id": actor_id,
            "recorded_at": at,
        },
    )
    return made


@transaction.atomic
def end(*, grant_id: int, reason: str, at: datetime) -> BenefitGrant:
    """The grant, over from now on; what was used of it stays used. Ended again it stays as it is.

    Raises: BenefitGrant.DoesNotExist.
    """
    found = BenefitGrant.objects.select_for_update().get(pk=grant_id)
    if found.ended_at is None:
        found.ended_at, found.end_reason = at, reason
        found.save(update_fields=["ended_at", "end_reason"])
    return found


def _end(days: int | None, at: datetime) -> datetime | None:
    if days is None:
        return None
    zone = programs.current().zone
    return calendar.start_of_day(calendar.local_day(at, zone) + timedelta(days=days + 1), zone)
