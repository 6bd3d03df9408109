"""Made-up shops in which everything happens: each figure of the effect is that of a second
counting, member by member, before and after cards are merged, parted again and erased."""

import itertools
import random
from datetime import timedelta

import pytest
from django.db import transaction

from campaigns.models import ContactPolicy, Delivery
from campaigns.selectors.effect_scopes import Asked
from campaigns.selectors.effects import effect
from campaigns.services import receipts
from campaigns.services.receipts import Told
from loyalty.models import Coupon, CouponType, Order
from loyalty.services import coupons, prizes
from members.errors import DomainError
from members.models import Member, MemberMerge, Store
from members.services import erasures, merge_undos, merges
from tests.campaigns import effect_shop
from tests.campaigns.effect_reference import RUNGS, Counted, Shop
from tests.campaigns.effect_shop import DAY, into, message, order, run
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
AT = NOW + 20 * DAY


@pytest.mark.parametrize("seed", range(3))
def test_a_random_shop_counts_as_one_member_after_the_other_does(shop, seed):
    dice = random.Random(seed)
    attribution = dice.choice([1, 7, 30])
    ContactPolicy.objects.create(pk=1, attribution_days=attribution)
    people = [enroll(email=f"m{number}@example.org").pk for number in range(24)]
    campaigns = [effect_shop.campaign(code) for code in ("spring", "other")]
    campaigns.append(effect_shop.campaign("plain", gives=False))
    CouponType.objects.update(is_transferable=True, state="LIVE")
    for made in campaigns[:2]:
        effect_shop.giving_points(made, 70)
    for made, key in itertools.product(campaigns, "12"):
        one = run(made, key)
        for member_id in dice.sample(people, 16):
            come_in(one, member_id, dice)
    use_coupons(people, dice)
    report(dice)
    buy([*people, None], dice)

    compare(campaigns, attribution)
    merge(people, dice)
    compare(campaigns, attribution)
    part(dice)
    compare(campaigns, attribution)
    erase(dice.sample(people, 3))
    compare(campaigns, attribution)


def come_in(one, member_id, dice):
    state = dice.choice(["DONE"] * 4 + ["WAITING", "EXITED", "EXCLUDED", "FROZEN", "WATCHING"])
    reason = {"EXITED": "converted", "EXCLUDED": dice.choice(["consent", "holdout"])}.get(state, "")
    entered_at = NOW + dice.randint(0, 60) * 60 * MINUTE
    arm = dice.choice(["a", "a", "b", "control"])
    way = into(
        one,
        member_id,
        arm=arm,
        state=state,
        reason=reason,
        due_at=NOW if state in ("WAITING", "WATCHING") else None,
        entered_at=entered_at,
        converted_at=entered_at if dice.random() < 0.2 else None,
    )
    if state in ("EXCLUDED", "FROZEN", "WATCHING"):
        return
    for medium in dice.sample(["EMAIL", "INBOX", "SMS"], dice.randint(0, 3)):
        end, why = ("GHOST", "") if arm == "control" else dice.choice(_ENDS)
        sent_at = entered_at + dice.randint(0, 30) * 60 * MINUTE if end == "SENT" else None
        message(way, end, why, medium=medium, sent_at=sent_at)
    for prize in way.version.prizes.all() if arm != "control" else ():
        if dice.random() < 0.7:
            key = f"campaign:{way.pk}:{prize.step}"
            prizes.give(prize=prize, key=key, origin="CAMPAIGN", member_id=member_id, at=entered_at)


_ENDS = [
    *[("SENT", "")] * 3,
    *[("SKIPPED", "consent"), ("SKIPPED", "budget"), ("FAILED", "refused"), ("QUEUED", "")],
    *[("EXPIRED", "expired"), ("UNKNOWN", "sender_died"), ("KILLED", "killed")],
]


def use_coupons(people, dice):
    """Some are passed on, which the limits of friends may refuse, some redeemed, some lapse."""
    for one in Coupon.objects.filter(state="CLAIMED").order_by("pk")[::2]:
        friend = dice.choice([person for person in people if person != one.member_id])
        sides = {"from_member_id": one.member_id, "to_member_id": friend}
        try_to(coupons.transfer, code=one.code, key=f"given-{one.pk}", at=NOW + MINUTE, **sides)
    for one in Coupon.objects.filter(state="CLAIMED").order_by("pk"):
        row = Coupon.objects.filter(pk=one.pk)
        if dice.random() < 0.4:
            off = dice.choice([0, 333, 1_000])
            row.update(state="REDEEMED", redeemed_at=NOW + DAY, discount_amount=off)
        elif dice.random() < 0.2:
            row.update(expires_at=NOW + 2 * DAY)


def report(dice):
    """Receipts in any order, late, of machines too."""
    told = [
        Told(
            delivery_id=one,
            kind=kind,
            source="gateway",
            external_id=f"{one}:{kind}",
            occurred_at=NOW + dice.randint(1, 6_000) * MINUTE,
            is_machine=kind in ("OPENED", "CLICKED") and dice.random() < 0.4,
            detail="hard" if kind == "BOUNCED" else "",
        )
        for one in Delivery.objects.filter(state__in=["SENT", "UNKNOWN"]).values_list(
            "pk", flat=True
        )
        for kind in dice.sample(["DELIVERED", "BOUNCED", "OPENED", "CLICKED"], dice.randint(0, 3))
    ]
    dice.shuffle(told)
    for one in told:
        receipts.record(told=[one], at=NOW + 10 * DAY)


def buy(people, dice):
    """Nobody is a guest. Refunds of all, of a part, of the shipping; orders of nothing."""
    for member_id in people:
        for _ in range(dice.randint(0, 4)):
            amount, shipping = dice.choice([0, 1, 999, 20_000]), dice.choice([0, 500])
            made = order(member_id, amount, after=dice.randint(-2_000, 30_000) * MINUTE)
            back = dice.choice([0, 0, amount // 3, amount])
            returned = dice.choice([0, shipping]) if back else 0
            Order.objects.filter(pk=made.pk).update(
                shipping_amount=shipping,
                money_amount=amount + shipping,
                refunded_amount=back + returned,
                refunded_shipping_amount=returned,
            )


def merge(people, dice):
    for number in range(6):
        survivor, retired = dice.sample(people, 2)
        at = NOW + (11 + number) * DAY
        try_to(merges.merge, survivor_id=survivor, retired_id=retired, at=at)
    assert MemberMerge.objects.exists()


def part(dice):
    for row in MemberMerge.objects.order_by("-pk"):
        if dice.random() < 0.5:
            try_to(merge_undos.undo, merge_id=row.pk, at=NOW + 18 * DAY)


def erase(people):
    for member_id in Member.objects.filter(pk__in=people, state="ACTIVE").values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            erasures.forget(erasures.lock_whole(member_id), None, NOW + 19 * DAY)


def try_to(act, **asked):
    try:
        with transaction.atomic():
            act(**asked)
    except DomainError:
        pass


def compare(campaigns, attribution):
    shop, stores = Shop(), Store.objects.values_list("pk", flat=True)
    for campaign in campaigns:
        narrowings = [
            (Asked(), {}),
            *[(Asked(arm=arm), by("arm", arm)) for arm in ("a", "b", "control")],
            *[(Asked(medium=one), {"medium": one}) for one in ("EMAIL", "INBOX", "SMS")],
            *[(Asked(run_id=one.pk), by("run_id", one.pk)) for one in campaign.runs.all()],
            *[(Asked(store_ids=(one,)), of_store(shop, one)) for one in stores],
        ]
        for asked, narrowed in narrowings:
            counted = Counted(shop, campaign.pk, AT, days=(14, attribution), **narrowed)
            assert told(effect(campaign=campaign, asked=asked, at=AT)) == counted.figures()


def by(name, value):
    return {"keep": lambda row: row[name] == value}


def of_store(shop, store_id):
    return {"keep": lambda row: shop.members[row["member_id"]]["store_id"] == store_id}


def told(found):
    """The figures of the selector in the form of the second counting."""
    lost = {
        (number - 1, one.reason): one.members_count
        for number, step in enumerate(found.ladder)
        for one in step.lost
    }
    known = [step for step in found.ladder if step.members_count is not None]
    for one, following in itertools.pairwise(known):
        assert one.members_count - following.members_count == following.lost_count
    assert [step.rung.value for step in found.ladder] == list(RUNGS)
    gifts = found.cost.gifts
    return {
        "counts": [step.members_count for step in found.ladder],
        "lost": lost,
        "redeemed": found.redeemed_count,
        "converted": found.converted_count,
        "sales": of(found.sales),
        "redeemer_sales": of(found.redeemer_sales),
        "control": found.control and (found.control.members_count, of(found.control.sales)),
        "attributed": of(found.attributed),
        "coupons": tuple(
            sum(getattr(gift, name) for gift in gifts)
            for name in ("given_count", "redeemed_count", "discount_amount", "open_count")
        ),
        "points": (found.cost.given_points, found.cost.left_points),
        "messages_amount": found.cost.messages_amount,
    }


def of(sales):
    return sales and (sales.buyers_count, sales.orders_count, sales.net_amount)
