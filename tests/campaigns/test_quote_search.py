"""The chosen combination is the best of all that are allowed: every one is tried beside it."""

from hypothesis import given, settings

from campaigns.rules import offer_books, quotes
from tests.campaigns import quote_reference as reference
from tests.campaigns.quote_strategies import Case, cases


@settings(max_examples=400, deadline=None)
@given(case=cases())
def test_no_allowed_combination_is_better_for_the_member(case: Case) -> None:
    expected = reference.best(case.cart, case.discounts, case.coupons, case.floors, case.budgets)

    book = offer_books.compile_book(case.discounts, case.floors)
    found = quotes.quote(case.cart, book, case.wallet)

    assert {one.code for one in found.applied} == expected.codes
    assert {one.line_id: one.net_amount for one in found.lines} == expected.net
    assert found.shipping_amount - found.shipping_discount_amount == expected.shipping
