"""The chosen combination is the best of all that are allowed: every one is tried beside it."""

import pytest
from hypothesis import given, settings

from campaigns.rules import offer_books, quotes
from campaigns.rules.quote_shapes import Part
from tests.campaigns import carts
from tests.campaigns import quote_reference as reference
from tests.campaigns.quote_strategies import Case, cases


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_no_allowed_combination_is_better_for_the_member(case: Case) -> None:
    expected = reference.best(case.cart, case.discounts, case.coupons, case.floors, case.budgets)

    book = offer_books.compile_book(case.discounts, case.floors)
    found = quotes.quote(case.cart, book, case.wallet)

    assert {one.code for one in found.applied} == expected.codes
    assert {one.line_id: one.net_amount for one in found.lines} == expected.net
    assert found.shipping_amount - found.shipping_discount_amount == expected.shipping


def test_more_offers_than_calls_may_nest_are_searched_and_the_best_of_their_group_wins() -> None:
    offers = [carts.stepped(f"o{n:04}", (100, 100 + n), group="g") for n in range(1_200)]

    found = carts.quote(carts.cart(20_000, 30_000), *offers)

    assert carts.applied(found) == {"o1199": 1_299}


@pytest.mark.volume
def test_more_item_prices_than_calls_may_nest_are_searched() -> None:
    prices = [carts.price(f"p{n:04}", 19_000 - n, "A", group=f"g{n}") for n in range(1_200)]
    found = carts.quote(carts.cart(20_000), *prices, carts.stepped("s", (10_000, 3_000)))

    assert carts.applied(found) == {"p1199": 2_199, "s": 3_000}


def test_a_bundle_of_millions_of_pieces_is_found_at_once() -> None:
    lines = [carts.line("1", "A", 200, "10000000"), carts.line("2", "B", 100, "4000000.5")]
    parts = (Part(carts.skus("A", "B"), 2), Part(carts.skus("B")))
    pair = carts.bundle("b", 350, parts=parts)

    found = carts.quote(carts.of_lines(*lines), pair)

    # 4,000,000 bundles of two A and one B: 3.50 each instead of 5.00.
    assert [(one.times, one.amount) for one in found.applied] == [(4_000_000, 600_000_000)]
