"""Scorecards: what a new installation begins with."""

from decimal import Decimal

from django.db import transaction

from analytics.models import Scorecard, ScorecardItem

STARTER = "membership"
# measure, weight in per cent, target in the measure's unit
_TARGETS = (
    ("member_share", 25, Decimal(60)),
    ("points_used_rate", 15, Decimal(30)),
    ("returning_rate", 20, Decimal(50)),
    ("repurchase_first_90", 20, Decimal(40)),
    ("nps", 20, Decimal(30)),
)


@transaction.atomic
def install() -> bool:
    """The scorecard “membership”, with targets to begin with; False where it is there already,
    and stays as it is."""
    made, is_new = Scorecard.objects.get_or_create(
        code=STARTER, defaults={"name_zh": "会员经营计分卡", "name_en": "Membership scorecard"}
    )
    if is_new:
        ScorecardItem.objects.bulk_create(
            ScorecardItem(
                scorecard=made, measure=code, weight_percent=weight, target=target, order=order
            )
            for order, (code, weight, target) in enumerate(_TARGETS, start=1)
        )
    return is_new
