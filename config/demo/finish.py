"""What happens in the demo beside the orders: messages, offers and coupons, tags, adjustments, open
requests."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from campaigns.services import defaults, deliveries
from config.demo import (
    access,
    benefits,
    challenges,
    mailings,
    promotions,
    referrals,
    rewards,
    rights,
    service,
    staff,
    visits,
    voices,
)
from loyalty.events import TierUpgraded
from loyalty.models import Account
from loyalty.services import points
from members.models import Event, Member, Tag
from members.services import dispatches, tags
from members.services.jobs import RunningJob

_MESSAGE_DAYS = 30
# Noon in Shanghai: outside of everybody's quiet hours.
_NOON_UTC_HOUR = 4
TAGS = (
    ("parents", "有娃家庭", "Parents", ("纸尿裤", "婴儿", "辅食")),
    ("pets", "养宠家庭", "Pet owners", ("猫", "狗粮", "宠物")),
    ("fresh", "生鲜爱好者", "Fresh food lovers", ("有机", "浆果", "海鲜")),
)
_VIP = ("vip-care", "贵宾服务", "VIP care")
_GOODWILL_POINTS = 200
_REQUESTS = (
    ("store_manager", 5_000, "活动漏积分补录", "Points of an event were not recorded"),
    ("customer_service", 1_200, "投诉补偿", "Goodwill after a complaint"),
    ("store_manager", -3_000, "误发积分收回", "Points given by mistake"),
)


def run(job: RunningJob, at: datetime) -> None:
    """The job: bears being killed anywhere and run again."""
    messages(at=at)
    sample = access.sample_order()
    promotions.set_up(sample=None if sample is None else sample.member, at=at)
    with transaction.atomic():
        people(at=at)
        challenges.set_up(at=at)
        referrals.set_up(at=at)
        benefits.set_up(at=at)
        rewards.set_up(at=at)
        job.progress(cursor={"people": True}, done=1, total=1)
    mailings.set_up(at=at)
    drain(at=at)


def messages(*, at: datetime) -> None:
    """Lets the year's events reach their subscribers, each on its day: who was lifted in the
    last month gets a message, sent then; of older upgrades nobody hears any more."""
    begins = at - timedelta(days=_MESSAGE_DAYS)
    drain(at=begins)
    defaults.install(at=begins)
    lifted = Event.objects.filter(type=TierUpgraded.type, occurred_at__gte=begins)
    for day in sorted({_next_noon(event.occurred_at) for event in lifted}):
        _deliver(at=min(day, at))
    _deliver(at=at)


def _next_noon(at: datetime) -> datetime:
    noon = at.replace(hour=_NOON_UTC_HOUR, minute=0, second=0, microsecond=0)
    return noon if noon > at else noon + timedelta(days=1)


def drain(*, at: datetime) -> int:
    """How many dispatches were handled, of all that are due."""
    count = 0
    while handled := dispatches.drain(at=at):
        count += handled
    return count


def _deliver(*, at: datetime) -> None:
    drain(at=at)
    while deliveries.send_due(at=at):
        pass


def people(*, at: datetime) -> None:
    """Tags by what they bought, goodwill points for some, service cases, what people ask by right,
    and requests that wait for a second person."""
    for code, name_zh, name_en, words in TAGS:
        _tag((code, name_zh, name_en), _buyers(words), at)
    ranking = list(
        Member.objects.filter(account__isnull=False).order_by("-account__window_spend_amount", "pk")
    )
    _tag(_VIP, ranking[:12], at)
    for member in ranking[::25]:
        _goodwill(member, at)
    service.run(members=ranking[3:9], at=at)
    visits.run(members=ranking[:40], at=at)
    voices.run(members=ranking[:60], at=at)
    rights.run(people=ranking[9:15], at=at)
    _ask(at)


def _tag(tag: tuple[str, str, str], bearers: list[Member], at: datetime) -> None:
    code, name_zh, name_en = tag
    Tag.objects.get_or_create(code=code, defaults={"name_zh": name_zh, "name_en": name_en})
    tags.give(members=bearers, code=code, at=at, source="demo")


def _buyers(words: tuple[str, ...]) -> list[Member]:
    """Members with at least six lines of products that are named so."""
    with connection.cursor() as cursor:
        cursor.execute(_BUYERS, [f"({'|'.join(words)})"])
        found = [row[0] for row in cursor.fetchall()]
    return list(Member.objects.filter(pk__in=found).order_by("pk"))


_BUYERS = """
SELECT o.member_id FROM loyalty_orderline l
  JOIN loyalty_order o ON o.id = l.order_id
  JOIN loyalty_product p ON p.id = l.product_id
 WHERE p.name_zh ~ %s AND o.member_id IS NOT NULL
 GROUP BY o.member_id HAVING count(*) >= 6
"""


def _goodwill(member: Member, at: datetime) -> None:
    points.adjust(
        member_id=member.pk,
        points=_GOODWILL_POINTS,
        reason="goodwill",
        note="服务补偿 Goodwill",
        actor=staff.user("customer_service"),
        at=at,
    )


def _ask(at: datetime) -> None:
    """Above the limit of who asks, so each becomes a request."""
    rich = Account.objects.filter(active_points__gte=4_000).order_by("-active_points", "pk")
    for account, (role, amount, note_zh, note_en) in zip(rich, _REQUESTS, strict=False):
        points.adjust(
            member_id=account.member_id,
            points=amount,
            reason="correction",
            note=f"{note_zh} · {note_en}",
            actor=staff.user(role),
            at=at,
        )
