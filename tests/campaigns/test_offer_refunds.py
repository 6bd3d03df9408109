"""What refunds give back of offers, and what they pay back where the rest is judged again."""

import pytest
from django.db import connection

from campaigns.models import Offer, OfferUse
from campaigns.selectors import offer_checks
from campaigns.services import settlements
from loyalty.models import Order, OrderLine, Program
from loyalty.services import programs
from members.registry.settlements import Return
from tests.campaigns.promises import applied, left, offer, pay, pieces, promise, used, uses
from tests.loyalty import till

CART = {"1": 7_000, "2": 5_000}
OFF = {"1": 1_167, "2": 833}
SAVE_20 = {"kind": "STEPPED", "steps": [{"min_amount": 10_000, "amount": 2_000}]}


@pytest.fixture
def shop(db, keys_made, empty_cache):
    till.set_up()


@pytest.fixture
def alice(shop):
    return till.register("13800138000", "Alice")


def _returns_are_judged_again():
    Program.objects.update(refund_method="RECALCULATE")
    programs.forget()


def _line_amounts():
    rows = OrderLine.objects.order_by("number")
    return {row.line_id: row.refunded_amount for row in rows}


def test_a_full_refund_gives_all_of_an_offer_back(alice):
    row = offer("save20", budget_amount=5_000, limit_count=3, limit_member=1, limit_member_day=1)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))

    till.give_back(order, "r-1")

    assert uses() == [("RETURNED", 2_000, 2_000)]
    assert (left("save20"), left("save20", "count")) == (5_000, 3)
    holder = f"member:{alice.pk}"
    assert (used("save20", holder), used("save20", holder, "2026-11-21")) == (0, 0)
    assert pay("o-2", promise(CART, applied(row, OFF), member=alice))["refused"] == []


def test_parts_give_the_budget_back_by_line_and_the_last_one_the_rest_and_the_count(alice):
    row = offer("save20", budget_amount=2_000, limit_count=1)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))
    seen = []

    # Line 2 was paid 41.67 of 50.00.
    for number, part in enumerate(({"2": 1_000}, {"2": 3_167}, {"1": 1}, {"1": 5_832})):
        till.give_back(order, f"r-{number}", part)
        seen.append((left("save20"), left("save20", "count")))

    # 8.33 · 10.00 / 41.67 = 1.99…
    assert seen == [(199, 0), (833, 0), (833, 0), (2_000, 1)]
    assert uses() == [("RETURNED", 2_000, 2_000)]


def test_a_refund_that_is_delivered_three_times_gives_back_once(alice):
    row = offer("save20", budget_amount=2_000, limit_count=1, limit_member=1)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))

    for _ in range(3):
        till.give_back(order, "r-1", {"1": 5_833})
    assert (left("save20"), left("save20", "count")) == (1_167, 0)
    for _ in range(3):
        till.give_back(order, "r-2")
    assert (left("save20"), left("save20", "count")) == (2_000, 1)
    assert used("save20", f"member:{alice.pk}") == 0


def test_asked_three_times_for_one_refund_the_offer_gives_back_once(alice):
    row = offer("save20", budget_amount=2_000)
    pay("o-1", promise(CART, applied(row, OFF), member=alice))
    returned = Return(
        order_id=Order.objects.get().pk,
        refund_id=1,
        member_id=alice.pk,
        line_values={"2": 1_000},
        value_amount=1_000,
        refunded_amount=1_000,
        whole_amount=10_000,
        occurred_at=till.NOW,
        is_full=False,
    )

    for _ in range(3):
        settlements.give_back(returned, till.NOW)

    assert left("save20") == 199


def test_an_offer_without_cover_gives_nothing_back(alice):
    row = offer("save20", budget_amount=1_000, limit_count=4)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))

    till.give_back(order, "r-1")

    assert uses() == [("REFUSED", 2_000, 0)]
    assert (left("save20"), left("save20", "count")) == (1_000, 4)


def test_what_comes_back_of_a_budget_that_was_lowered_first_makes_up_for_it(alice):
    row = offer("save20", budget_amount=10_000, limit_count=9)
    sold = [pay(f"o-{n}", promise(CART, applied(row, OFF), member=alice)) for n in range(4)]
    fields = {"name_en": "less", "state": "PUBLISHED", "valid_from": till.NOW}
    Offer.objects.create(code="save20", version=2, budget_amount=5_000, limit_count=3, **fields)
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_pool_fill('offer:save20:amount', 0)")
        cursor.execute("SELECT loyalty_pool_fill('offer:save20:count', 0)")
    seen = []

    for number, order in enumerate(sold):
        till.give_back(order, f"r-{number}")
        seen.append((left("save20"), left("save20", "count")))

    assert seen == [(0, 0), (1_000, 1), (3_000, 2), (5_000, 3)]
    assert offer_checks.findings() == []


def test_free_shipping_comes_back_with_the_goods(alice):
    row = offer("free", kind="FREE_SHIPPING", budget_amount=1_000)
    taken = applied(row, {}, shipping=1_000)
    order = pay("o-1", promise(CART, taken, member=alice, shipping=[1_000, 1_000]))
    assert left("free") == 0

    till.give_back(order, "r-1", {"1": 7_000})
    assert left("free") == 1_000 * 7 // 12
    till.give_back(order, "r-2", {"2": 5_000})
    assert left("free") == 1_000


def test_returning_the_50_of_70_and_50_less_20_pays_back_30_and_then_70(alice):
    _returns_are_judged_again()
    row = offer("save20", budget_amount=2_000, **SAVE_20)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))

    first = till.give_back(order, "r-1", lines=pieces(**{"2": 1}))
    assert first["value_amount"] == 3_000
    assert _line_amounts() == {"1": 0, "2": 3_000}
    second = till.give_back(order, "r-2", lines=pieces(**{"1": 1}))

    # 58.33 of the line itself, 11.67 of what was kept of the other one.
    assert second["value_amount"] == 7_000
    assert _line_amounts() == {"1": 5_833, "2": 4_167}
    assert uses() == [("RETURNED", 2_000, 2_000)]
    assert left("save20") == 2_000


def test_returning_the_70_first_pays_back_50(alice):
    _returns_are_judged_again()
    row = offer("save20", **SAVE_20)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))

    first = till.give_back(order, "r-1", lines=pieces(**{"1": 1}))
    second = till.give_back(order, "r-2", lines=pieces(**{"2": 1}))

    assert [first["value_amount"], second["value_amount"]] == [5_000, 5_000]


def test_what_is_worth_less_than_the_discount_it_brought_pays_back_nothing(alice):
    _returns_are_judged_again()
    row = offer("save20", **SAVE_20)
    cart, off = {"1": 9_000, "2": 1_000}, {"1": 1_800, "2": 200}
    order = pay("o-1", promise(cart, applied(row, off), member=alice))

    first = till.give_back(order, "r-1", lines=pieces(**{"2": 1}))
    second = till.give_back(order, "r-2", lines=pieces(**{"1": 1}))

    # The rest alone costs 90.00, more than the 80.00 that were paid.
    assert [first["value_amount"], second["value_amount"]] == [0, 8_000]


def test_some_pieces_of_a_line_are_judged_again_too(alice):
    _returns_are_judged_again()
    row = offer("save20", **SAVE_20)
    promised = promise({"1": 12_000}, applied(row, {"1": 2_000}), member=alice)
    promised["lines"][0][2:4] = ["4", 3_000]
    order = pay("o-1", promised)
    paid = []

    # 120 − 20 = 100; of 90 and less nothing comes off.
    for number in range(4):
        answer = till.give_back(order, f"r-{number}", lines=pieces(**{"1": 1}))
        paid.append(answer["value_amount"])

    assert paid == [1_000, 3_000, 3_000, 3_000]


def test_the_discounts_of_the_sale_count_whatever_became_of_the_offer(alice):
    _returns_are_judged_again()
    steps = [{"min_amount": 5_000, "amount": 500}, {"min_amount": 10_000, "amount": 2_000}]
    row = offer("save", kind="STEPPED", steps=steps)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))
    row.valid_until = till.NOW
    row.state = "RETIRED"
    row.save()

    answer = till.give_back(order, "r-1", lines=pieces(**{"2": 1}))

    # 70 − 5 = 65 of the 100 that were paid.
    assert answer["value_amount"] == 3_500


def test_an_offer_for_a_tier_counts_though_nobody_knows_the_tier_any_more(alice):
    _returns_are_judged_again()
    scope = {
        "all": [
            {"field": "member.tier", "op": "eq", "value": "gold"},
            {"field": "line.sku", "op": "in", "value": ["SK-1", "SK-2"]},
        ]
    }
    steps = [{"min_amount": 5_000, "amount": 1_000}]
    row = offer("gold", kind="STEPPED", steps=steps, condition=scope)
    cart = {"1": 7_000, "2": 5_000, "3": 2_000}
    order = pay("o-1", promise(cart, applied(row, {"1": 583, "2": 417}), member=alice))

    answer = till.give_back(order, "r-1", lines=pieces(**{"2": 1}))

    # What is left costs 70 − 10 + 20 = 80 of the 130 that were paid.
    assert answer["value_amount"] == 5_000


def test_without_judging_again_pieces_pay_back_what_they_cost(alice):
    row = offer("save20", **SAVE_20)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))

    answer = till.give_back(order, "r-1", lines=pieces(**{"2": 1}))

    assert answer["value_amount"] == 4_167
    assert OfferUse.objects.get().returned_amount == 833


def test_how_an_order_is_refunded_is_decided_when_it_is_sold(alice):
    row = offer("save20", **SAVE_20)
    order = pay("o-1", promise(CART, applied(row, OFF), member=alice))
    _returns_are_judged_again()

    assert till.give_back(order, "r-1", lines=pieces(**{"2": 1}))["value_amount"] == 4_167
