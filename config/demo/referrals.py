"""The demo's referral programme, its newest members as friends, and one that waits for a review."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loyalty.models import CouponType, Prize, ReferralPrize, ReferralProgram, Tier
from loyalty.services import (
    referral_codes,
    referral_invitations,
    referral_programs,
    referral_settling,
    referrals,
)
from loyalty.services.referral_invitations import Inviting
from loyalty.services.referrals import Claiming
from members.models import Member

_FRIENDS = 12
_REFERRERS = 3
_INVITATIONS = 9
_Moment, _Side, _What = ReferralPrize.Moment, ReferralPrize.Side, Prize.What


@transaction.atomic
def set_up(*, at: datetime) -> None:
    """Live, with friends who came by codes. Again it changes nothing."""
    if ReferralProgram.objects.exists():
        return
    draft = ReferralProgram.objects.create(
        code="friends",
        name_zh="推荐有礼",
        name_en="Bring a friend",
        link_url="https://shop.example/join?ref={code}",
        min_order_amount=5_000,
        hour_limit=None,
        limit_month=20,
        created_at=at,
    )
    for moment, side, step, prize in _prizes():
        ReferralPrize.objects.create(program=draft, moment=moment, side=side, step=step, **prize)
    referral_programs.go_live(program_id=draft.pk)
    _friends(at)


def _prizes() -> list[tuple[str, str, int | None, dict[str, Any]]]:
    off = CouponType.objects.filter(
        kind=CouponType.Kind.MONEY_OFF, state=CouponType.State.LIVE, stock_count=None
    ).first()
    coupon = {"what": _What.COUPON, "coupon_type": off} if off else _points(20)
    gold = Tier.objects.filter(program__is_current=True, code="gold").first()
    tier = {"what": _What.TIER, "tier": gold, "days": 365} if gold else _points(500)
    return [
        (_Moment.REGISTRATION, _Side.REFERRER, None, _points(20)),
        (_Moment.REGISTRATION, _Side.FRIEND, None, coupon),
        (_Moment.FIRST_ORDER, _Side.REFERRER, None, _points(100)),
        (_Moment.LADDER, _Side.REFERRER, 1, coupon),
        (_Moment.LADDER, _Side.REFERRER, 3, _points(50)),
        (_Moment.LADDER, _Side.REFERRER, 5, tier),
    ]


def _friends(at: datetime) -> None:
    active = Member.objects.filter(state=Member.State.ACTIVE, referrer=None)
    newest = list(active.order_by("-joined_at", "-pk")[:_FRIENDS])
    oldest = list(active.order_by("joined_at", "pk")[:_REFERRERS])
    if len({*newest, *oldest}) < _FRIENDS + _REFERRERS:
        return
    codes = [referral_codes.of_member(member_id=one.pk, at=at).code for one in oldest]
    for number, friend in enumerate(newest):
        # The last two come with one device: the second of them is looked at first.
        device = "demo-device" if number >= _FRIENDS - 2 else ""
        asked = Claiming(
            friend_id=friend.pk,
            code=codes[min(number // 6, _REFERRERS - 1)],
            device=device,
            source="demo",
        )
        claim = referrals.claim(claiming=asked, at=friend.joined_at + timedelta(minutes=5))
        referral_settling.settle(referral_id=claim.referral.pk, at=at)
    for number in range(_INVITATIONS):
        inviting = Inviting(
            member_id=oldest[number % _REFERRERS].pk,
            source="demo",
            external_id=f"demo-{number}",
            invited_at=at - timedelta(days=number),
            channel="wechat",
        )
        referral_invitations.record(inviting=inviting, at=at)


def _points(count: int) -> dict[str, Any]:
    return {"what": _What.POINTS, "points": count}
