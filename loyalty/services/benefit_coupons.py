"""Benefits that come as coupons: as many as the quota of a period says, once each.

Source: docs/algorithms/benefits.md, "Coupons".
"""

from loyalty.models import Benefit, BenefitGrant, BenefitPeriod, Coupon
from loyalty.rules import benefit_periods
from loyalty.rules.benefits import Moment
from loyalty.services import coupons


def give(*, benefit: Benefit, member_id: int, quota: int, moment: Moment) -> list[Coupon]:
    """The coupons of the period that the member has not had yet, behind the account's lock: a
    higher quota tops up.

    Raises: CouponRefused, where the coupon type has no more: then nothing is given.
    """
    assert benefit.coupon_type is not None
    period, _ = BenefitPeriod.objects.get_or_create(
        member_id=member_id,
        benefit=benefit,
        period_on=benefit_periods.period_of(moment.day, benefit.every).start,
        defaults={"allowed_count": quota},
    )
    made = [
        coupons.grant(
            type_code=benefit.coupon_type.code,
            member_id=member_id,
            key=key(benefit.pk, member_id, period.period_on.isoformat(), number),
            origin=Coupon.Origin.BENEFIT,
            at=moment.at,
        )
        for number in range(period.given_count + 1, quota + 1)
    ]
    period.allowed_count = max(quota, period.given_count, period.used_count)
    period.given_count += len(made)
    period.save(update_fields=["allowed_count", "given_count"])
    return made


def give_granted(*, benefit: Benefit, grant: BenefitGrant, moment: Moment) -> list[Coupon]:
    """All coupons of a grant by hand, at once.

    Raises: CouponRefused.
    """
    assert benefit.coupon_type is not None
    made = [
        coupons.grant(
            type_code=benefit.coupon_type.code,
            member_id=grant.member_id,
            key=_granted(grant, number),
            origin=Coupon.Origin.BENEFIT,
            at=moment.at,
        )
        for number in range(1, (grant.quota or 1) + 1)
    ]
    BenefitGrant.objects.filter(pk=grant.pk).update(quota=len(made), used_count=len(made))
    grant.quota = grant.used_count = len(made)
    return made


def of_grant(*, grant: BenefitGrant) -> list[int]:
    """The ids of the coupons that a grant by hand, or a prize, came as."""
    keys = [_granted(grant, number) for number in range(1, (grant.quota or 0) + 1)]
    found = Coupon.objects.filter(key__in=keys).order_by("pk")
    return list(found.values_list("pk", flat=True))


def key(benefit_id: int, member_id: int, period: str, number: int) -> str:
    """Of a coupon: whoever gives it again finds it."""
    return f"benefit:{benefit_id}:{member_id}:{period}:{number}"


def _granted(grant: BenefitGrant, number: int) -> str:
    return f"benefit:grant:{grant.pk}:{number}"
