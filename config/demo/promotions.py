"""The demo's offers and coupons: published by two colleagues a fortnight ago, and since then
claimed, given and used. Everything bears being run again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from campaigns.models import MarginFloor, Offer
from campaigns.services import offers as offer_services
from config.demo import carts, staff
from config.demo.coupon_types import COUPON_TYPES, WELCOME, CouponPlan
from config.demo.editions import DEMO
from config.demo.offers import OFFERS, OfferPlan
from loyalty.models import Coupon, CouponBatch, CouponType
from loyalty.services import coupon_batches, coupon_types, coupons
from members.models import ApprovalRequest, Member, Store
from members.services import approvals, jobs

_MAKER, _CHECKER = "marketer", "marketing_manager"
_REASON = "秋冬促销计划 Autumn and winter promotions"
_DAYS = 14
_POSTERS = "开业海报 Posters of the opening"
_PRINTED = 200
# Of the members who bought most every second one looks for coupons.
_LOOKING, _CLAIMING = 80, 2


def set_up(*, sample: Member | None, at: datetime) -> None:
    """Offers, coupon types, a batch of printed codes, coupons in wallets, and carts that were
    sold with them. The `sample` member, whose phone the launcher tells, has some of each."""
    since = at - timedelta(days=_DAYS)
    with transaction.atomic():
        _publish(since)
    _print(since)
    people = _people(sample)
    with transaction.atomic():
        _hand_out(people, sample, since)
    # The sample member's coupons are for whoever tries the till.
    carts.sell(members=people if sample is None else people[1:], since=since, at=at)


def _publish(at: datetime) -> None:
    MarginFloor.objects.get_or_create(
        sku="", category="食品杂货 Grocery", defaults={"cost_percent": 90}
    )
    for coupon_plan in COUPON_TYPES:
        if not CouponType.objects.filter(code=coupon_plan.code).exists():
            _publish_type(coupon_plan, at)
    for plan in OFFERS:
        if not Offer.objects.filter(code=plan.code).exists():
            _publish_offer(plan, at)


def _publish_type(plan: CouponPlan, at: datetime) -> None:
    draft = plan.draft()
    draft.created_at = at
    draft.save()
    _approve(
        coupon_types.ask_to_publish(
            type_id=draft.pk, reason=_REASON, maker=staff.user(_MAKER), at=at
        ),
        at,
    )


def _publish_offer(plan: OfferPlan, at: datetime) -> None:
    draft = plan.draft(at=at)
    draft.save()
    if plan.stores:
        draft.stores.set(Store.objects.filter(code__startswith=plan.stores))
    # One that waits was asked for lately: requests don't wait for a fortnight.
    asked_at = at + timedelta(days=_DAYS - 1) if plan.waits else at
    request = offer_services.ask_to_publish(
        offer_id=draft.pk, reason=_REASON, maker=staff.user(_MAKER), at=asked_at
    )
    if not plan.waits:
        _approve(request, at)


def _approve(request: ApprovalRequest, at: datetime) -> None:
    approvals.approve(request_id=request.pk, checker=staff.user(_CHECKER), at=at)


def _print(at: datetime) -> None:
    """Codes for posters, made by the job that makes them."""
    gift = CouponType.objects.get(code="bread-gift")
    batch = CouponBatch.objects.filter(type=gift).first()
    if batch is None:
        batch = coupon_batches.enqueue(
            type_id=gift.pk,
            count=_PRINTED,
            at=at,
            actor_id=staff.user(_MAKER).pk,
            note=_POSTERS,
        )
    jobs.run(job_id=batch.job_id or 0, clock=lambda: at)


def _people(sample: Member | None) -> list[Member]:
    """Who looks for coupons: the sample member first, then who bought most on the data's own
    receipts, so that a repeat finds the same."""
    bought = Sum("orders__net_amount", filter=Q(orders__source=DEMO.source))
    ranking = Member.objects.annotate(bought=bought).filter(bought__gt=0)
    best = list(ranking.order_by("-bought", "pk")[:_LOOKING:_CLAIMING])
    return best if sample is None else [sample, *(one for one in best if one.pk != sample.pk)]


def _hand_out(people: Sequence[Member], sample: Member | None, since: datetime) -> None:
    """Claims and gifts of the fortnight, each on its day; with a key each, so that a repeat finds
    them."""
    for number, member in enumerate(people):
        at = since + timedelta(days=number % (_DAYS - 1), hours=1 + number % 9)
        if number % 2 == 0 or member == sample:
            coupons.claim(member_id=member.pk, key="demo-welcome", at=at, code=WELCOME)
        if number % 3 == 0 or member == sample:
            coupons.claim(member_id=member.pk, key="demo-fruit", at=at, type_code="fruit-15")
        if number % 4 == 1:
            coupons.claim(member_id=member.pk, key="demo-ship", at=at, type_code="ship-free")
        if number % 5 == 0 or member == sample:
            _give(member, at)


def _give(member: Member, at: datetime) -> None:
    coupons.grant(
        type_code="bread-gift",
        member_id=member.pk,
        key=f"demo-gift:{member.pk}",
        origin=Coupon.Origin.OPERATOR,
        at=at,
        actor_id=staff.user("customer_service").pk,
    )
