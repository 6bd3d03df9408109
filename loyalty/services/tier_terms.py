"""The programme's tiers and their terms, compiled for the rules."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from loyalty.models import Program, Tier
from loyalty.rules.tier_terms import TierTerms
from loyalty.rules.tiers import Level


def of_program(program: Program, tiers: Iterable[Tier] | None = None) -> TierTerms:
    """The tiers of a programme, lowest first, or `tiers` in their place."""
    if tiers is None:
        tiers = Tier.objects.filter(program=program)
    return TierTerms(
        levels=tuple(sorted((level(tier) for tier in tiers), key=lambda level: level.rank)),
        zone=ZoneInfo(program.time_zone),
        window=program.tier_window,
        # A window or term of no months would never end.
        window_months=max(1, program.tier_window_months),
        term_months=max(1, program.tier_term_months),
        grace_days=program.tier_grace_days,
        falls_one_step=program.tier_downgrade == Program.TierDowngrade.ONE_STEP,
        follows_returns=program.downgrade_on_return,
    )


def level(tier: Tier) -> Level:
    cap = tier.cap_percent
    return Level(
        id=tier.pk,
        code=tier.code,
        rank=tier.rank,
        coefficient_percent=tier.coefficient_percent,
        spend_amount=tier.spend_amount,
        orders_count=tier.orders_count,
        needs_all=tier.match == Tier.Match.ALL,
        qualifying_points=tier.qualifying_points,
        clv_amount=tier.clv_amount,
        is_invite_only=tier.is_invite_only,
        cap_basis_points=None if cap is None else int(cap * 100),
        cap_count=tier.cap_count,
        never_downgrade=tier.never_downgrade,
        price_points=tier.price_points,
        gift_points=tier.gift_points,
    )
