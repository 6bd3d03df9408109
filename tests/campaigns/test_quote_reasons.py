"""What lost, and why; and what is not worth a word."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns.rules.quote_shapes import EXCLUSIVE, Floor, HeldCoupon, Left, Quote
from loyalty.rules.earning_facts import Buyer, Place
from tests.campaigns import carts
from tests.campaigns.carts import AT, SHANGHAI, cart, coupon, coupon_type, quote, reasons

DAY = timedelta(days=1)


def judged(of: Any = None, **more: Any) -> Quote:
    """What an offer of 1.00 does for an order of 10.00."""
    return quote(of or cart(1_000), carts.offer("o", amount=100, **more))


def test_an_amount_that_is_missing_is_told() -> None:
    assert reasons(judged(min_amount=1_234)) == {"o": ("min_spend", {"missing_amount": 234})}
    steps = quote(cart(1_000), carts.stepped("o", (3_000, 500), (2_000, 100)))
    assert reasons(steps) == {"o": ("min_spend", {"missing_amount": 1_000})}


def test_pieces_that_are_missing_are_told() -> None:
    assert reasons(judged(min_quantity=3)) == {"o": ("min_quantity", {"missing_quantity": 2})}
    assert reasons(quote(cart(1_000), carts.nth("o", 5_000, every=3))) == {
        "o": ("min_quantity", {"missing_quantity": 2})
    }
    pair = carts.bundle("o", 500, "A", "B")
    assert reasons(quote(cart(1_000), pair)) == {"o": ("min_quantity", {"missing_quantity": 1})}


@pytest.mark.parametrize(
    ("field", "op", "value", "reason"),
    [
        ("channel.code", "eq", "online", "channel"),
        ("store.code", "eq", "S9", "store"),
        ("store.city", "in", ["Harbin"], "store"),
        ("member.tier", "eq", "gold", "tier"),
        ("member.tags", "contains", ["vip"], "tag"),
        ("member.is_birthday_month", "is", True, "member"),
        ("member.is_first_order", "is", True, "member"),
        ("time.weekday", "in", [1, 2], "time"),
        ("time.hour", "gte", 13, "time"),
        ("order.lines_count", "gte", 2, "scope"),
    ],
)
def test_what_the_order_does_not_meet_is_told(field: str, op: str, value: Any, reason: str) -> None:
    somebody = Buyer(tier="silver", order_number=5)
    of = cart(1_000, buyer=somebody, is_member=True, place=Place(SHANGHAI, 1, "S1", "Shanghai"))
    tree = {"field": field, "op": op, "value": value}

    assert reasons(judged(of, condition=carts.where(tree))) == {"o": (reason, {})}


def test_of_several_conditions_the_first_that_is_not_met_is_told() -> None:
    tree = {
        "any": [
            {
                "all": [
                    {"field": "time.hour", "op": "eq", "value": 12},
                    {"field": "member.tier", "op": "eq", "value": "gold"},
                ]
            },
            {"field": "store.code", "op": "eq", "value": "S9"},
        ]
    }

    assert reasons(judged(condition=carts.where(tree))) == {"o": ("tier", {})}


def test_of_nobody_neither_tier_nor_first_order_is_known() -> None:
    first = carts.where({"field": "member.is_first_order", "op": "is", "value": True})

    assert reasons(judged(condition=first)) == {"o": ("member", {})}


def test_stores_where_it_is_not_live_yet_are_told() -> None:
    assert reasons(judged(store_ids=frozenset({7}))) == {"o": ("store", {})}
    there = cart(1_000, place=Place(SHANGHAI, 7))
    assert carts.applied(judged(there, store_ids=frozenset({7}))) == {"o": 100}


def test_offers_that_have_just_ended_or_soon_begin_are_told() -> None:
    assert reasons(judged(valid_until=AT)) == {"o": ("expired", {})}
    assert reasons(judged(valid_from=AT + DAY)) == {"o": ("not_yet", {})}
    # Half-open: it begins at its instant.
    assert carts.applied(judged(valid_from=AT, valid_until=AT + DAY)) == {"o": 100}


def test_offers_of_long_ago_and_of_next_year_are_not() -> None:
    assert reasons(judged(valid_until=AT - 32 * DAY)) == {}
    assert reasons(judged(valid_from=AT + 32 * DAY)) == {}


def test_limits_and_budgets_are_told() -> None:
    offer = carts.offer("o", amount=100)

    limit = quote(cart(1_000), offer, left={"o": Left("limit")})
    budget = quote(cart(1_000), offer, left={"o": Left(budget_amount=99)})

    assert reasons(limit) == {"o": ("limit", {})}
    assert reasons(budget) == {"o": ("budget", {})}


def test_what_the_margin_guard_leaves_nothing_of_is_told() -> None:
    found = quote(cart(1_000), carts.offer("o", amount=100), floors={("A", ""): Floor(1_000)})

    assert reasons(found) == {"o": ("margin", {})}


def test_the_code_that_excludes_is_told() -> None:
    alone = carts.offer("alone", amount=900, stacking=EXCLUSIVE)

    found = quote(cart(1_000), alone, carts.offer("o", amount=100))

    assert reasons(found) == {"o": ("excluded_by", {"excluded_by": "alone"})}


def test_an_exclusive_one_that_is_worth_less_is_told_so() -> None:
    alone = carts.offer("alone", amount=50, stacking=EXCLUSIVE)

    found = quote(cart(1_000), alone, carts.offer("o", amount=100))

    assert reasons(found) == {"alone": ("lower_value", {"amount": 50})}


def test_a_threshold_that_the_winners_took_away_is_told_with_what_is_missing() -> None:
    """30.00 off as item price is worth more than 满100减20, which then misses 20.00."""
    found = quote(
        cart(11_000), carts.price("tag", 8_000, "A"), carts.stepped("save", (10_000, 2_000))
    )

    assert reasons(found) == {"save": ("min_spend", {"missing_amount": 2_000})}


@pytest.mark.parametrize(
    "problem",
    ["not_found", "redeemed", "locked", "expired", "not_yet", "void", "not_yours", "limit",
     "budget"],
)  # fmt: skip
def test_an_entered_code_says_what_is_wrong_with_it(problem: str) -> None:
    wrong = HeldCoupon(code="WRONG", is_entered=True, problem=problem)

    assert reasons(quote(cart(1_000), coupons=[wrong])) == {"WRONG": (problem, {})}


def test_a_coupon_of_no_type_in_the_book_is_not_found() -> None:
    assert reasons(quote(cart(1_000), coupons=[HeldCoupon(code="X", type_id=9)])) == {
        "X": ("not_found", {})
    }


def test_a_coupon_computes_its_expiry_itself() -> None:
    one = coupon_type("one", amount=100)

    ended = quote(cart(1_000), one, coupons=[coupon(one, expires_at=AT)])
    coming = quote(cart(1_000), one, coupons=[coupon(one, valid_from=AT + DAY)])

    assert reasons(ended) == {"ONE": ("expired", {})}
    assert reasons(coming) == {"ONE": ("not_yet", {})}


def test_a_coupon_for_other_products_is_out_of_scope_and_says_its_type() -> None:
    one = coupon_type("one", amount=100, condition=carts.skus("Z"))
    held = coupon(one, id=5)

    found = quote(cart(1_000), one, coupons=[held]).rejected[0]

    assert (found.what, found.code, found.reason) == ("coupon", "ONE", "scope")
    assert (found.id, found.type_code) == (5, "one")


def test_coupons_that_are_held_are_left_alone_when_the_member_says_so() -> None:
    one, two = coupon_type("one", amount=100), coupon_type("two", amount=200)

    found = quote(
        cart(1_000), one, two, coupons=[coupon(one, is_entered=True), coupon(two)], uses_held=False
    )

    assert (carts.applied(found), found.rejected) == ({"ONE": 100}, ())


def test_offers_on_other_products_are_not_worth_a_word() -> None:
    tea = carts.where({"field": "line.category", "op": "eq", "value": "tea"})
    other = carts.where({"field": "line.sku", "op": "not_in", "value": ["A"]})

    found = quote(
        cart(1_000),
        carts.price("z", 100, "Z"),
        carts.offer("tea", amount=100, condition=tea),
        carts.offer("other", amount=100, condition=other),
    )

    assert (found.applied, found.rejected) == ((), ())


def test_of_thresholds_far_out_of_reach_only_the_nearest_are_told() -> None:
    many = [carts.stepped(f"{n:03}", (2_000 + n, 100)) for n in range(100)]

    told = reasons(quote(cart(1_000), *many))

    assert list(told) == [f"{n:03}" for n in range(20)]
    assert told["019"] == ("min_spend", {"missing_amount": 1_019})
