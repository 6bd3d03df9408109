"""The programme of each edition."""

from datetime import UTC, datetime

from config.demo.editions import Edition
from loyalty.models import Program
from loyalty.services import behavior_plans, programs
from loyalty.services.programs import TierPlan

# Before the first transaction, so that the base rule is in force for all of them.
OPENED_AT = datetime(2016, 12, 31, tzinfo=UTC)
DOLLAR_TIERS = (
    TierPlan("member", "普通会员", "Member", 100, color="#38bdf8"),
    TierPlan("silver", "银卡", "Silver", 120, 40_000, 5, color="#94a3b8"),
    TierPlan("gold", "金卡", "Gold", 150, 140_000, 15, color="#d97706"),
    TierPlan("diamond", "钻石卡", "Diamond", 200, 400_000, 30, color="#7c3aed"),
)


def set_up(*, edition: Edition, at: datetime) -> Program:
    """One point per unit of the currency, times the tier's coefficient.

    In the demo points live for 12 months, and behaviors earn some too. In the full load points
    never expire: the year lies so far back that every lot would have lapsed before it was posted;
    and only purchases earn, so that the points can be summed from the source apart from us.
    """
    if edition.is_invented:
        program = programs.set_up(
            at=at,
            name_zh="常客会员计划",
            name_en="Regulars Club",
            currency=edition.currency,
            time_zone=edition.time_zone,
            valid_from=OPENED_AT,
            breakage_percent=15,
        )
        behavior_plans.set_up(program=program, at=OPENED_AT)
        return program
    return programs.set_up(
        at=at,
        name_en="The Complete Journey",
        name_zh="完整旅程",
        currency=edition.currency,
        time_zone=edition.time_zone,
        tiers=DOLLAR_TIERS,
        valid_from=OPENED_AT,
        validity=Program.Validity.NEVER,
    )
