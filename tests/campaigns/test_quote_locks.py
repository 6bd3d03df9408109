"""Quotes made firm before payment: all of it or nothing, for a while, and given back once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns import tasks
from campaigns.errors import (
    QuoteChanged,
    QuoteLockCommitted,
    QuoteLockConflict,
)
from campaigns.models import OfferUse, QuoteLock
from campaigns.services import quote_locks
from members.errors import NotFound
from members.services import merges
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


@pytest.fixture
def bob(shop):
    return till.register("13900139000", "Bob")


def test_a_lock_reserves_what_its_order_then_uses(alice):
    row = offer("save20", budget_amount=5_000, limit_count=2, limit_member=1, limit_member_day=1)
    promised = promise(CART, applied(row, OFF), member=alice)

    locked = lock("o-1", promised)

    assert locked["state"] == "OPEN"
    assert locked["expires_at"] == "2026-11-21T06:15:00+00:00"
    assert (locked["offers"], locked["coupons"], locked["points_hold"]) == (["save20"], [], None)
    assert (left("save20"), left("save20", "count")) == (3_000, 1)
    assert uses() == [("RESERVED", 2_000, 0)]

    answer = pay("o-1", promised, when=till.NOW + 2 * MINUTE)

    assert answer["refused"] == []
    assert (left("save20"), left("save20", "count")) == (3_000, 1)
    assert uses() == [("COMMITTED", 2_000, 0)]
    holder = f"member:{alice.pk}"
    assert (used("save20", holder), used("save20", holder, "2026-11-21")) == (1, 1)
    made = QuoteLock.objects.get()
    assert (made.state, made.order_id) == ("COMMITTED", OfferUse.objects.get().order_id)
    # The order is refunded like any other.
    till.give_back(answer, "r-1")
    assert (left("save20"), left("save20", "count"), used("save20", holder)) == (5_000, 2, 0)


def test_the_same_body_gives_the_lock_as_it_stands(alice):
    row = offer("save20", budget_amount=5_000)
    promised = promise(CART, applied(row, OFF), member=alice)

    first, again = lock("o-1", promised), lock("o-1", promised, at=till.NOW + MINUTE)

    assert first == again
    assert left("save20") == 3_000
    assert lock("o-1", promised, at=till.NOW + 15 * MINUTE)["state"] == "EXPIRED"
    pay("o-1", promised, when=till.NOW + MINUTE)
    assert lock("o-1", promised)["state"] == "COMMITTED"


def test_a_number_has_one_lock_at_a_time(alice):
    row = offer("save20", budget_amount=5_000)
    quotes = [promise(CART, applied(row, OFF), member=alice) for _ in range(3)]
    first = lock("o-1", quotes[0])

    with pytest.raises(QuoteLockConflict):
        lock("o-1", quotes[1])
    assert left("save20") == 3_000
    release(first)
    assert lock("o-1", quotes[1])["state"] == "OPEN"
    # Fifteen minutes later it made room by itself.
    later = till.NOW + 15 * MINUTE
    third = promise(CART, applied(row, OFF), member=alice, at=later)
    assert lock("o-1", third, at=later)["state"] == "OPEN"
    assert left("save20") == 3_000
    pay("o-1", third, when=later)
    with pytest.raises(QuoteLockConflict):
        lock("o-1", promise(CART, member=alice, at=later), at=later)


def test_a_lock_that_is_released_gives_all_back_once(alice):
    row = offer("save20", budget_amount=5_000, limit_count=2, limit_member=1, limit_member_day=1)
    locked = lock("o-1", promise(CART, applied(row, OFF), member=alice))

    states = [release(locked)["state"] for _ in range(3)]

    assert states == ["RELEASED"] * 3
    assert (left("save20"), left("save20", "count")) == (5_000, 2)
    assert used("save20", f"member:{alice.pk}") == 0
    assert uses() == [("RELEASED", 2_000, 0)]
    with pytest.raises(NotFound):
        quote_locks.release(
            lock_uid=locked["id"], source=replace(till.TILL, name="shop"), at=till.NOW
        )


def test_a_lock_of_a_paid_order_is_not_released(alice):
    row = offer("save20", budget_amount=5_000)
    promised = promise(CART, applied(row, OFF), member=alice)
    locked = lock("o-1", promised)
    pay("o-1", promised)

    with pytest.raises(QuoteLockCommitted):
        release(locked)
    assert (left("save20"), uses()) == (3_000, [("COMMITTED", 2_000, 0)])


def test_the_minute_ends_locks_whose_time_is_over_once(alice):
    row = offer("save20", budget_amount=5_000, limit_member=1)
    lock("o-1", promise(CART, applied(row, OFF), member=alice), minutes=5)

    assert quote_locks.expire_due(at=till.NOW + 5 * MINUTE - timedelta(seconds=1)) == 0
    assert left("save20") == 3_000
    assert quote_locks.expire_due(at=till.NOW + 5 * MINUTE) == 1
    assert quote_locks.expire_due(at=till.NOW + 6 * MINUTE) == 0
    assert (left("save20"), used("save20", f"member:{alice.pk}")) == (5_000, 0)
    assert QuoteLock.objects.get().state == "EXPIRED"


def test_the_minutely_task_is_on_the_beat(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["quote-locks"]

    assert entry == {"task": tasks.expire_quote_locks.name, "schedule": 60.0}


def test_who_needs_a_budget_sees_by_itself_that_a_lock_is_over(alice, bob):
    row = offer("save20", budget_amount=2_000, limit_member=1)
    lock("o-1", promise(CART, applied(row, OFF), member=alice), minutes=5)
    over = till.NOW + 5 * MINUTE
    his = promise(CART, applied(row, OFF), member=bob)

    early = pay("o-2", his, phone="13900139000", when=over - timedelta(seconds=1))
    late = pay("o-3", his, phone="13900139000", when=over)

    assert early["refused"] == [{"what": "offer", "offer": "save20", "code": "budget"}]
    assert late["refused"] == []
    assert (left("save20"), used("save20", f"member:{alice.pk}")) == (0, 0)
    assert QuoteLock.objects.get().state == "EXPIRED"


def test_another_lock_takes_what_one_that_is_over_kept(alice, bob):
    row = offer("save20", limit_count=1)
    lock("o-1", promise(CART, applied(row, OFF), member=alice), minutes=5)
    his = promise(CART, applied(row, OFF), member=bob)

    with pytest.raises(QuoteChanged):
        lock("o-2", his, at=till.NOW + 4 * MINUTE)
    assert lock("o-3", his, at=till.NOW + 5 * MINUTE)["state"] == "OPEN"
    assert left("save20", "count") == 0


def test_an_order_after_its_lock_tries_again_and_what_is_gone_is_refused(alice, bob):
    row = offer("save20", budget_amount=2_000)
    hers = promise(CART, applied(row, OFF), member=alice)
    lock("o-1", hers, minutes=5)
    pay(
        "o-2",
        promise(CART, applied(row, OFF), member=bob),
        phone="13900139000",
        when=till.NOW + 6 * MINUTE,
    )

    # After the lock and after the quote's ten minutes: it was locked, so it is judged.
    answer = pay("o-1", hers, when=till.NOW + 20 * MINUTE)

    assert answer["refused"] == [{"what": "offer", "offer": "save20", "code": "budget"}]
    assert answer["settled"]["offers"] == []
    assert left("save20") == 0


def test_an_order_after_its_lock_uses_what_is_still_there(alice):
    row = offer("save20", budget_amount=2_000, limit_member=1)
    hers = promise(CART, applied(row, OFF), member=alice)
    lock("o-1", hers, minutes=5)

    answer = pay("o-1", hers, when=till.NOW + 20 * MINUTE)

    assert answer["refused"] == []
    assert (left("save20"), used("save20", f"member:{alice.pk}")) == (0, 1)
    assert uses() == [("RELEASED", 2_000, 0), ("COMMITTED", 2_000, 0)]


def test_an_order_with_another_quote_lets_go_of_the_lock_of_its_number(alice):
    row = offer("save20", budget_amount=2_000)
    lock("o-1", promise(CART, applied(row, OFF), member=alice))

    answer = pay("o-1", promise(CART, applied(row, OFF), member=alice))

    assert answer["refused"] == []
    assert QuoteLock.objects.get().state == "RELEASED"
    assert left("save20") == 0


def test_a_merge_takes_open_locks_along(alice, bob):
    row = offer("save20", limit_member=1)
    his = promise(CART, applied(row, OFF), member=bob)
    lock("o-1", his)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=till.NOW)

    assert used("save20", f"member:{alice.pk}") == 1
    answer = pay("o-1", his)

    assert answer["refused"] == []
    assert QuoteLock.objects.get().state == "COMMITTED"
    assert used("save20", f"member:{alice.pk}") == 1
