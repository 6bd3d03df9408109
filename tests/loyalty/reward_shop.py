"""Rewards that are live, and members who redeem them."""

from datetime import datetime, timedelta
from typing import Any

from loyalty.models import Account, Pool, PoolUse, Redemption, Reward, RewardTier
from loyalty.services import (
    points,
    redemption_ends,
    redemption_handovers,
    redemption_nights,
    redemption_payments,
    redemption_requests,
    rewards,
)
from loyalty.services.documents import Source
from loyalty.services.redemption_ends import Ending
from loyalty.services.redemption_handovers import Handover
from loyalty.services.redemption_payments import Payment
from loyalty.services.redemption_requests import Ask
from tests.loyalty import till
from tests.loyalty.till import NOW

APP = Source(name="app")


def draft(code: str = "mug", *, stores: Any = (), tiers: Any = (), **fields: Any) -> Reward:
    """Goods for 300 points; `tiers` are (tier, its own price, its own limit)."""
    values = {"name_en": code, "kind": "GOODS", "price_points": 300}
    made = Reward.objects.create(code=code, **{**values, **fields})
    made.stores.set(stores)
    for tier, price, limit in tiers:
        RewardTier.objects.create(reward=made, tier=tier, price_points=price, limit_member=limit)
    return made


def live(code: str = "mug", **fields: Any) -> Reward:
    return rewards.go_live(reward_id=draft(code, **fields).pk)


def rich(member: Any, count: int = 1_000, expires_at: datetime | None = None) -> None:
    key = f"open-{member.pk}-{count}-{expires_at}"
    points.grant(
        member_id=member.pk, points=count, key=key, reason="opening", at=NOW, expires_at=expires_at
    )


def ask(
    reward: Reward, member: Any, number: str = "1", when: datetime = NOW, **options: Any
) -> Redemption:
    wanted = Ask(reward_uid=reward.uid, member_id=member.pk, external_id=number, **options)
    return redemption_requests.request(ask=wanted, source=APP, at=when)


def pay(row: Redemption, amount: int, ref: str = "pay-1", when: datetime = NOW) -> Redemption:
    return redemption_payments.pay(uid=row.uid, payment=Payment(ref, amount), source=APP, at=when)


def cancel(row: Redemption, code: str = "by_member", text: str = "", when: datetime = NOW) -> Any:
    return redemption_ends.cancel(uid=row.uid, ending=Ending(code, text), source=APP, at=when)


def hand_over(row: Redemption, number: str = "c-1", store: Any = None, when: datetime = NOW) -> Any:
    return redemption_handovers.fulfil(
        uid=row.uid, handover=Handover(number, store), source=till.TILL, at=when
    )


def tidy(when: datetime) -> int:
    return sum(redemption_nights.settle(at=when))


def left(reward: Reward) -> int:
    key = f"reward:{reward.pk}:count"
    return sum(Pool.objects.filter(key=key).values_list("left", flat=True))


def used(member: Any) -> int:
    return sum(PoolUse.objects.filter(holder=f"member:{member.pk}").values_list("used", flat=True))


def held(member: Any) -> int:
    return Account.objects.get(member_id=member.pk).held_points


def active(member: Any) -> int:
    return till.balances(member)[1]


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


def days(count: int) -> datetime:
    return NOW + timedelta(days=count)
