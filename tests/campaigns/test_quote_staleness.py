"""Locks of quotes that can't be kept any more, and the points that locks hold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.errors import QuoteChanged, QuoteNotYours
from campaigns.models import QuoteLock
from campaigns.services import quote_locks, quote_tokens, quotes
from campaigns.services.quote_locks import LockDocument
from campaigns.services.quote_tokens import BadQuote
from loyalty.models import Hold
from loyalty.services import holds
from loyalty.services.documents import HoldDocument, MemberReference
from tests.campaigns import offers
from tests.campaigns.promises import applied, left, lock, offer, pay, promise, release, used, uses
from tests.loyalty import till

CART = {"1": 7_000, "2": 5_000}
OFF = {"1": 1_167, "2": 833}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(db, keys_made, empty_cache):
    till.set_up()


@pytest.fixture
def alice(shop):
    return till.register("13800138000", "Alice")


def test_a_stale_quote_is_refused_with_the_difference_and_nothing_is_kept(alice):
    poor = offer("poor", budget_amount=1_000)
    rich = offer("rich", budget_amount=9_000, limit_member=1)
    promised = promise(CART, applied(poor, OFF), applied(rich, {"1": 100}), member=alice)

    with pytest.raises(QuoteChanged) as refused:
        lock("o-1", promised)

    difference = refused.value.details["difference"]
    assert difference["payable_before"] == 9_900
    assert difference["payable_now"] == 12_000
    assert {"what": "offer", "code": "poor", "reason": "budget"} in difference["lost"]
    assert refused.value.details["quote"]["payable_amount"] == 12_000
    assert (left("poor"), left("rich")) == (1_000, 9_000)
    assert (uses(), QuoteLock.objects.count()) == ([], 0)
    assert used("rich", f"member:{alice.pk}") in (None, 0)


def test_a_quote_whose_time_is_over_is_refused(alice):
    promised = promise(CART, member=alice)

    with pytest.raises(QuoteChanged) as refused:
        lock("o-1", promised, at=till.NOW + 10 * MINUTE)

    difference = refused.value.details["difference"]
    assert difference == {"payable_before": 12_000, "payable_now": 12_000, "lost": []}
    assert QuoteLock.objects.count() == 0


def test_quotes_of_other_sources_and_made_up_ones_are_not_locked(alice):
    with pytest.raises(QuoteNotYours):
        lock("o-1", promise(CART, member=alice), source=replace(till.TILL, name="shop"))
    sent = LockDocument(quote_id="made-up", external_id="o-1")
    with pytest.raises(BadQuote):
        quote_locks.create(lock=sent, source=till.TILL, at=till.NOW)


def _with_points(alice, points=2_000):
    till.sell("earlier", till.line("1", points * 100))
    amount = points
    return promise(CART, member=alice, points={"used": points, "amount": amount})


def test_the_points_of_a_quote_are_held_and_released_with_its_lock(alice):
    promised = _with_points(alice)

    locked = lock("o-1", promised)

    hold = Hold.objects.get()
    assert (str(hold.uid), hold.points, hold.state) == (locked["points_hold"], 2_000, "OPEN")
    assert hold.expires_at == QuoteLock.objects.get().expires_at
    release(locked)
    assert Hold.objects.get().state == "RELEASED"
    assert lock("o-2", promised, holds_points=False)["points_hold"] is None


def test_an_order_captures_the_points_that_its_lock_holds(alice):
    promised = _with_points(alice)
    locked = lock("o-1", promised)

    answer = pay("o-1", promised, points_amount=2_000, points_hold=locked["points_hold"])

    assert answer["refused"] == []
    assert Hold.objects.get().state == "CAPTURED"
    assert answer["points"]["spent"] == 2_000


def test_an_account_that_was_spent_makes_the_quote_stale(alice):
    row = offer("save20", budget_amount=2_000)
    promised = _with_points(alice)
    promised["applied"] = [applied(row, OFF)]
    till.sell("o-0", till.line("1", 2_000), points_amount=2_000)

    with pytest.raises(QuoteChanged) as refused:
        lock("o-1", promised)

    lost = refused.value.details["difference"]["lost"]
    assert {"what": "points", "code": "points", "reason": "insufficient_points"} in lost
    assert (left("save20"), Hold.objects.count(), QuoteLock.objects.count()) == (2_000, 0, 0)


def test_a_lock_lasts_as_long_as_points_are_held_or_as_is_asked(alice):
    answers = [
        lock("o-1", promise(CART, member=alice)),
        lock("o-2", promise(CART, member=alice), minutes=60),
    ]

    assert [one["expires_at"][11:16] for one in answers] == ["06:15", "07:00"]


def test_a_hold_for_a_stale_quote_is_refused(alice):
    row = offer("save20", budget_amount=1_000)
    till.sell("earlier", till.line("1", 100_000))
    stale = promise(CART, applied(row, OFF), member=alice)

    asked = HoldDocument(
        external_id="h-1",
        member=MemberReference("phone", "13800138000"),
        points=10,
        quote_id=quote_tokens.sign(stale),
    )

    with pytest.raises(QuoteChanged):
        holds.create(hold=asked, source=till.TILL, at=till.NOW)
    assert (left("save20"), QuoteLock.objects.count(), Hold.objects.count()) == (1_000, 0, 0)


def test_a_quote_that_is_locked_can_be_held_for(alice):
    row = offer("save20", budget_amount=2_000)
    promised = promise(CART, applied(row, OFF), member=alice)
    token = quote_tokens.sign(promised)
    quote_locks.check(quote_id=token, source=till.TILL, at=till.NOW)
    lock("o-1", promised)

    quote_locks.check(quote_id=token, source=till.TILL, at=till.NOW)

    assert left("save20") == 0


def test_a_quote_sees_what_locks_over_their_time_still_keep_as_free(alice):
    steps = [{"amount": 500}]
    row = offer("once", kind="STEPPED", steps=steps, budget_amount=500, limit_member=1)
    lock("o-1", promise(CART, applied(row, {"1": 500}), member=alice), minutes=5)

    seen = [
        _quoted("13800138000", till.NOW + 5 * MINUTE - timedelta(seconds=1)),
        _quoted("13800138000", till.NOW + 5 * MINUTE),
    ]

    assert seen == [12_000, 11_500]
    assert QuoteLock.objects.get().state == "OPEN"


def _quoted(phone, at):
    cart = offers.cart(offers.line("1", 12_000), phone=phone)
    return quotes.quote(cart=cart, source=till.TILL, at=at)["payable_amount"]
