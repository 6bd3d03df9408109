"""The demo's challenges and badges, and what the last month's orders came to in them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loyalty.events import BehaviorRewarded, OrderRecorded, TierUpgraded
from loyalty.models import Badge, Challenge, ChallengePrize, CouponType, Prize, Tier
from loyalty.services import challenge_hearing, challenges
from members.models import Event

# How long they have been running.
_DAYS = 30
_HEARD = (OrderRecorded.type, BehaviorRewarded.type, TierUpgraded.type)
_CHUNK = 500
_Counts, _Window = Challenge.Counts, Challenge.Window
BADGES = (
    (
        "regular",
        "常客",
        "Regular",
        "一年回购十二次",
        "Twelve repeat orders in a year",
        "#0f766e",
    ),
    ("early-bird", "打卡达人", "Early bird", "连续打卡七天", "Seven check-ins in a row", "#b45309"),
    ("top", "登顶", "At the top", "首次升到最高等级", "The top tier for the first time", "#7c3aed"),
)


@transaction.atomic
def set_up(*, at: datetime) -> None:
    """Live for a month, once; and the month's facts are counted. Again it changes nothing."""
    if Challenge.objects.exists():
        return
    since = at - timedelta(days=_DAYS)
    badges = {
        code: Badge.objects.create(
            code=code,
            name_zh=zh,
            name_en=en,
            description_zh=told_zh,
            description_en=told,
            color=color,
        )
        for code, zh, en, told_zh, told, color in BADGES
    }
    for words, fields, prizes in _plans(badges):
        _live(words, fields, prizes, since)
    for heard in _chunks(since):
        challenge_hearing.hear(events=heard, at=at)


def _plans(badges: dict[str, Badge]) -> Iterator[tuple[Sequence[str], dict[str, Any], list[Any]]]:
    yield (
        ("every-third", "每三单有礼", "Every third order"),
        {"counts": _Counts.ORDERS, "target": 3, "window": _Window.MONTH, "is_repeating": True},
        [_points(200)],
    )
    yield (
        ("twelfth-repeat", "回头客惊喜", "The regular's surprise"),
        {"counts": _Counts.REPEAT_ORDERS, "target": 12, "window": _Window.YEAR, "is_hidden": True},
        [_mystery(), _badge(badges["regular"])],
    )
    yield (
        ("seven-days", "七日打卡", "Seven days in a row"),
        {
            "counts": _Counts.BEHAVIORS,
            "behavior": "check-in",
            "is_streak": True,
            "target": 7,
            "is_repeating": True,
        },
        [_points(100), _badge(badges["early-bird"])],
    )
    top = Tier.objects.filter(program__is_current=True).order_by("-rank").first()
    yield (
        ("to-the-top", "登顶礼", "First time at the top"),
        {"counts": _Counts.TIER, "tier": top},
        [_points(1_000), _badge(badges["top"])],
    )
    yield (
        ("autumn-thousand", "秋日千元挑战", "The autumn thousand"),
        {
            "counts": _Counts.SPEND,
            "target": 100_000,
            "window": _Window.QUARTER,
            "needs_joining": True,
        },
        [_points(500)],
    )


def _live(words: Sequence[str], fields: dict[str, Any], prizes: list[Any], since: datetime) -> None:
    code, name_zh, name_en = words
    draft = Challenge.objects.create(
        code=code, name_zh=name_zh, name_en=name_en, created_at=since, **fields
    )
    for prize in prizes:
        ChallengePrize.objects.create(challenge=draft, **prize)
    challenges.go_live(challenge_id=draft.pk, at=since)


def _points(count: int) -> dict[str, Any]:
    return {"what": Prize.What.POINTS, "points": count}


def _badge(badge: Badge) -> dict[str, Any]:
    return {"what": Prize.What.BADGE, "badge": badge}


def _mystery() -> dict[str, Any]:
    """A gift coupon without an end of its stock, where there is one."""
    gift = CouponType.objects.filter(
        kind=CouponType.Kind.GIFT, state=CouponType.State.LIVE, stock_count=None
    ).first()
    return {"what": Prize.What.COUPON, "coupon_type": gift} if gift else _points(300)


def _chunks(since: datetime) -> Iterator[list[Event]]:
    after = 0
    events = Event.objects.filter(type__in=_HEARD, occurred_at__gte=since).order_by("pk")
    while found := list(events.filter(pk__gt=after)[:_CHUNK]):
        yield found
        after = found[-1].pk
