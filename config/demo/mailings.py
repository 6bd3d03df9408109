"""The demo's campaigns: one that is over, with its whole ladder; some that run, one that is paused,
one that waits for a second person, a draft. All through the product's own doors, on their days."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from campaigns.models import Campaign, Delivery, MessageTemplate
from campaigns.services import (
    campaigns,
    deliveries,
    journeys,
    receipts,
    recipes,
    run_jobs,
    runs,
)
from campaigns.services.campaigns import Draft
from campaigns.services.receipts import Told
from config.demo import staff
from loyalty.models import Coupon
from loyalty.services import coupon_redemptions
from loyalty.services.coupon_redemptions import Use
from members.models import ApprovalRequest, Member
from members.services import approvals

_MAKER, _CHECKER = "marketer", "marketing_manager"
_DAY = timedelta(days=1)
_NOON_UTC_HOUR = 4
CODE = "fruit-week"
# Of each hundred messages so many were delivered, opened, clicked; of coupons redeemed.
_DELIVERED, _OPENED, _CLICKED, _REDEEMED = 94, 61, 27, 38
_LIVE = ("dormant-60", "tier-near")
_TEXT = {
    "name_zh": "果蔬节",
    "name_en": "Fruit week",
    "subject_zh": "果蔬节开始了",
    "subject_en": "Fruit week has begun",
    "body_zh": "您好！果蔬85折券已放入您的卡包，最高可省20元，两周内有效。",
    "body_en": "Hello! 15 % off produce is in your wallet: ¥20 at most, for two weeks.",
}
_ASK = {
    "title_zh": "电话回访：果蔬节还满意吗？",
    "title_en": "Call them: how did they like fruit week?",
}


def set_up(*, at: datetime) -> None:
    """Call it outside of any transaction: messages are sent. Bears being run again."""
    begins = (at - 12 * _DAY).replace(hour=_NOON_UTC_HOUR, minute=0, second=0, microsecond=0)
    if not Campaign.objects.filter(code=CODE).exists():
        _over(begins, at)
    for code in _LIVE:
        if (made := _made(code, begins)) is not None:
            _approve(made, begins)
    if (paused := _made("points-lapsing", begins)) is not None:
        _approve(paused, begins)
        campaigns.pause(
            campaign_id=paused.pk, reason="等新文案 New words", actor_id=None, at=begins + _DAY
        )
    if (waiting := _made("profile", at - _DAY)) is not None:
        _ask(waiting, at - _DAY)
    _made("repurchase", at - _DAY)
    for days in range(1, 13):
        _go_on(at=min(begins + days * _DAY + timedelta(hours=6), at))


def _made(code: str, at: datetime) -> Campaign | None:
    """A recipe's draft; None where the demo has it already."""
    if Campaign.objects.filter(recipe=code).exists():
        return None
    return recipes.make(code=code, actor=staff.user(_MAKER), at=at)


def _over(begins: datetime, at: datetime) -> None:
    """A fortnight ago, with two variants and a control: sent, read, redeemed, called after."""
    MessageTemplate.objects.get_or_create(code=CODE, defaults=_TEXT)
    draft = Draft(
        code=CODE, name_zh="秋季果蔬节", name_en="Autumn fruit week", values=_values(begins)
    )
    campaign = campaigns.create(draft=draft, actor=staff.user(_MAKER), at=begins - _DAY)
    _approve(campaign, begins - _DAY)
    for hours in range(0, 48, 6):
        _go_on(at=begins + timedelta(hours=hours))
    sent = Delivery.objects.filter(campaign=campaign, state=Delivery.State.SENT).order_by("pk")
    _report(list(sent), begins)
    _redeem(campaign, begins, at)
    _go_on(at=at)


def _values(begins: datetime) -> Mapping[str, Any]:
    message = {"kind": "MESSAGE", "template": CODE, "media": ["INBOX", "EMAIL"]}
    return {
        "goal": "RETAIN",
        "description": "会员果蔬85折 15 % off produce for members",
        "entry": "AT",
        "entry_rule": {"at": begins.isoformat()},
        "steps": [
            {"id": "gift", "kind": "GRANT", "what": "COUPON", "code": "fruit-15", "count": 1},
            {
                "id": "split",
                "kind": "SPLIT",
                "a": [{"id": "letter", **message}],
                "b": [
                    {"id": "wait", "kind": "WAIT", "minutes": 360},
                    {"id": "later", **message},
                    {"id": "call", "kind": "TASK", "days": 14, **_ASK},
                ],
            },
        ],
        "condition": {"all": [{"field": "orders.count", "op": "gte", "value": 1, "days": 120}]},
        "goal_days": 14,
        "is_over_at_goal": False,
        "arms": [{"code": "a", "share": 4_500}, {"code": "b", "share": 4_500}],
        "control_share": 1_000,
        "expires_hours": 72,
        "late_policy": "SEND",
    }


def _ask(campaign: Campaign, at: datetime) -> ApprovalRequest:
    return campaigns.submit(
        campaign_id=campaign.pk,
        reason=f"{campaign.name_zh} {campaign.name_en}",
        maker=staff.user(_MAKER),
        at=at,
    )


def _approve(campaign: Campaign, at: datetime) -> None:
    approvals.approve(request_id=_ask(campaign, at).pk, checker=staff.user(_CHECKER), at=at)


def _go_on(*, at: datetime) -> None:
    """What beat and the worker would do at `at`."""
    for run in runs.begin_due(at=at):
        last = Member.objects.aggregate(last=Max("pk"))["last"] or 0
        while run_jobs.freeze_part(run_id=run.pk, last=last, at=at) is not None:
            pass
        while run_jobs.plan_part(run_id=run.pk, at=at):
            pass
    while journeys.advance_due(at=at):
        pass
    while deliveries.send_due(at=at):
        pass
    runs.settle(at=at)


def _report(sent: Sequence[Delivery], begins: datetime) -> None:
    """What providers and readers tell: the same of the same message at each load."""
    for part in (sent[first : first + 100] for first in range(0, len(sent), 100)):
        told = [one for delivery in part for one in _told(delivery)]
        receipts.record(told=told, at=begins + 6 * _DAY)


def _told(delivery: Delivery) -> list[Told]:
    dice = (delivery.pk * 37 + 11) % 100
    assert delivery.sent_at is not None
    return [
        Told(
            delivery_id=delivery.pk,
            kind=kind,
            source="demo",
            external_id=f"{delivery.uid}:{kind}",
            occurred_at=delivery.sent_at + timedelta(minutes=minutes * (1 + dice)),
            detail="link:1" if kind == "CLICKED" else "",
        )
        for kind, share, minutes in (
            ("DELIVERED", _DELIVERED, 1),
            ("OPENED", _OPENED, 20),
            ("CLICKED", _CLICKED, 25),
        )
        if dice < share
    ]


def _redeem(campaign: Campaign, begins: datetime, at: datetime) -> None:
    """Some of the coupons, at tills that tell no order."""
    gifts = Coupon.objects.filter(type__code="fruit-15", state="CLAIMED", issued_at__gte=begins)
    given = gifts.filter(member__enrollments__campaign=campaign).order_by("pk").distinct()
    uses = [
        Use(
            order_id=None,
            code=coupon.code,
            member_id=coupon.member_id,
            holder=f"member:{coupon.member_id}",
            source="demo",
            external_id=f"{CODE}:{coupon.pk}",
            store_id=None,
            occurred_at=begins + (2 + coupon.pk % 7) * _DAY,
            discount_amount=300 + coupon.pk % 17 * 100,
        )
        for coupon in given
        if (coupon.pk * 29 + 5) % 100 < _REDEEMED
    ]
    if uses:
        coupon_redemptions.redeem(uses=uses, at=at)
