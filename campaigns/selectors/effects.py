"""What came of a campaign: its ladder, sales, cost and what is still promised. Figures name nobody.

Definitions, in words and numbers: docs/algorithms/effects.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analytics.registry.measures import Value
from analytics.rules import ratios
from analytics.selectors import asking
from campaigns.models import Campaign, Enrollment, Run
from campaigns.rules import effects as rules
from campaigns.rules.effects import Rung, Step, Way
from campaigns.selectors import effect_costs, effect_parts
from campaigns.selectors import effect_sql as sql
from campaigns.selectors.effect_costs import Cost
from campaigns.selectors.effect_parts import Parts
from campaigns.selectors.effect_scopes import Asked, Scope


@dataclass(frozen=True, kw_only=True)
class Sales:
    """Orders with net sales above 0, each once; amounts net of refunds, in minor units."""

    buyers_count: int = 0
    orders_count: int = 0
    net_amount: int = 0


@dataclass(frozen=True, kw_only=True)
class ArmEffect:
    """One variant, or the control. Of the control nothing was sent: `sent` and on are 0."""

    arm: str
    members_count: int
    counts: dict[Rung, int]
    redeemed_count: int
    converted_count: int
    sales: Sales


@dataclass(frozen=True, kw_only=True)
class Effect:
    """`redeemed_count` are all targeted who redeemed, whether they opened a message or not; the
    ladder's are those who did both."""

    at: datetime
    goal_days: int
    attribution_days: int
    ladder: tuple[Step, ...]
    arms: tuple[ArmEffect, ...]
    control: ArmEffect | None
    targeted_count: int
    redeemed_count: int | None
    converted_count: int
    sales: Sales
    redeemer_sales: Sales | None
    attributed: Sales | None
    cost: Cost
    removed_count: int
    parts: Parts = field(repr=False)

    @property
    def redemption_rate(self) -> Value | None:
        """Distinct targeted members who redeemed ÷ distinct targeted, in percent; None where no
        coupon is part of it."""
        if self.redeemed_count is None:
            return None
        return Value(
            value=ratios.percent(self.redeemed_count, self.targeted_count),
            numerator=self.redeemed_count,
            denominator=self.targeted_count,
        )


def effect(*, campaign: Campaign, asked: Asked, at: datetime) -> Effect:
    """The effect as of `at`. Raises `django.db.OperationalError` where the caller's limit of time
    is up."""
    parts = effect_parts.parts_of(campaign)
    scope = Scope(campaign, asked, parts, at)
    answer = asking.rows(scope.whole(), scope.params)
    people = [_Tally.read(row, scope.arms) for row in answer if row[0] == "people"]
    written = [one for one in people if not one.is_control]
    control = [one for one in people if one.is_control]
    redeemers = [one for one in written if one.way.place >= rules.PLACE[Rung.REDEEMED]]
    redeemer_sales = _sales(redeemers) if Rung.REDEEMED not in parts.absent else None
    return Effect(
        at=at,
        goal_days=parts.goal_days,
        attribution_days=scope.attribution_days,
        ladder=rules.ladder(_ways(written, redeemers), absent=parts.absent),
        arms=tuple(_arm(arm, written) for arm in scope.arms if arm != Enrollment.CONTROL),
        control=_arm(Enrollment.CONTROL, control) if control else None,
        targeted_count=sum(one.members_count for one in written),
        redeemed_count=(
            sum(one.members_count for one in written if one.has_redeemed)
            if parts.has_gifts
            else None
        ),
        converted_count=sum(one.members_count for one in written if one.has_converted),
        sales=_sales(written),
        redeemer_sales=redeemer_sales,
        attributed=_attributed(answer),
        cost=effect_costs.cost(scope, [row for row in answer if row[0] == "coupons"]),
        removed_count=_removed(campaign, asked),
        parts=parts,
    )


@dataclass(frozen=True, kw_only=True)
class _Tally:
    """Members of one way and arm, with what they bought."""

    way: Way
    arm: str
    is_control: bool
    has_redeemed: bool
    has_converted: bool
    buyers_count: int
    orders_count: int
    net_amount: int

    @property
    def members_count(self) -> int:
        return self.way.members_count

    @classmethod
    def read(cls, row: Sequence[Any], arms: Sequence[str]) -> "_Tally":
        _, top, has_redeemed, has_converted, count, buyers_count, orders_count, net_amount = row
        is_control = top < sql.NOT_CONTROL
        code, arm = divmod(top % sql.NOT_CONTROL, sql.CODE_UNIT)
        place, reason = divmod(code, sql.PLACE_UNIT)
        return cls(
            way=Way(place, rules.REASONS[reason - 1] if reason else rules.OTHER, count),
            arm=arms[arm - 1] if arm else "",
            is_control=is_control,
            has_redeemed=bool(has_redeemed),
            has_converted=bool(has_converted),
            buyers_count=buyers_count,
            orders_count=int(orders_count),
            net_amount=int(net_amount),
        )


def _ways(written: Sequence[_Tally], redeemers: Sequence[_Tally]) -> list[Way]:
    """Of those on the last rung but one, who bought and who didn't."""
    last, bought = rules.PLACE[Rung.REDEEMED], rules.PLACE[Rung.BOUGHT]
    there = sum(one.members_count for one in redeemers)
    buyers = sum(one.buyers_count for one in redeemers)
    ways = [one.way for one in written if one.way.place < last]
    return [*ways, Way(bought, "", buyers), Way(last, "no_order", there - buyers)]


def _arm(arm: str, people: Sequence[_Tally]) -> ArmEffect:
    own = [one for one in people if one.arm == arm]
    return ArmEffect(
        arm=arm,
        members_count=sum(one.members_count for one in own),
        counts={
            rung: sum(one.members_count for one in own if one.way.place >= rules.PLACE[rung])
            for rung in rules.LADDER[:-1]
        },
        redeemed_count=sum(one.members_count for one in own if one.has_redeemed),
        converted_count=sum(one.members_count for one in own if one.has_converted),
        sales=_sales(own),
    )


def _sales(people: Sequence[_Tally]) -> Sales:
    return Sales(
        buyers_count=sum(one.buyers_count for one in people),
        orders_count=sum(one.orders_count for one in people),
        net_amount=sum(one.net_amount for one in people),
    )


def _attributed(answer: Sequence[Sequence[Any]]) -> Sales | None:
    """None where the campaign has no messages."""
    for what, *_, buyers, orders, amount in answer:
        if what == "attributed":
            return Sales(buyers_count=buyers, orders_count=int(orders), net_amount=int(amount))
    return None


def _removed(campaign: Campaign, asked: Asked) -> int:
    """How many members grew too old to be kept: they are in no figure any more."""
    runs = Run.objects.filter(campaign=campaign)
    if asked.run_id is not None:
        runs = runs.filter(pk=asked.run_id)
    return sum(runs.values_list("removed_count", flat=True))
