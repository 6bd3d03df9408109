"""Orders that are paid by a quote: its offers are used, as far as they go, and once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import OfferUse, OrderQuote
from loyalty.models import Order
from loyalty.services import orders, references
from members.services import merges
from tests.campaigns.promises import (
    applied,
    document,
    gift,
    left,
    offer,
    order_lines,
    pay,
    promise,
    used,
    uses,
)
from tests.loyalty import till

CART = {"1": 7_000, "2": 5_000}
OFF = {"1": 1_167, "2": 833}


@pytest.fixture
def shop(db, keys_made, empty_cache):
    till.set_up()


@pytest.fixture
def alice(shop):
    return till.register("13800138000", "Alice")


@pytest.fixture
def bob(shop):
    return till.register("13900139000", "Bob")


def test_an_order_uses_the_offers_of_its_quote(alice):
    row = offer("save20", budget_amount=10_000, limit_count=5, limit_member=3, limit_member_day=2)
    promised = promise(CART, applied(row, OFF), member=alice)

    answer = pay("o-1", promised)

    assert answer["settled"]["offers"] == [{"what": "offer", "code": "save20", "amount": 2_000}]
    assert answer["refused"] == []
    assert (left("save20"), left("save20", "count")) == (8_000, 4)
    holder = f"member:{alice.pk}"
    assert (used("save20", holder), used("save20", holder, "2026-11-21")) == (1, 1)
    use = OfferUse.objects.get()
    assert (use.state, use.amount, use.line_amounts) == ("COMMITTED", 2_000, OFF)
    assert (use.offer_id, use.order_id, use.member_id) == (row.pk, Order.objects.get().pk, alice.pk)
    quote = OrderQuote.objects.get()
    assert (quote.promise, quote.refund_method, quote.lock_id) == (promised, "PRORATA", None)


def test_a_budget_that_is_used_up_is_refused_and_the_order_recorded(alice):
    row = offer("save20", budget_amount=3_000)
    for number in (1, 2):
        answer = pay(f"o-{number}", promise(CART, applied(row, OFF), member=alice))

    assert answer["refused"] == [{"what": "offer", "offer": "save20", "code": "budget"}]
    assert answer["settled"]["offers"] == []
    assert Order.objects.count() == 2
    assert left("save20") == 1_000
    assert uses() == [("COMMITTED", 2_000, 0), ("REFUSED", 2_000, 0)]
    assert OfferUse.objects.get(state="REFUSED").refused_code == "budget"
    # What was not covered doesn't count against the member.
    assert used("save20", f"member:{alice.pk}") == 1


@pytest.mark.parametrize("limit", [{"limit_member": 1}, {"limit_member_day": 1}])
def test_a_limit_per_member_is_each_members_own(alice, bob, limit):
    row = offer("save20", budget_amount=10_000, **limit)

    for member, phone in ((alice, "13800138000"), (bob, "13900139000")):
        answers = [
            pay(f"{phone}-{n}", promise(CART, applied(row, OFF), member=member), phone=phone)
            for n in (1, 2)
        ]
        assert [len(one["refused"]) for one in answers] == [0, 1]
        assert answers[1]["refused"][0]["code"] == "limit"
        assert used("save20", f"member:{member.pk}") == 1

    assert left("save20") == 6_000


def test_a_limit_per_day_begins_anew_the_next_day(alice):
    row = offer("save20", limit_member_day=1)
    tomorrow = till.NOW + timedelta(days=1)

    for number, when in enumerate((till.NOW, till.NOW, tomorrow)):
        quote = promise(CART, applied(row, OFF), member=alice, at=when)
        answer = pay(f"o-{number}", quote, when=when)

    assert answer["refused"] == []
    assert [state for state, *_ in uses()] == ["COMMITTED", "REFUSED", "COMMITTED"]
    assert used("save20", f"member:{alice.pk}", "2026-11-22") == 1


def test_an_offer_is_limited_to_so_many_orders_in_all(alice):
    row = offer("save20", limit_count=1, budget_amount=10_000)

    answers = [pay(f"o-{n}", promise(CART, applied(row, OFF), member=alice)) for n in range(2)]

    assert [one["refused"] for one in answers] == [
        [],
        [{"what": "offer", "offer": "save20", "code": "limit"}],
    ]
    # The budget that the second one had taken is back.
    assert (left("save20"), left("save20", "count")) == (8_000, 0)


def test_one_offer_that_is_not_covered_leaves_the_others(alice):
    poor, rich = offer("poor", budget_amount=100), offer("rich", budget_amount=5_000)
    quote = promise(CART, applied(poor, {"1": 500}), applied(rich, {"2": 800}), member=alice)

    answer = pay("o-1", quote)

    assert answer["refused"] == [{"what": "offer", "offer": "poor", "code": "budget"}]
    assert [one["code"] for one in answer["settled"]["offers"]] == ["rich"]
    assert (left("poor"), left("rich")) == (100, 4_200)


def test_an_order_that_comes_again_changes_nothing(alice):
    row = offer("save20", budget_amount=3_000, limit_member=1)
    sent = document("o-1", promise(CART, applied(row, OFF), member=alice))

    outcomes = [orders.record(order=sent, source=till.TILL, at=till.NOW) for _ in range(3)]

    assert [one.is_replayed for one in outcomes] == [False, True, True]
    assert outcomes[0].answer == outcomes[2].answer
    assert (left("save20"), len(uses()), OrderQuote.objects.count()) == (1_000, 1, 1)


def test_a_batch_settles_all_its_orders_in_one_statement_and_in_their_order(alice):
    row = offer("save20", budget_amount=5_000)
    sent = [document(f"o-{n}", promise(CART, applied(row, OFF), member=alice)) for n in range(4)]

    with CaptureQueriesContext(connection) as queries:
        outcomes = orders.record_batch(orders=sent, source=till.TILL, at=till.NOW)

    assert [len(one.answer["refused"]) for one in outcomes] == [0, 0, 1, 1]
    assert left("save20") == 1_000
    # What campaigns listen to is read once by each process.
    told = [one["sql"] for one in queries if "campaignversion" not in one["sql"]]
    settling = [sql for sql in told if "campaigns_" in sql]
    assert len(settling) == 1


def test_of_a_batch_a_later_order_gets_what_an_earlier_one_could_not(alice):
    row = offer("save", budget_amount=1_000)
    sent = [
        document(f"o-{n}", promise({"1": 9_000}, applied(row, {"1": amount}), member=alice))
        for n, amount in enumerate((2_000, 900, 200, 100))
    ]

    outcomes = orders.record_batch(orders=sent, source=till.TILL, at=till.NOW)

    assert [len(one.answer["refused"]) for one in outcomes] == [1, 0, 1, 0]
    assert left("save") == 0


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({"1": {"net_amount": 5_832, "discount_amount": 1_168}}, ["1"]),
        ({"2": {"sku": "SK-9"}}, ["2"]),
        ({"2": {"quantity": "2", "unit_price_amount": 2_500}}, ["2"]),
        ({"2": {"line_id": "3"}}, ["3", "2"]),
    ],
)
def test_an_order_that_differs_from_its_quote_says_in_which_lines(alice, change, lines):
    row = offer("save20", budget_amount=10_000)
    promised = promise(CART, applied(row, OFF), member=alice)
    sold = [{**line, **change.get(line["line_id"], {})} for line in order_lines(promised)]

    answer = pay("o-1", promised, lines=sold)

    assert answer["refused"] == [{"what": "quote", "code": "quote_differs", "lines": lines}]
    assert answer["settled"]["offers"] == []
    assert (left("save20"), uses(), OrderQuote.objects.count()) == (10_000, [], 0)


def test_another_freight_than_was_quoted_differs(alice):
    promised = promise(CART, member=alice, shipping=[1_000, 300])

    answer = pay("o-1", promised, shipping_amount=1_000)

    problem = {"what": "quote", "code": "quote_differs", "lines": [], "shipping_amount": 700}
    assert answer["refused"] == [problem]
    assert pay("o-2", promised)["refused"] == []


def test_a_quote_holds_until_its_time_is_over_by_the_clock_of_the_shop(alice):
    row = offer("save20", budget_amount=10_000)
    promised = promise(CART, applied(row, OFF), member=alice)
    over = till.NOW + timedelta(minutes=10)
    much_later = till.NOW + timedelta(hours=5)

    late = pay("o-1", promised, when=over)
    in_time = pay("o-2", promised, when=over - timedelta(seconds=1), now=much_later)

    assert late["refused"] == [
        {"what": "quote", "code": "quote_expired", "until": over.isoformat()}
    ]
    assert in_time["refused"] == []
    assert left("save20") == 8_000


def test_a_quote_of_another_member_or_source_is_not_honored(alice, bob):
    row = offer("save20", budget_amount=10_000)
    hers = promise(CART, applied(row, OFF), member=alice)
    elsewhere = promise(CART, applied(row, OFF), member=alice, source="shop")

    answers = [
        pay("o-1", hers, phone="13900139000"),
        pay("o-2", hers, phone=None),
        pay("o-3", elsewhere),
    ]

    for answer in answers:
        assert answer["refused"] == [{"what": "quote", "code": "quote_not_yours"}]
    assert left("save20") == 10_000


def test_a_quote_of_a_card_that_was_merged_is_the_survivors(alice, bob):
    row = offer("save20", limit_member=2)
    pay("o-1", promise(CART, applied(row, OFF), member=bob), phone="13900139000")
    hers = promise(CART, applied(row, OFF), member=bob)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=till.NOW)

    answer = pay("o-2", hers)

    assert answer["refused"] == []
    assert used("save20", f"member:{alice.pk}") == 2
    assert used("save20", f"member:{bob.pk}") is None
    assert set(OfferUse.objects.values_list("member_id", "holder")) == {
        (alice.pk, f"member:{alice.pk}")
    }
    third = pay("o-3", promise(CART, applied(row, OFF), member=alice))
    assert third["refused"][0]["code"] == "limit"


def test_a_guest_is_counted_by_phone(shop):
    row = offer("save20", limit_member=1)
    claim = document("x", promise(CART), phone="13700137000").member
    holder = references.holder(claim, None)
    quotes = [promise(CART, applied(row, OFF), holder=holder) for _ in range(4)]

    first = pay("o-1", quotes[0], phone="13700137000")
    nameless = pay("o-2", quotes[1], phone=None)
    other = pay("o-3", quotes[2], phone="13700137001")

    assert [one["code"] for one in first["refused"]] == ["member_not_found"]
    assert {"what": "offer", "offer": "save20", "code": "limit"} in nameless["refused"]
    assert {"what": "quote", "code": "quote_not_yours"} in other["refused"]
    assert used("save20", holder) == 1


@pytest.mark.parametrize("token", ["nonsense", "abc.def"])
def test_a_token_that_is_none_is_refused_and_the_order_recorded(alice, token):
    answer = pay("o-1", promise(CART, member=alice), quote_id=token)

    assert answer["refused"] == [{"what": "quote", "code": "quote_invalid"}]
    assert Order.objects.count() == 1


def test_goods_that_come_with_an_order_are_named(alice):
    row = offer("mug", kind="GIFT", limit_count=1)
    giving = applied(row, {}, gifts=[gift("mug", sku="MUG", quantity=2)])

    first, second = (pay(f"o-{n}", promise(CART, giving, member=alice)) for n in (1, 2))

    assert first["settled"]["gifts"] == [
        {"what": "gift", "code": "mug", "sku": "MUG", "quantity": 2}
    ]
    assert second["settled"]["gifts"] == []
    assert second["refused"] == [{"what": "offer", "offer": "mug", "code": "limit"}]
