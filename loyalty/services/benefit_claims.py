"""A benefit that the member takes for a period; of those that come as coupons, the coupons."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loyalty.events import BenefitClaimed
from loyalty.models import BenefitGrant, Coupon
from loyalty.rules import benefit_periods
from loyalty.rules import benefits as rules
from loyalty.rules.benefits import Moment
from loyalty.selectors import benefits
from loyalty.selectors.benefits import Found
from loyalty.services import benefit_coupons, benefit_locks
from loyalty.services.benefit_refusals import PREFIX, BenefitRefused
from members.errors import NotFound
from members.services import events


@dataclass(frozen=True)
class Claimed:
    """Until when it may be used (None: no end), and coupons that came of it now."""

    member_id: int
    until_at: datetime | None
    coupons: tuple[Coupon, ...] = ()
    is_repeat: bool = False


@transaction.atomic
def claim(*, member_id: int, benefit_id: int, at: datetime, actor_id: int | None = None) -> Claimed:
    """The period's claim; again in the same period it is the same one. One that comes as coupons
    gives those that the member has not had: a promotion tops up, while the claim holds.

    Raises: NotFound; BenefitRefused, with the reason as its code; CouponRefused.
    """
    owner_id = benefit_locks.owner(member_id=member_id, at=at)
    found = _found(owner_id, benefit_id, at)
    moment = benefits.moment(at)
    known = rules.claim_in(found.promise, found.holding, moment)
    _check(found, known is not None)
    if found.promise.is_claimed and known is None:
        until_at = _open(found, owner_id, moment, actor_id)
    else:
        until_at = known.valid_until if known else found.standing.until
    made = _coupons(found, owner_id, moment) if _holds(found) else []
    return Claimed(owner_id, until_at, tuple(made), is_repeat=known is not None)


def _found(member_id: int, benefit_id: int, at: datetime) -> Found:
    found = benefits.of_member(member_id=member_id, at=at, only=[benefit_id])
    if not found:
        raise NotFound("there is no such benefit")
    return found[0]


def _check(found: Found, is_claimed: bool) -> None:
    """Whether there is something to be had now, or was."""
    standing, code = found.standing, found.benefit.code
    if not standing.has_own:
        why = rules.NOT_YOURS if standing.has else standing.why_not
        raise BenefitRefused(PREFIX + why, benefit=code)
    is_coupons = found.benefit.coupon_type_id is not None
    if not (found.promise.is_claimed or is_coupons):
        raise BenefitRefused("benefit_needs_no_claim", benefit=code)
    if standing.may_claim or standing.is_own_usable or is_claimed:
        return
    if is_coupons and standing.why_not == rules.USED_UP:
        # All of them are in the member's hands.
        return
    raise BenefitRefused(PREFIX + standing.why_own, benefit=code)


def _holds(found: Found) -> bool:
    """Whether coupons may come of it now: not of a claim whose time is over."""
    return found.standing.why_own in ("", rules.UNCLAIMED, rules.USED_UP)


def _open(found: Found, member_id: int, moment: Moment, actor_id: int | None) -> datetime | None:
    start = benefit_periods.period_of(moment.day, found.promise.every).start
    until_at = rules.claim_end(found.promise, moment)
    made, is_new = BenefitGrant.objects.get_or_create(
        key=f"claim:{member_id}:{found.promise.id}:{start}",
        defaults={
            "benefit": found.benefit,
            "member_id": member_id,
            "origin": BenefitGrant.Origin.CLAIM,
            "valid_from": moment.at,
            "valid_until": until_at,
            "actor_id": actor_id,
            "recorded_at": moment.at,
        },
    )
    if not is_new:
        # It was ended by hand.
        raise BenefitRefused("benefit_claim_lapsed", benefit=found.benefit.code)
    told = BenefitClaimed(
        benefit=found.benefit.code, until_at=until_at.isoformat() if until_at else ""
    )
    events.record(
        fact=told, member_id=member_id, occurred_at=moment.at, at=moment.at, actor_id=actor_id
    )
    return made.valid_until


def _coupons(found: Found, member_id: int, moment: Moment) -> list[Coupon]:
    quota = found.standing.own_quota
    if found.benefit.coupon_type_id is None or quota is None:
        return []
    return benefit_coupons.give(
        benefit=found.benefit, member_id=member_id, quota=quota, moment=moment
    )
