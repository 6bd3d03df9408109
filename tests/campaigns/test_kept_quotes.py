"""A quote's prices are kept for ten minutes; what can't be kept is said with the difference."""

from datetime import timedelta

import pytest

from campaigns.errors import QuoteChanged, QuoteNotYours
from campaigns.models import OfferUse, QuoteLock
from campaigns.services import offers, quote_changes, quote_tokens, quotes
from loyalty.models import Coupon, Pool
from loyalty.services import points
from loyalty.services.documents import Source
from tests import world
from tests.campaigns.offers import NOW, TILL, cart, coupon_type, line, offer, quote

pytestmark = pytest.mark.django_db
STEPS = [{"min_amount": 10_000, "amount": 2_000}]
SOON = NOW + timedelta(minutes=9, seconds=59)
OVER = NOW + timedelta(minutes=10)


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


@pytest.fixture
def spring(shop):
    return offer("spring", steps=STEPS)


def stop(row, at=NOW + timedelta(minutes=1)):
    offers.stop(offer_id=row.pk, reason="sold out", actor=world.operator("boss"), at=at)


def changed(*lines, **fields):
    with pytest.raises(QuoteChanged) as refused:
        quote(*lines, **fields)
    return refused.value.details


def test_a_stopped_offer_still_holds_for_who_was_quoted(spring):
    first = quote(line("1", 12_000))
    stop(spring)
    assert quote(line("1", 12_000), at=SOON)["payable_amount"] == 12_000
    kept = quote(line("1", 12_000), at=SOON, quote_id=first["quote_id"])
    assert (kept["payable_amount"], kept["expires_at"]) == (10_000, first["expires_at"])
    # One after another they don't go on for ever.
    again = quote(line("1", 12_000), at=SOON, quote_id=kept["quote_id"])
    assert again["expires_at"] == first["expires_at"]


def test_when_its_time_is_over_the_difference_is_said_with_a_new_quote(spring):
    first = quote(line("1", 12_000))
    stop(spring)
    details = changed(line("1", 12_000), at=OVER, quote_id=first["quote_id"])
    assert details["difference"] == {
        "payable_before": 10_000,
        "payable_now": 12_000,
        "lost": [{"what": "offer", "code": "spring", "reason": "expired"}],
    }
    new = details["quote"]
    assert (new["payable_amount"], new["expires_at"]) == (12_000, "2026-03-02T06:20:00+00:00")
    assert quote(line("1", 12_000), at=OVER, quote_id=new["quote_id"])["payable_amount"] == 12_000


def test_a_quote_that_is_over_and_costs_the_same_is_simply_new(spring):
    first = quote(line("1", 12_000))
    second = quote(line("1", 12_000), at=OVER, quote_id=first["quote_id"])
    assert second["payable_amount"] == 10_000
    assert second["expires_at"] == "2026-03-02T06:20:00+00:00"


def test_what_became_cheaper_is_no_conflict(shop):
    first = quote(line("1", 12_000))
    offer("spring", steps=STEPS)
    assert quote(line("1", 12_000), at=OVER, quote_id=first["quote_id"])["payable_amount"] == 10_000


def test_budgets_are_not_guaranteed(shop):
    offer("spring", steps=STEPS, budget_amount=2_000)
    pool = Pool.objects.create(key="offer:spring:amount", shard=0, left=2_000)
    first = quote(line("1", 12_000))
    pool.left = 0
    pool.save()
    details = changed(line("1", 12_000), at=SOON, quote_id=first["quote_id"])
    assert details["difference"]["lost"] == [
        {"what": "offer", "code": "spring", "reason": "budget"}
    ]


def test_a_gift_that_is_used_up_is_lost_although_the_price_is_the_same(shop):
    offer("mug", kind="GIFT", steps=[{"min_amount": 100, "gift_sku": "MUG"}], limit_count=1)
    pool = Pool.objects.create(key="offer:mug:count", shard=0, left=1)
    first = quote(line("1", 12_000))
    assert first["gifts"] == [{"code": "mug", "sku": "MUG", "quantity": 1, "coupon_type": ""}]
    pool.left = 0
    pool.save()
    details = changed(line("1", 12_000), quote_id=first["quote_id"])
    assert details["difference"] == {
        "payable_before": 12_000,
        "payable_now": 12_000,
        "lost": [{"what": "offer", "code": "mug", "reason": "limit"}],
    }


def held(member, **fields):
    return Coupon.objects.create(
        type=coupon_type("ten", amount=1_000),
        code="TENOFF2345",
        state="CLAIMED",
        origin="OPERATOR",
        member=member,
        holder=f"member:{member.pk}",
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
        **fields,
    )


def test_a_coupon_that_lapses_meanwhile_is_lost(alice):
    held(alice)
    first = quote(line("1", 12_000), phone=world.ALICE_PHONE)
    assert first["payable_amount"] == 11_000
    details = changed(
        line("1", 12_000), phone=world.ALICE_PHONE, at=SOON, quote_id=first["quote_id"]
    )
    assert details["difference"]["payable_now"] == 12_000


def test_a_cart_that_was_changed_keeps_the_prices_and_is_not_compared(spring):
    first = quote(line("1", 12_000))
    stop(spring)
    answer = quote(line("1", 11_000), at=SOON, quote_id=first["quote_id"])
    assert (answer["payable_amount"], answer["expires_at"]) == (9_000, first["expires_at"])
    small = quote(line("1", 9_000), at=SOON, quote_id=first["quote_id"])
    assert small["payable_amount"] == 9_000


def test_the_order_of_lines_and_codes_makes_no_other_cart(alice):
    sent = {"phone": world.ALICE_PHONE, "shipping_amount": 100}
    first = quote(line("1", 7_000), line("2", 5_000, quantity="2"), coupons=["AA", "BB"], **sent)
    other = quote(line("2", 5_000, quantity="2.00"), line("1", 7_000), coupons=["b-b", "aa"],
                  quote_id=first["quote_id"], **sent)  # fmt: skip
    before, after = (quote_tokens.read(one["quote_id"]) for one in (first, other))
    assert quote_changes.is_same_cart(before, after)
    assert before["id"] != after["id"]


def test_points_that_are_gone_are_lost(alice):
    boss = world.operator("boss", role="administrator")
    points.adjust(member_id=alice.pk, points=500, reason="goodwill", at=NOW, actor=boss)
    sent = {"phone": world.ALICE_PHONE, "points_to_use": 400}
    first = quote(line("1", 12_000), **sent)
    assert (first["points"]["used"], first["payable_amount"]) == (400, 11_600)
    points.adjust(member_id=alice.pk, points=-300, reason="goodwill", at=NOW, actor=boss)
    details = changed(line("1", 12_000), quote_id=first["quote_id"], **sent)
    assert details["difference"] == {
        "payable_before": 11_600,
        "payable_now": 11_800,
        "lost": [{"what": "points", "code": "points", "reason": "insufficient_points"}],
    }
    fewer = quote(
        line("1", 12_000), quote_id=first["quote_id"], phone=world.ALICE_PHONE, points_to_use=100
    )
    assert fewer["payable_amount"] == 11_900


def test_the_quote_of_another_source_is_refused(spring):
    first = quote(line("1", 12_000))
    with pytest.raises(QuoteNotYours):
        quote(line("1", 12_000), source=Source(name="web", channel="web"),
              quote_id=first["quote_id"])  # fmt: skip


def test_what_its_own_lock_keeps_is_not_lost(alice):
    row = offer("spring", steps=STEPS, limit_member=1, budget_amount=2_000)
    pool = Pool.objects.create(key="offer:spring:amount", shard=0, left=2_000)
    coupon = held(alice)
    first = quote(line("1", 12_000), phone=world.ALICE_PHONE)
    assert first["payable_amount"] == 9_000
    promise = quote_tokens.read(first["quote_id"])
    lock = QuoteLock.objects.create(
        source="till",
        external_id="N-1",
        fingerprint=b"1",
        promise=promise,
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )
    OfferUse.objects.create(offer=row, code="spring", state="RESERVED", lock_id=lock.pk,
                            used_on=NOW.date(), amount=2_000, recorded_at=NOW)  # fmt: skip
    pool.left = 0
    pool.save()
    Coupon.objects.filter(pk=coupon.pk).update(
        state="LOCKED", locked_source="till", locked_for="N-1",
        locked_until=NOW + timedelta(minutes=15),
    )  # fmt: skip
    kept = quote(line("1", 12_000), phone=world.ALICE_PHONE, quote_id=first["quote_id"])
    assert kept["payable_amount"] == 9_000
    assert quote(line("1", 12_000), phone=world.ALICE_PHONE)["payable_amount"] == 12_000


def test_a_promise_is_judged_again_by_itself(alice, spring):
    held(alice)
    judged = quotes.judge(cart=cart(line("1", 12_000), phone=world.ALICE_PHONE), source=TILL,
                          at=NOW)  # fmt: skip
    again = quotes.rejudge(promise=judged.promise, source=TILL, at=NOW + timedelta(minutes=1))
    assert again.promise["payable"] == 9_000
    assert quote_changes.is_same_cart(judged.promise, again.promise)
    assert quote_changes.between(judged.promise, again.promise, again.quote, again.points) is None
    stop(spring)
    late = quotes.rejudge(promise=judged.promise, source=TILL, at=OVER)
    assert late.promise["payable"] == 12_000
