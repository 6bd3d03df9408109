"""Benefits that one member is given: by hand, as a prize, by a campaign."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from loyalty.events import BenefitGranted
from loyalty.models import Benefit, BenefitGrant
from loyalty.rules import calendar
from loyalty.selectors import benefits
from loyalty.services import benefit_checks, benefit_coupons, benefit_locks, programs
from loyalty.services.benefit_refusals import BadBenefitGrant, BenefitRefused
from members.errors import NotFound
from members.services import events

MOST_QUOTA = 1_000
MOST_DAYS = 3_650
# Given at once, each a row.
MOST_COUPONS = 100
_MOST_REASON = 80
_State = Benefit.State
_GIVEN = (BenefitGrant.Origin.HAND, BenefitGrant.Origin.CAMPAIGN)


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
    (None: without an end); of one that comes as coupons, the coupons at once. Again with the same
    `key` it is the same grant.

    Raises: NotFound; BadBenefitGrant; BenefitRefused, for one that isn't live; CouponRefused.
    """
    known = BenefitGrant.objects.filter(key=key).first()
    if known is not None:
        return known
    benefit = benefits.rows().filter(pk=benefit_id).first()
    if benefit is None:
        raise NotFound("there is no such benefit")
    if is_honored_by_carts(benefit) and origin != BenefitGrant.Origin.HAND:
        # Carts take it each time: it is given for days, not in numbers.
        quota = None
    _check(benefit, quota, days)
    owner_id = benefit_locks.owner(member_id=member_id, at=at)
    made, is_new = BenefitGrant.objects.get_or_create(
        key=key,
        defaults={
            "benefit": benefit,
            "member_id": owner_id,
            "origin": origin,
            "quota": quota,
            "valid_from": at,
            "valid_until": _end(days, at),
            "reason": reason[:_MOST_REASON],
            "actor_id": actor_id,
            "recorded_at": at,
        },
    )
    if is_new:
        _tell(made, benefit, at)
        if benefit.coupon_type is not None:
            benefit_coupons.give_granted(benefit=benefit, grant=made, moment=benefits.moment(at))
    return made


def is_honored_by_carts(benefit: Benefit) -> bool:
    """Whether carts take it by themselves, each time."""
    return benefit.kind in benefit_checks.FUNCTIONAL and benefit.coupon_type_id is None


def _check(benefit: Benefit, quota: int | None, days: int | None) -> None:
    if benefit.state != _State.LIVE:
        why = "benefit_stopped" if benefit.state == _State.STOPPED else "benefit_not_yet"
        raise BenefitRefused(why, benefit=benefit.code)
    most = MOST_COUPONS if benefit.coupon_type_id is not None else MOST_QUOTA
    if quota is None and benefit.coupon_type_id is not None:
        raise BadBenefitGrant("say how many coupons it is", field="quota")
    if quota is not None and is_honored_by_carts(benefit):
        raise BadBenefitGrant(
            "carts take it each time: leave the number empty, and say for how many days",
            field="quota",
        )
    if quota is not None and not 1 <= quota <= most:
        raise BadBenefitGrant(f"it is from 1 to {most:,}", field="quota", most=most)
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadBenefitGrant(f"it is from 1 to {MOST_DAYS:,} days", field="days", most=MOST_DAYS)


def _tell(made: BenefitGrant, benefit: Benefit, at: datetime) -> None:
    until = made.valid_until
    told = BenefitGranted(
        benefit=benefit.code,
        grant=str(made.uid),
        origin=made.origin,
        quota=made.quota,
        until_at=until.isoformat() if until else "",
    )
    events.record(
        fact=told, member_id=made.member_id, occurred_at=at, at=at, actor_id=made.actor_id
    )


@transaction.atomic
def end(*, grant_id: int, reason: str, at: datetime) -> BenefitGrant:
    """The grant, over from now on; what was used of it stays used. Ended again it stays as it is.

    Raises: BenefitGrant.DoesNotExist.
    """
    found = BenefitGrant.objects.select_for_update().get(pk=grant_id)
    if found.ended_at is None:
        found.ended_at, found.end_reason = at, reason[:_MOST_REASON]
        found.save(update_fields=["ended_at", "end_reason"])
    return found


@transaction.atomic
def end_given(*, benefit_id: int, member_id: int, reason: str, at: datetime) -> list[BenefitGrant]:
    """All that the member was given of this benefit by hand or by a campaign and that still runs,
    over from now on. What a prize brought ends with its reason alone, and what tier and tags give
    isn't touched; coupons that came of it stay.

    Raises: BenefitRefused, where nothing runs.
    """
    owner_id = benefit_locks.owner(member_id=member_id, at=at)
    standing = (
        BenefitGrant.objects.select_for_update()
        .filter(Q(valid_until=None) | Q(valid_until__gt=at), ended_at=None)
        .filter(member_id=owner_id, benefit_id=benefit_id, origin__in=_GIVEN)
    )
    ended = [end(grant_id=one.pk, reason=reason, at=at) for one in standing.order_by("pk")]
    if not ended:
        raise BenefitRefused("benefit_not_given")
    return ended


def _end(days: int | None, at: datetime) -> datetime | None:
    if days is None:
        return None
    zone = programs.current().zone
    return calendar.start_of_day(calendar.local_day(at, zone) + timedelta(days=days + 1), zone)
