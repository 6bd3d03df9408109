"""What a campaign's gifts may cost at most."""

from collections.abc import Mapping

from campaigns.rules.journey_steps import Grant, Kind
from campaigns.rules.journeys import Flow
from loyalty.models import CouponType
from loyalty.rules import coupons as rules
from loyalty.selectors import coupons
from loyalty.services import programs


def liability_of_one(flow: Flow) -> int:
    """What one member may be given at most, in minor units: each gift of the flow counted, as if
    every way were gone. Benefits, badges and tags have no worth here. Two queries."""
    grants = [step for step in flow.of_kind(Kind.GRANT) if isinstance(step, Grant)]
    costs = _coupon_costs({one.code for one in grants if one.what == "COUPON"})
    terms = programs.current()
    points = sum(terms.amount_of(one.points) for one in grants if one.what == "POINTS")
    return points + sum(
        costs.get(one.code, 0) * one.count for one in grants if one.what == "COUPON"
    )


def unpriced(flow: Flow) -> list[str]:
    """The names of coupon types that are given and may cost something that nobody can say
    beforehand, since the cart decides: free goods, or percents without a highest amount. One
    query for the types, and one for each type's stores."""
    grants = [step for step in flow.of_kind(Kind.GRANT) if isinstance(step, Grant)]
    codes = {one.code for one in grants if one.what == "COUPON"}
    kinds = CouponType.objects.filter(code__in=codes).order_by("code") if codes else ()
    return [str(kind) for kind in kinds if not rules.cost(coupons.worth(kind))]


def _coupon_costs(codes: set[str]) -> Mapping[str, int]:
    if not codes:
        return {}
    return {
        kind.code: rules.cost(coupons.worth(kind))
        for kind in CouponType.objects.filter(code__in=codes)
    }
