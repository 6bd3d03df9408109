"""Offers of quotes under orders, locks and time-outs from several tills at once."""

from datetime import timedelta
from itertools import chain

import pytest

from campaigns.errors import QuoteChanged
from campaigns.models import OfferUse, QuoteLock
from campaigns.selectors import offer_checks
from campaigns.services import quote_locks
from loyalty.models import Order
from loyalty.selectors import ledger_checks
from loyalty.services import orders
from tests.campaigns.promises import applied, document, left, lock, offer, pay, promise, used
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till

MINUTE = timedelta(minutes=1)
OVER = till.NOW + 5 * MINUTE


@pytest.fixture
def phones(shop):
    found = [f"1380013{number:04d}" for number in range(20)]
    return [(phone, till.register(phone)) for phone in found]


def _promise(row, member, amount=3_000, at=till.NOW):
    return promise({"1": 10_000}, applied(row, {"1": amount}), member=member, at=at)


def _pay(number, row, phones, **options):
    phone, member = phones[number % len(phones)]
    return pay(f"o-{number}", _promise(row, member), phone=phone, **options)


def _sound():
    assert offer_checks.findings() == []
    assert ledger_checks.findings() == []


def test_a_budget_of_1000_under_100_orders_with_quotes_of_30_honors_33(phones):
    row = offer("save30", budget_amount=100_000)

    def work(number):
        return [_pay(one, row, phones)["refused"] for one in shared_out(range(100), number)]

    refused = list(chain.from_iterable(at_once(work)))

    assert len(refused) == Order.objects.count() == 100
    assert refused.count([]) == 33
    reason = [{"what": "offer", "offer": "save30", "code": "budget"}]
    assert refused.count(reason) == 67
    assert left("save30") == 1_000
    assert OfferUse.objects.filter(state="COMMITTED").count() == 33
    _sound()


def test_batches_and_single_orders_share_two_budgets(phones):
    rows = [offer(code, budget_amount=100_000, limit_count=30) for code in ("a", "a-b")]

    def quote(one):
        member = phones[one % 20][1]
        order = rows if one % 3 else rows[::-1]
        return promise({"1": 10_000}, *(applied(row, {"1": 3_000}) for row in order), member=member)

    def work(number):
        mine = shared_out(range(96), number)
        sent = [document(f"o-{one}", quote(one), phone=phones[one % 20][0]) for one in mine]
        if number % 2:
            done = [orders.record(order=one, source=till.TILL, at=till.NOW) for one in sent]
        else:
            done = orders.record_batch(orders=sent, source=till.TILL, at=till.NOW)
        return [one.answer["refused"] for one in done]

    refused = list(chain.from_iterable(at_once(work)))

    for code in ("a", "a-b"):
        missed = [one for one in chain.from_iterable(refused) if one["offer"] == code]
        assert len(missed) == 66
        assert {one["code"] for one in missed} <= {"limit", "budget"}
        assert (left(code), left(code, "count")) == (10_000, 0)
    _sound()


def test_a_member_uses_an_offer_so_often_as_it_allows_from_however_many_tills(phones):
    row = offer("save30", limit_member=3, limit_member_day=2)
    phone, member = phones[0]

    def work(number):
        return [
            pay(f"o-{one}", _promise(row, member), phone=phone)["refused"]
            for one in shared_out(range(24), number)
        ]

    refused = list(chain.from_iterable(at_once(work)))

    assert refused.count([]) == 2
    assert {one["code"] for one in chain.from_iterable(refused)} == {"limit"}
    assert used("save30", f"member:{member.pk}") == 2
    _sound()


def test_of_many_locks_of_the_last_budget_one_holds(phones):
    row = offer("save30", budget_amount=5_000, limit_count=4)

    def work(number):
        try:
            return lock(f"o-{number}", _promise(row, phones[number][1]))["state"]
        except QuoteChanged as error:
            return error.details["difference"]["lost"][0]["reason"]

    answers = at_once(work, processes=12)

    assert sorted(answers) == ["OPEN", *["budget"] * 11]
    assert (left("save30"), left("save30", "count")) == (2_000, 3)
    assert QuoteLock.objects.count() == OfferUse.objects.count() == 1
    _sound()


def test_one_lock_asked_for_from_many_tills_is_one(phones):
    row = offer("save30", budget_amount=90_000)
    promised = _promise(row, phones[0][1])

    answers = at_once(lambda number: lock("o-1", promised), processes=8)

    assert all(answer == answers[0] for answer in answers)
    assert left("save30") == 87_000


def test_locks_that_are_over_give_back_once_whoever_comes_first(phones):
    """The order of the lock's own number, other orders, other locks, the minutely task, all at
    the instant at which sixteen locks are over."""
    row = offer("save30", budget_amount=48_000, limit_count=16)
    quotes = [_promise(row, phones[number][1]) for number in range(16)]
    for number, quote in enumerate(quotes):
        lock(f"o-{number}", quote, minutes=5)
    assert left("save30") == 0

    def work(number):
        if number % 4 == 0:
            quote_locks.expire_due(at=OVER)
            return []
        refused = []
        for one in shared_out(range(32), number):
            phone = phones[one % 16][0]
            quote = quotes[one] if one < 16 else _promise(row, phones[one % 16][1])
            refused += pay(f"o-{one}", quote, phone=phone, when=OVER)["refused"]
        return refused

    refused = list(chain.from_iterable(at_once(work)))

    assert Order.objects.count() == 24
    assert len(refused) == 8
    assert {one["code"] for one in refused} <= {"limit", "budget"}
    assert (left("save30"), left("save30", "count")) == (0, 0)
    assert not QuoteLock.objects.filter(state="OPEN").exists()
    _sound()


def test_paying_and_releasing_a_lock_at_once_ends_in_one_of_both(phones):
    row = offer("save30", budget_amount=30_000)
    quotes = [_promise(row, phones[number][1]) for number in range(10)]
    locks = [lock(f"o-{number}", quote)["id"] for number, quote in enumerate(quotes)]

    def work(number):
        for one in range(10):
            if number % 2:
                pay(f"o-{one}", quotes[one], phone=phones[one][0])
            else:
                _try_to_release(locks[one])

    at_once(work, processes=8)

    # Released or not: the order took it, and nobody else wanted it.
    assert Order.objects.count() == 10
    assert OfferUse.objects.filter(state="COMMITTED").count() == 10
    assert left("save30") == 0
    _sound()


def _try_to_release(uid):
    try:
        quote_locks.release(lock_uid=uid, source=till.TILL, at=till.NOW)
    except quote_locks.QuoteLockCommitted:
        pass


def test_refunds_at_the_same_moment_give_each_part_back_once(phones):
    row = offer("save30", budget_amount=60_000, limit_count=20)
    sold = [_pay(number, row, phones) for number in range(20)]

    def work(number):
        for one, order in enumerate(sold):
            till.give_back(order, f"r-{one}-half", {"1": 3_500})
            till.give_back(order, f"r-{one}-rest", {"1": 3_500})

    at_once(work, processes=8)

    assert (left("save30"), left("save30", "count")) == (60_000, 20)
    assert set(OfferUse.objects.values_list("state", "returned_amount")) == {("RETURNED", 3_000)}
    _sound()
