"""The demo's rewards catalogue, and what a few members with many points redeemed of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loyalty.errors import InsufficientPoints
from loyalty.models import Account, Redemption, Reward
from loyalty.services import (
    redemption_ends,
    redemption_handovers,
    redemption_payments,
    redemption_requests,
    rewards,
)
from loyalty.services.documents import Source
from loyalty.services.redemption_ends import BY_MEMBER, Ending
from loyalty.services.redemption_handovers import Handover
from loyalty.services.redemption_payments import Payment
from loyalty.services.redemption_requests import Ask
from loyalty.services.reward_refusals import RewardRefused
from members.models import Store

_APP = Source(name="demo-app")
# Members who redeem, and what becomes of theirs, in turn.
_MEMBERS = 40
_DAYS = 20


@transaction.atomic
def set_up(*, at: datetime) -> None:
    """A catalogue that is live, once, and some weeks of redemptions. Again it changes nothing."""
    if Reward.objects.exists():
        return
    made = [_live(number, words, fields, at) for number, (words, fields) in enumerate(_plans())]
    Reward.objects.create(
        code="lamp", name_zh="台灯", name_en="Lamp", kind="GOODS", price_points=5_000, created_at=at
    )
    accounts = Account.objects.filter(version__gte=0, active_points__gte=300, debt_points=0)
    ids = accounts.order_by("member_id").values_list("member_id", flat=True)[:_MEMBERS]
    stores = list(Store.objects.filter(is_active=True).order_by("code"))
    for number, member_id in enumerate(ids):
        store = stores[number % len(stores)] if stores else None
        _redeem(number, member_id, made[number % len(made)], store, at)


def _plans() -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    yield (
        ("mug", "马克杯", "Mug"),
        {"kind": "GOODS", "price_points": 200, "stock_count": 200, "limit_member": 2},
    )
    yield (
        ("teapot", "紫砂壶", "Teapot"),
        {"kind": "GOODS", "price_points": 300, "price_amount": 1_900, "stock_count": 20},
    )
    yield (
        ("cleaning", "免费干洗一次", "Free dry cleaning"),
        {"kind": "SERVICE", "price_points": 150},
    )
    yield (
        ("tasting", "品茶会", "Tea tasting"),
        {"kind": "EXPERIENCE", "price_points": 250, "stock_count": 30, "returns_points": False},
    )
    yield ("tree", "种一棵树", "Plant a tree"), {"kind": "DONATION", "price_points": 100}


def _live(number: int, words: tuple[str, str, str], fields: dict[str, Any], at: datetime) -> Reward:
    code, name_zh, name_en = words
    made = Reward.objects.create(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        position=10 * (number + 1),
        created_at=at - timedelta(days=_DAYS),
        **fields,
    )
    return rewards.go_live(reward_id=made.pk)


def _redeem(number: int, member_id: int, reward: Reward, store: Store | None, at: datetime) -> None:
    """Every third one is picked up, every seventh canceled, the others wait."""
    ask = Ask(reward_uid=reward.uid, member_id=member_id, external_id=f"d-{number}", store=store)
    try:
        row = redemption_requests.request(ask=ask, source=_APP, at=at)
    except (InsufficientPoints, RewardRefused):
        return
    if row.state == Redemption.State.REQUESTED and number % 2:
        payment = Payment(f"demo-{number}", row.money_amount)
        row = redemption_payments.pay(uid=row.uid, payment=payment, source=_APP, at=at)
    if row.state != Redemption.State.READY:
        return
    if number % 3 == 0:
        handover = Handover(f"d-{number}", store)
        redemption_handovers.fulfil(uid=row.uid, handover=handover, source=_APP, at=at)
    elif number % 7 == 0:
        redemption_ends.cancel(uid=row.uid, ending=Ending(BY_MEMBER), source=_APP, at=at)
